/* What a pretended WMI has been asked, by all connections of its process. */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_PRETENDED_WMI_COUNTS_H
#define VMEVENTS_TESTS_HOST_HYPERV_PRETENDED_WMI_COUNTS_H

#include <windows.h>

#include "host/hyperv/classes.h"

#define WMI_THREADS_MAX 16

struct wmi_counts
{
    LONG connects;                      /* tries to connect */
    LONG connections, most_connections; /* that there are, and were at once */
    LONG subscriptions, subscribed;     /* queries for notifications; those that there are */
    LONG queries[HV_CLASS_COUNT];       /* HV_CLASS_AFFECTED: the associators of a job */
    LONG threads;                       /* that have called: how many, and their ids */
    LONG thread_ids[WMI_THREADS_MAX];
    LONG objects;         /* that somebody holds, of any kind */
    LONG lines;           /* that have been taken */
    LONG wrong;           /* calls and lines that were wrong */
    char wrong_text[256]; /* the first of them */
};

#endif
