/*
 * A pretended event log, by the table of functions that event_log.h has in place of Windows': records that a test writes, read
 * by subscriptions as Microsoft documents them: from now on, or behind a bookmark, whichever comes of the flags.
 */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_PRETENDED_LOG_H
#define VMEVENTS_TESTS_HOST_HYPERV_PRETENDED_LOG_H

#include "host/hyperv/event_log.h"

#define LOG_RECORDS_MAX 256

struct pretended_log
{
    SRWLOCK lock; /* guards all the rest */
    WCHAR *records[LOG_RECORDS_MAX];
    LONG count;

    /* What was asked for last. */
    WCHAR query[1024], host[64];
    DWORD flags;

    /* What fails from here on, by that error; 0: nothing. */
    DWORD subscribe_error, next_error, render_error;

    LONG subscriptions; /* that have been begun */
    LONG handles;       /* that are open */
};

extern struct pretended_log pretended_log;
extern const struct event_log_functions pretended_log_functions;

/* Empty again. */
void pretended_log_begin(void);
void pretended_log_end(void);

/* Writes a record: its XML as EvtRender has it. `machine` NULL: it is about none. */
void pretended_log_write(const WCHAR *channel, const WCHAR *provider, UINT id, const WCHAR *machine);
void pretended_log_write_xml(const WCHAR *xml);

#endif
