/* Files that vmwatch reads and writes. */
#ifndef VMEVENTS_WATCH_FILES_H
#define VMEVENTS_WATCH_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include <windows.h>

/* "vmwatch: cannot record to C:\day.jsonl: the disk is full" */
void file_complain(const WCHAR *what, const WCHAR *path, DWORD error);

/* Whether both are there and the same, by whatever names. */
bool files_are_the_same(const WCHAR *one, const WCHAR *other);

/* Reads all of a file, which the caller frees by memory_free. False: that has been written to standard error. */
bool file_read(const WCHAR *path, ULONGLONG most_mb, char **text, size_t *size);

/* Writes a line in UTF-8 and its end, as a whole. False: GetLastError says why. */
bool file_write_line(HANDLE file, BSTR line);
bool file_write(HANDLE file, const char *bytes, size_t size);

#endif
