/* Standard output and standard error of a program: UTF-8, or Unicode where they are a console. */
#ifndef VMEVENTS_PLATFORM_CONSOLE_H
#define VMEVENTS_PLATFORM_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include <windows.h>

/* which: STD_OUTPUT_HANDLE, STD_ERROR_HANDLE. False: it is closed, or memory has run out. */
bool console_write(DWORD which, const WCHAR *text, size_t length);

#endif
