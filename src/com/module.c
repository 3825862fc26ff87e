#include "com/module.h"

#include "com/type_info.h"
#include "platform/memory.h"
#include "platform/trace.h"

HINSTANCE module_instance;
unsigned int module_trace_channel = TRACE_COM;
const WCHAR *module_error_source = L"VMEvents";
void (*module_on_idle)(void);

static LONG uses;

void module_addref(void)
{
    InterlockedIncrement(&uses);
}

void module_release(void)
{
    /* With the last use type information is let go first: once the count is 0 the module may be unloaded at any
     * time. */
    if (InterlockedCompareExchange(&uses, 1, 1) == 1)
        type_info_forget();
    if (!InterlockedDecrement(&uses) && module_on_idle)
        module_on_idle();
}

LONG module_count_uses(void)
{
    return InterlockedCompareExchange(&uses, 0, 0);
}

BOOL module_in_use(void)
{
    return module_count_uses() != 0;
}

BOOL module_library_addref(void)
{
    HMODULE library;

    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const WCHAR *)module_instance, &library);
}

WCHAR *module_path(void)
{
    DWORD size = MAX_PATH, length;
    WCHAR *path = NULL, *larger;

    for (;; size *= 2)
    {
        if (!(larger = memory_resize(path, size * sizeof(*path))))
            break;
        path = larger;
        if (!(length = GetModuleFileNameW(module_instance, path, size)))
            break;
        if (length < size)
            return path;
    }
    memory_free(path);
    return NULL;
}
