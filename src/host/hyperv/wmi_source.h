/*
 * The WMI and the event log of a computer that has Windows: struct hv_source of computer.c's. Semisynchronous calls alone:
 * each answer is waited for a little at a time, by the thread that everything of the computer belongs to. It has to be one of
 * the multithreaded apartment.
 */
#ifndef VMEVENTS_HOST_HYPERV_WMI_SOURCE_H
#define VMEVENTS_HOST_HYPERV_WMI_SOURCE_H

#include "host/hyperv/event_log.h"
#include "host/hyperv/source.h"

#include <wbemcli.h>

struct wmi_source
{
    WCHAR host[256]; /* empty: this computer */
    IWbemServices *services;
    IEnumWbemClassObject *notifications;
    struct event_log log;
    struct hv_row row; /* of the query that is under way */

    /* How far the computer's clock is ahead of ours, as far as what it has said shows. Ours is this computer's. */
    BOOL is_ahead_known;
    int64_t ahead_us;
};

/* Who asks is shown to WMI when the object is called. */
HRESULT wmi_set_blanket(const struct wmi_source *source, IUnknown *object);

extern const struct hv_source wmi_source_functions;

/* host: in UTF-8; empty: this computer. */
void wmi_source_init(struct wmi_source *source, const char *host);
void wmi_source_cleanup(struct wmi_source *source);

#endif
