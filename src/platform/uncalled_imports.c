/*
 * libuv has functions that tell of network adapters and home directories, for which it imports from two DLLs that
 * Windows does not keep loaded, and so looks for by their names, first of all beside the program. Nothing here calls
 * those functions. So what they import is given to the linker here, and the DLLs are not needed.
 */
#include <windows.h>

/* As the linker names the pointer through which an imported function is called. */
#ifdef _WIN64
#define IMPORT(name, bytes) "__imp_" name
#else
#define IMPORT(name, bytes) "__imp__" name "@" bytes
#endif

static ULONG WINAPI no_adapters(ULONG family, ULONG flags, void *reserved, void *adapters, ULONG *size)
{
    (void)family, (void)flags, (void)reserved, (void)adapters, (void)size;
    return ERROR_NOT_SUPPORTED;
}

static BOOL WINAPI no_profile(HANDLE token, WCHAR *directory, DWORD *size)
{
    (void)token, (void)directory, (void)size;
    SetLastError(ERROR_NOT_SUPPORTED);
    return FALSE;
}

extern const void *const import_of_adapters __asm__(IMPORT("GetAdaptersAddresses", "20"));
extern const void *const import_of_profile __asm__(IMPORT("GetUserProfileDirectoryW", "12"));

const void *const import_of_adapters = (const void *)no_adapters;
const void *const import_of_profile = (const void *)no_profile;
