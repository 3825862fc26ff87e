/* The DLL that somebody has put where a program may look for another: being loaded, it leaves a file beside itself. */
#include <windows.h>

#include <wchar.h>

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);
__declspec(dllexport) HRESULT WINAPI VMEventsCreateSink(REFIID riid, void **sink);

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    WCHAR path[MAX_PATH + 8];
    HANDLE mark;

    (void)reserved;
    if (reason != DLL_PROCESS_ATTACH || !GetModuleFileNameW(instance, path, MAX_PATH))
        return TRUE;
    wcscat(path, L".loaded");
    mark = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    if (mark != INVALID_HANDLE_VALUE)
        CloseHandle(mark);
    return TRUE;
}

HRESULT WINAPI VMEventsCreateSink(REFIID riid, void **sink)
{
    (void)riid;
    *sink = NULL;
    return E_FAIL;
}
