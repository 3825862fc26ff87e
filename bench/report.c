#include "report.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <windows.h>

static json_t *rows, *series;

static bool is_met(double value, enum bound bound, double target)
{
    return bound == STATED || (bound == AT_MOST ? value <= target : value >= target);
}

static void print_row(
        const char *detail, double value, const char *unit, const char *wanted, const char *met, const char *absolute)
{
    printf("%-64s %8.2f %-6s %-13s %-7s %s\n", detail, value, unit, wanted, met, absolute);
    fflush(stdout);
}

void report_row(const char *key, const char *detail, double value, const char *unit, enum bound bound, double target,
        const char *absolute, ...)
{
    static const char *const words[] = {"at most", "at least", ""};
    bool met = is_met(value, bound, target);
    char wanted[32] = "", measured[64] = "";
    json_t *row;
    va_list args;

    if (absolute)
    {
        va_start(args, absolute);
        vsnprintf(measured, sizeof(measured), absolute, args);
        va_end(args);
    }
    row = json_pack("{s:s, s:s, s:f, s:s, s:s, s:b}", "key", key, "detail", detail, "value", value, "unit", unit,
            "absolute", measured, "met", met);
    if (bound != STATED)
    {
        snprintf(wanted, sizeof(wanted), "%s %g", words[bound], target);
        json_object_set_new(row, "target", json_real(target));
        json_object_set_new(row, "bound", json_string(words[bound]));
    }
    print_row(detail, value, unit, wanted, bound == STATED ? "stated" : met ? "met" : "MISSED", measured);
    if (!rows)
        rows = json_array();
    json_array_append_new(rows, row);
}

void report_series(const char *name, unsigned int step, const double *us, unsigned int count)
{
    json_t *points = json_array();

    for (unsigned int i = 0; i < count; ++i)
        json_array_append_new(points, json_real(us[i]));
    if (!series)
        series = json_array();
    json_array_append_new(series, json_pack("{s:s, s:i, s:o}", "name", name, "step", (int)step, "us", points));
}

bool report_finish(const WCHAR *path)
{
    json_t *report = json_pack("{s:o, s:o*}", "rows", rows, "series", series);
    FILE *file = _wfopen(path, L"wb");
    bool written = file && !json_dumpf(report, file, JSON_INDENT(2));

    if (file)
        written &= !fclose(file);
    json_decref(report);
    return written;
}
