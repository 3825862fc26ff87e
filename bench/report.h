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

/* `value` in `unit` ("times", "ns", "bytes", …); `detail` says what was measured against what. */
void report_row(const char *key, const char *detail, double value, const char *unit, enum bound bound, double target);

/* Prints the table and writes the file. False: it cannot be written. */
bool report_finish(const WCHAR *path);

#endif
