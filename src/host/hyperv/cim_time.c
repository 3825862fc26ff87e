#include "host/hyperv/cim_time.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool take_digits(const char **text, int count, int64_t *number)
{
    for (*number = 0; count--; ++*text)
    {
        if (**text < '0' || **text > '9')
            return false;
        *number = *number * 10 + (**text - '0');
    }
    return true;
}

/* Since the first of January 1601, the first year of a cycle of 400. */
static int64_t days_since_1601(int64_t year, int64_t month, int64_t day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    bool is_leap = !(year % 4) && (year % 100 || !(year % 400));
    int64_t years = year - 1601;

    return years * 365 + years / 4 - years / 100 + years / 400 + before[month - 1] + (is_leap && month > 2) + day - 1;
}

int64_t hv_cim_time(const char *text)
{
    int64_t year, month, day, hour, minute, second, fraction, ahead;
    bool behind;

    if (!text || !take_digits(&text, 4, &year) || !take_digits(&text, 2, &month) || !take_digits(&text, 2, &day)
            || !take_digits(&text, 2, &hour) || !take_digits(&text, 2, &minute) || !take_digits(&text, 2, &second)
            || *text++ != '.' || !take_digits(&text, 6, &fraction))
        return INT64_MIN;
    behind = *text == '-';
    if ((!behind && *text != '+') || (++text, !take_digits(&text, 3, &ahead)) || *text)
        return INT64_MIN;
    if (year < 1601 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
        return INT64_MIN;
    minute += behind ? ahead : -ahead;
    return (((days_since_1601(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000000 + fraction;
}
