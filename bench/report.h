/* The table on the screen and build/bench.json. */
#ifndef VMEVENTS_BENCH_REPORT_H
#define VMEVENTS_BENCH_REPORT_H

#include <stdbool.h>

#include <windows.h>

/* What a ratio has to reach. */
enum bound
{
    AT_MOST,
    AT_LEAST,
    STATED /* there is no target */
};

/* `value` in `unit` ("times", "bytes", …); `detail` says what was measured against what. What follows is the absolute
 * measurement as printf takes it, or NULL. */
void report_row(const char *key, const char *detail, double value, const char *unit, enum bound bound, double target,
        const char *absolute, ...) __attribute__((format(printf, 7, 8)));

/* A line of the second chart: what a thing costs, in microseconds, with step, 2 * step, … machines there. */
void report_series(const char *name, unsigned int step, const double *us, unsigned int count);

/* Writes the file. False: it cannot be written. */
bool report_finish(const WCHAR *path);

#endif
