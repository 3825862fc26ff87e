/* Programs that tests start. */
#ifndef VMEVENTS_TESTS_PROCESS_H
#define VMEVENTS_TESTS_PROCESS_H

#include <stdbool.h>
#include <windows.h>

/* As CreateProcessW with these arguments does. The program has what can be inherited if startup names its handles.
 * `directory`: NULL is that of the caller. */
bool process_try(
        WCHAR *command, const WCHAR *directory, DWORD flags, STARTUPINFOW *startup, PROCESS_INFORMATION *process);

/* Starts it, or fails the test. Its handle, which the caller closes. `startup`: NULL names nothing. */
HANDLE process_start(WCHAR *command, const WCHAR *directory, STARTUPINFOW *startup);

/* Waits for its end, which has to come within that time, and closes its handle. Its exit code. */
DWORD process_end(HANDLE process, DWORD patience_ms);

#endif
