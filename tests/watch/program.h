/* vmwatch as a process beside a test, whose lines are read as they come. */
#ifndef VMEVENTS_TESTS_WATCH_PROGRAM_H
#define VMEVENTS_TESTS_WATCH_PROGRAM_H

#include "support/test.h"

#include <windows.h>

#define LINE_MAX_LENGTH 4096

struct program
{
    HANDLE process;
    HANDLE output;
    char buffer[2 * LINE_MAX_LENGTH];
    size_t length;
};

/* Starts the vmwatch that was built with the test. */
void program_start(struct program *program, const WCHAR *arguments);

/* The next line of its standard output, without its end; waits for it. False: there is none any more. */
bool program_read_line(struct program *program, char line[LINE_MAX_LENGTH]);

/* Whether there is something to be read now. */
bool program_has_output(const struct program *program);

/* Waits for its end, and returns its exit code. */
DWORD program_end(struct program *program);

/* Reads no more, so that the program ends with the next line; it lets go of what it holds of others. */
void program_stop_reading(struct program *program);

#endif
