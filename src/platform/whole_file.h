/* All of a file's bytes. */
#ifndef VMEVENTS_PLATFORM_WHOLE_FILE_H
#define VMEVENTS_PLATFORM_WHOLE_FILE_H

#include <windows.h>

/*
 * Reads the file to its end, whatever size it says that it has: some that say none have bytes all the same, or cannot
 * be read. The caller frees *bytes by memory_free; behind them is a NUL. Returns ERROR_SUCCESS, ERROR_FILE_TOO_LARGE when
 * there are more than most, ERROR_NOT_ENOUGH_MEMORY, or what reading has returned.
 */
DWORD whole_file_read(HANDLE file, DWORD most, char **bytes, DWORD *size);

#endif
