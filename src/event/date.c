#include "event/date.h"

#include <math.h>

/* 30 December 1899, the zero of DATE, in days since 1 January 1601, the zero of FILETIME. */
#define DATE_ZERO_DAYS 109205

#define DATE_FIRST (-657434) /* 1 January 100 */
#define DATE_LAST 2958465    /* 31 December 9999 */

/* After so many years the calendar begins anew. FILETIME knows none before 1601. */
#define CYCLE_YEARS 400
#define CYCLE_DAYS 146097LL
#define CYCLES 4

#define DAY_MS 86400000LL
#define TICKS_PER_MS 10000

bool system_time_from_date(DATE date, SYSTEMTIME *time)
{
    /* Before the zero too, the part behind the point counts from midnight on. */
    double days = trunc(date), day_ms;
    ULONGLONG ticks;
    FILETIME filetime;

    if (!(days >= DATE_FIRST && days <= DATE_LAST))
        return false;
    day_ms = floor(fabs(date - days) * (double)DAY_MS + 0.5);
    ticks = (ULONGLONG)(((LONGLONG)days + DATE_ZERO_DAYS + CYCLES * CYCLE_DAYS) * DAY_MS + (LONGLONG)day_ms)
            * TICKS_PER_MS;
    filetime.dwLowDateTime = (DWORD)ticks;
    filetime.dwHighDateTime = (DWORD)(ticks >> 32);
    if (!FileTimeToSystemTime(&filetime, time))
        return false;
    time->wYear -= CYCLES * CYCLE_YEARS;
    return true;
}
