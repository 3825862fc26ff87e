/* For builds that count coverage: writes the counts when the process ends by ExitProcess, which passes the C library's
 * own end by. The loader calls what stands in this section before it lets go of the program. */
#include <windows.h>

void __gcov_dump(void);

static void NTAPI dump_at_the_end(void *module, DWORD reason, void *reserved)
{
    (void)module, (void)reserved;
    if (reason == DLL_PROCESS_DETACH)
        __gcov_dump();
}

__attribute__((section(".CRT$XLD"), used)) static const PIMAGE_TLS_CALLBACK at_the_end = dump_at_the_end;
