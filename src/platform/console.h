/* Standard output and standard error of a program: UTF-8, or Unicode where they are a console. */
#ifndef VMEVENTS_PLATFORM_CONSOLE_H
#define VMEVENTS_PLATFORM_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include <windows.h>

/* which: STD_OUTPUT_HANDLE, STD_ERROR_HANDLE. False: GetLastError says why. */
bool console_write(DWORD which, const WCHAR *text, size_t length);

/* Writes to standard output. False: that could not be done, and the program, by its name, has said why on standard
 * error; of a pipe that nobody reads any more it says nothing, as where `more` has been left. */
bool console_answer(const WCHAR *program, const WCHAR *text, size_t length);

#endif
