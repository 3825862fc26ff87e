#include "support/wine_faults.h"

#include <stdlib.h>
#include <windows.h>

/* Wine's first number, asked for once; 0 on Windows. */
static int wine_major(void)
{
    static int major = -1;
    const char *(__cdecl * wine_get_version)(void);

    if (major >= 0)
        return major;
    wine_get_version = (void *)(ULONG_PTR)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version");
    return major = wine_get_version ? atoi(wine_get_version()) : 0;
}

bool wine_loses_arguments(void)
{
    return wine_major() >= 9;
}

bool wine_keeps_half_a_desktop(void)
{
    return wine_major() >= 9;
}

bool wine_counts_groups_of_blocks(void)
{
    return wine_major() >= 9;
}

bool wine_fails_to_start(void)
{
    return wine_major() > 0;
}
