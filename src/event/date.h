/* DATE, the time of OLE Automation, taken apart to the millisecond: VariantTimeToSystemTime would drop those. */
#ifndef VMEVENTS_EVENT_DATE_H
#define VMEVENTS_EVENT_DATE_H

#include <stdbool.h>

#include <windows.h>
#include <oleauto.h>

/* False: it is none, which lies between the years 100 and 9999. */
bool system_time_from_date(DATE date, SYSTEMTIME *time);

#endif
