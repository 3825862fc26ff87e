/*
 * Where a test meets the pretended WMI of another process: shared memory, into which the test writes lines of a
 * conversation, and in which the WMI (pretended_wmi_dll.c) counts what it is asked. The DLL is registered in place of
 * Windows' own CLSID_WbemLocator, for all users, since Wine asks nobody else, so that vmhost.exe is tried as it is shipped.
 */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_STAGE_H
#define VMEVENTS_TESTS_HOST_HYPERV_STAGE_H

#include <windows.h>

#include "pretended_wmi_counts.h"

#define STAGE_NAME L"vmevents tests: stage of the pretended WMI"
#define STAGE_TEXT_SIZE (4 << 20)

struct stage
{
    struct wmi_counts counts;
    volatile LONG written; /* bytes of text, whole lines */
    char text[STAGE_TEXT_SIZE];
};

/* Registers the DLL beside the program; registers again what was there before. The second also mends what a program has
 * left that came to no end. */
void stage_register(void);
void stage_unregister(void);

/* A new stage, on which nothing has been said. Closes it. */
void stage_open(void);
void stage_close(void);

/* Says lines, as conversations/README.md has them; their times count only against their own @. */
void stage_say(const char *lines);
__attribute__((format(printf, 1, 2))) void stage_say_format(const char *format, ...);

/* Waits until the WMI has taken all that was said; it takes them before each answer, so that somebody has to ask. */
void stage_await_taken(void);

const volatile struct wmi_counts *stage_counts(void);

/* The same as they were when something was said last. */
const struct wmi_counts *stage_counts_when_said(void);

/* Waits until nobody holds anything of it. Nothing may have been wrong. */
void stage_await_end(void);

#endif
