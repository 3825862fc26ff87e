#include "net/tls_windows.h"

#include <wchar.h>

struct tls_windows tls_windows;

static SRWLOCK lock = SRWLOCK_INIT;
static bool loaded; /* guarded by the lock */

/* What the DLL needs is looked for in the same directory. */
static HMODULE load_of_system(const WCHAR *name)
{
    WCHAR path[MAX_PATH];
    UINT length = GetSystemDirectoryW(path, MAX_PATH);

    if (!length || length + 1 + wcslen(name) >= MAX_PATH)
        return NULL;
    path[length] = '\\';
    wcscpy(path + length + 1, name);
    return LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

static bool load(void)
{
    HMODULE crypt32 = load_of_system(L"crypt32.dll"), secur32 = load_of_system(L"secur32.dll");
    INIT_SECURITY_INTERFACE_W init;

    if (!crypt32 || !secur32)
        return false;
#define LOAD(name)                                                                                                     \
    if (!(tls_windows.name##_ = (__typeof__(&(name)))(void (*)(void))GetProcAddress(crypt32, #name)))                  \
        return false;
    TLS_CRYPT32_FUNCTIONS(LOAD)
#undef LOAD
    init = (INIT_SECURITY_INTERFACE_W)(void (*)(void))GetProcAddress(secur32, "InitSecurityInterfaceW");
    return init && (tls_windows.security = init());
}

bool tls_windows_load(void)
{
    bool result;

    AcquireSRWLockExclusive(&lock);
    if (!loaded)
        loaded = load();
    result = loaded;
    ReleaseSRWLockExclusive(&lock);
    return result;
}
