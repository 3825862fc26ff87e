/* For the build that counts coverage: writes the counts before ExitProcess, which passes the C library's own end by.
 * The linker's --wrap leads the program's calls here (64-bit names). */
#include <windows.h>

extern void(WINAPI *const __real___imp_ExitProcess)(UINT code);
extern void(WINAPI *const __wrap___imp_ExitProcess)(UINT code);

void __gcov_dump(void);

static void WINAPI dump_and_exit(UINT code)
{
    __gcov_dump();
    __real___imp_ExitProcess(code);
}

void(WINAPI *const __wrap___imp_ExitProcess)(UINT code) = dump_and_exit;
