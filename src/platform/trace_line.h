/* A line of the trace, as it is put together: of bounded length, and one line whatever is in it. */
#ifndef VMEVENTS_PLATFORM_TRACE_LINE_H
#define VMEVENTS_PLATFORM_TRACE_LINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes of a line with its end and a NUL, and about so many of what a string brings into it. */
#define TRACE_LINE_MAX 1024
#define TRACE_STRING_MAX 300

struct trace_line
{
    char text[TRACE_LINE_MAX];
    size_t length;
    bool full; /* what comes now is left out, and the line ends by "..." */
};

/* By a format as platform/trace.h has it. */
void trace_line_append(struct trace_line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trace_line_append_list(struct trace_line *line, const char *format, va_list args);

/* Ends the line, and takes no more. Behind its end stands a NUL. */
void trace_line_end(struct trace_line *line);

#endif
