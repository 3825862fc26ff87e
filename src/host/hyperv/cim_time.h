/* Dates of WMI's as microseconds since 1601, in UTC: yyyymmddHHMMSS.mmmmmm±UUU, the minutes that the clock is ahead. */
#ifndef VMEVENTS_HOST_HYPERV_CIM_TIME_H
#define VMEVENTS_HOST_HYPERV_CIM_TIME_H

#include <stdint.h>

/* INT64_MIN: the text (or NULL) is no such date. */
int64_t hv_cim_time(const char *text);

#endif
