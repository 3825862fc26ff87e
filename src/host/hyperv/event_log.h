/*
 * The event log of a computer, by functions of Windows' wevtapi.dll, which is loaded when it is first needed. A table stands
 * for them, so that tests have others.
 */
#ifndef VMEVENTS_HOST_HYPERV_EVENT_LOG_H
#define VMEVENTS_HOST_HYPERV_EVENT_LOG_H

#include <windows.h>

#include <winevt.h>

#include "host/hyperv/record.h"

struct event_log_functions
{
    EVT_HANDLE(WINAPI *open_session)(EVT_LOGIN_CLASS, PVOID, DWORD, DWORD);
    EVT_HANDLE(WINAPI *subscribe)
    (EVT_HANDLE, HANDLE, LPCWSTR, LPCWSTR, EVT_HANDLE, PVOID, EVT_SUBSCRIBE_CALLBACK, DWORD);
    BOOL(WINAPI *next)(EVT_HANDLE, DWORD, EVT_HANDLE *, DWORD, DWORD, DWORD *);
    BOOL(WINAPI *render)(EVT_HANDLE, EVT_HANDLE, DWORD, DWORD, PVOID, DWORD *, DWORD *);
    EVT_HANDLE(WINAPI *create_bookmark)(LPCWSTR);
    BOOL(WINAPI *update_bookmark)(EVT_HANDLE, EVT_HANDLE);
    BOOL(WINAPI *close)(EVT_HANDLE);
};

struct event_log
{
    const struct event_log_functions *functions; /* NULL: Windows has none */
    EVT_HANDLE session, subscription, bookmark;
    EVT_HANDLE held; /* a record that there was no memory to read; NULL: none */
    HANDLE signal;   /* which a subscription without a callback has to have; nobody waits for it */
    BOOL is_marked;  /* the bookmark is at a record */
    WCHAR *xml;      /* of the last record */
    DWORD xml_size;  /* in bytes */
    char *utf8;
    size_t utf8_size;
};

/* Those of Windows; NULL: it has none. */
const struct event_log_functions *event_log_load(void);

void event_log_init(struct event_log *log, const struct event_log_functions *functions);
void event_log_cleanup(struct event_log *log);

/* Begins to read both channels: from now on, or behind the last record that was read. host NULL: this computer's. S_OK,
 * or why it cannot be read. */
HRESULT event_log_open(struct event_log *log, const WCHAR *host);
void event_log_close(struct event_log *log);

/* The next record about a machine: S_OK, WBEM_S_TIMEDOUT: there is none yet, or a failure. E_OUTOFMEMORY: the next call tries
 * the same record again. */
HRESULT event_log_next(struct event_log *log, struct hv_record *record);

#endif
