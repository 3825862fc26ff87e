/* Lines for people and for programs. */
#ifndef VMEVENTS_WATCH_OUTPUT_H
#define VMEVENTS_WATCH_OUTPUT_H

#include <stdbool.h>

#include "watch/line.h"
#include "watch/options.h"
#include "watch/shown_event.h"

/* Writes to standard output. False: that could not be done, and the reason is on standard error (console_answer). */
bool output_write(const WCHAR *text);

/* A line on standard error, which nothing in it can end or forge: see event/text.h. */
void output_complain(const WCHAR *format, ...);

/* What could not be done, and why: by the description, or else the number. */
void output_complain_of(const WCHAR *what, HRESULT hr, BSTR description);

/* The same of a call that has just failed, by what the thread's error object says. */
void output_complain_of_call(const WCHAR *what, HRESULT hr);

/* What is shown of events. Begins with its options, all else zero. */
struct output
{
    const struct options *options;
    bool any; /* one has been shown, and this is its time */
    DATE first;
};

/* One line for the event: what line_write returns. */
HRESULT output_event(struct output *output, const struct shown_event *event);

/* Appends the name of a machine and its style. Where it could be taken for more than a name, by blanks in a row, it stands
 * in double quotes. */
void output_append_name(struct line *line, BSTR name);

/* How a machine in that state is shown. */
enum style output_state_style(LONG state);

#endif
