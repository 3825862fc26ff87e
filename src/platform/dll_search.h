/* Where a program looks for a DLL that something in it loads by its name alone. */
#ifndef VMEVENTS_DLL_SEARCH_H
#define VMEVENTS_DLL_SEARCH_H

#include <windows.h>

/*
 * From here on only in the system's directory, not where the program was started: anybody may have put a file of that
 * name there. To be called first thing; a DLL does not, since this is its program's business.
 *
 * A Windows 7 without its updates has only the second of the two, which leaves the current directory out but goes
 * on to look in the program's own and in the PATH. (Wine 8.0 has the first, and takes the second for nothing.)
 */
static inline void dll_search_system_only(void)
{
    HMODULE kernel32 = GetModuleHandleW(L"kernel32.dll");
    FARPROC function = kernel32 ? GetProcAddress(kernel32, "SetDefaultDllDirectories") : NULL;
    BOOL(WINAPI * set_default)(DWORD flags) = (BOOL(WINAPI *)(DWORD))(void (*)(void))function;

    if (!set_default || !set_default(LOAD_LIBRARY_SEARCH_SYSTEM32))
        SetDllDirectoryW(L"");
}

#endif
