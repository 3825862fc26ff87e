#include "client/library.h"

#include <wchar.h>

typedef HRESULT(WINAPI *create_sink_function)(REFIID riid, void **sink);

static HRESULT last_error(void)
{
    return HRESULT_FROM_WIN32(GetLastError());
}

/* The path of the file of that name beside this program. */
static HRESULT path_beside_program(const WCHAR *name, WCHAR *path, DWORD size)
{
    DWORD length = GetModuleFileNameW(NULL, path, size);
    WCHAR *last;

    if (!length)
        return last_error();
    if (length == size || !(last = wcsrchr(path, '\\')) || (size_t)(last + 1 - path) + wcslen(name) >= size)
        return HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE);
    wcscpy(last + 1, name);
    return S_OK;
}

HRESULT library_create_sink(REFIID riid, void **sink)
{
    static HMODULE module; /* stays loaded to the end of the process, as an import does */
    create_sink_function create_sink;
    WCHAR path[4096] = L"";
    HRESULT hr;

    if (FAILED(hr = path_beside_program(L"vmevents.dll", path, ARRAYSIZE(path))))
        return hr;
    if (!(module = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH)))
        return last_error();
    if (!(create_sink = (create_sink_function)(void (*)(void))GetProcAddress(module, "VMEventsCreateSink")))
        return last_error();
    return create_sink(riid, sink);
}
