/*
 * libuv has functions that tell of network adapters and home directories and, since 1.45, one that writes a dump of a
 * process that it kills. For these it imports from three DLLs that Windows does not keep loaded, and so looks for by their
 * names, first of all beside the program. Nothing here calls those functions. So what they import is given to the linker
 * here, and the DLLs are not needed.
 */
#include <windows.h>

/* As the linker names the pointer through which an imported function is called; bytes: of its arguments on the stack of
 * a 32-bit program, which the function takes off it. */
#ifdef _WIN64
#define IMPORT(name, bytes) __asm__("__imp_" name)
#define FUNCTION(name, bytes) __asm__(name)
#else
#define IMPORT(name, bytes) __asm__("__imp__" name "@" bytes)
#define FUNCTION(name, bytes) __asm__("_" name "@" bytes)
#endif

static DWORD WINAPI answer_0(void)
{
    return 0;
}

static DWORD WINAPI answer_1(DWORD one)
{
    (void)one;
    return 0;
}

static DWORD WINAPI refuse_2(void *one, void *two)
{
    (void)one, (void)two;
    return ERROR_NOT_SUPPORTED;
}

static DWORD WINAPI refuse_3(void *one, void *two, ULONG_PTR three)
{
    (void)one, (void)two, (void)three;
    return ERROR_NOT_SUPPORTED;
}

static DWORD WINAPI refuse_5(ULONG one, ULONG two, void *three, void *four, void *five)
{
    (void)one, (void)two, (void)three, (void)four, (void)five;
    return ERROR_NOT_SUPPORTED;
}

static BOOL WINAPI fail_3(void *one, void *two, void *three)
{
    (void)one, (void)two, (void)three;
    SetLastError(ERROR_NOT_SUPPORTED);
    return FALSE;
}

/* MinGW-w64 declares this one as if it were not imported. */
BOOL WINAPI write_no_dump(HANDLE one, DWORD two, HANDLE three, int four, void *five, void *six, void *seven)
        FUNCTION("MiniDumpWriteDump", "28");

BOOL WINAPI write_no_dump(HANDLE one, DWORD two, HANDLE three, int four, void *five, void *six, void *seven)
{
    (void)one, (void)two, (void)three, (void)four, (void)five, (void)six, (void)seven;
    SetLastError(ERROR_NOT_SUPPORTED);
    return FALSE;
}

extern const void *const index_to_luid IMPORT("ConvertInterfaceIndexToLuid", "8");
extern const void *const luid_to_name IMPORT("ConvertInterfaceLuidToNameW", "12");
extern const void *const adapters IMPORT("GetAdaptersAddresses", "20");
extern const void *const profile_directory IMPORT("GetUserProfileDirectoryW", "12");
extern const void *const get_symbol_options IMPORT("SymGetOptions", "0");
extern const void *const set_symbol_options IMPORT("SymSetOptions", "4");

const void *const index_to_luid = (const void *)refuse_2;
const void *const luid_to_name = (const void *)refuse_3;
const void *const adapters = (const void *)refuse_5;
const void *const profile_directory = (const void *)fail_3;
const void *const get_symbol_options = (const void *)answer_0;
const void *const set_symbol_options = (const void *)answer_1;
