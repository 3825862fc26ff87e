/* What vmforward writes for people: to the console, or as a service to the system's event log. */
#ifndef VMEVENTS_FORWARD_PROGRAM_OUTPUT_H
#define VMEVENTS_FORWARD_PROGRAM_OUTPUT_H

#include <stdbool.h>

#include <windows.h>

#include "fleet/utf8_text.h"

/* From now on what output_tell is told goes to the event log. */
void output_use_event_log(void);

/* The text in UTF-8, to standard output. False: that could not be done, and the reason is on standard error but of a
 * pipe that nobody reads. */
bool output_write(const char *text);

/* A line on standard error, "vmforward: ..."; control characters in it become question marks. */
void output_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with what Windows says about the error. */
void output_complain_of(DWORD error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What has happened while it runs: a line with the time, or an entry of the event log. */
void output_tell(bool is_fault, const char *text);

#endif
