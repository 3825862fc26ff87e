/*
 * A pretended WMI, written from Microsoft's documentation: IWbemLocator, IWbemServices, the semisynchronous enumerators
 * and their objects, as far as a client of Hyper-V's calls them. What it shows and when is a world (world.h), which lines of
 * a conversation change. Where real WMI refuses a call it does too; a call of anything else ends the program.
 *
 * There is one in a process. Any thread may call it.
 */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_PRETENDED_WMI_H
#define VMEVENTS_TESTS_HOST_HYPERV_PRETENDED_WMI_H

#include <windows.h>

#include "pretended_wmi_counts.h"

/* counts: where it counts. look: called with `context` before each answer and while somebody waits, to take what has been
 * said meanwhile; NULL: nothing is. */
void pretended_wmi_begin(struct wmi_counts *counts, void (*look)(void *context), void *context);
void pretended_wmi_end(void);

/* Takes a line, which counts from now on; @ in it is before now by as much as it is before the line's own time. From `look`
 * or from outside. */
void pretended_wmi_say(const char *line);

/* From the one to the other nothing is answered, so that several lines are said at once. */
void pretended_wmi_hold(void);
void pretended_wmi_go_on(void);

/* The class object of CLSID_WbemLocator. */
HRESULT pretended_wmi_get_class_object(REFIID riid, void **object);

#endif
