#include "report.h"

#include <jansson.h>
#include <stdio.h>
#include <windows.h>

static json_t *rows;

static bool is_met(double value, enum bound bound, double target)
{
    return bound == STATED || (bound == AT_MOST ? value <= target : value >= target);
}

void report_row(const char *key, const char *detail, double value, const char *unit, enum bound bound, double target)
{
    static const char *const words[] = {"at most", "at least", ""};
    char wanted[32] = "";
    json_t *row = json_pack("{s:s, s:s, s:f, s:s, s:b}", "key", key, "detail", detail, "value", value, "unit", unit,
            "met", is_met(value, bound, target));

    if (bound != STATED)
    {
        snprintf(wanted, sizeof(wanted), "%s %g", words[bound], target);
        json_object_set_new(row, "target", json_real(target));
        json_object_set_new(row, "bound", json_string(words[bound]));
    }
    printf("%-62s %10.2f %-8s %-14s %s\n", detail, value, unit, wanted,
            bound == STATED                     ? ""
                    : is_met(value, bound, target) ? "yes"
                                                   : "NO");
    fflush(stdout);
    if (!rows)
        rows = json_array();
    json_array_append_new(rows, row);
}

bool report_finish(const WCHAR *path)
{
    json_t *report = json_pack("{s:o}", "rows", rows);
    FILE *file = _wfopen(path, L"wb");
    bool written = file && !json_dumpf(report, file, JSON_INDENT(2));

    if (file)
        written &= !fclose(file);
    json_decref(report);
    return written;
}
