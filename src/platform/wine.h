/* Whether the program runs under Wine: for work-arounds, which name Wine where they stand. */
#ifndef VMEVENTS_PLATFORM_WINE_H
#define VMEVENTS_PLATFORM_WINE_H

#include <windows.h>

static inline BOOL is_wine(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    return ntdll && GetProcAddress(ntdll, "wine_get_version");
}

#endif
