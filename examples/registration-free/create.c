/*
 * A program that uses the sink as a COM class although nothing is registered: no administrator, no installer, and no
 * other version of vmevents in the way.
 *
 * Three files lie in one folder: this program, whose manifest (application.manifest, a resource of it) names the
 * assembly VMEvents.Sink; VMEvents.Sink.manifest, which says what a registry would; and vmevents.dll.
 *
 * Build: see CMakeLists.txt.
 * Run:   create.exe
 */
#include <stdio.h>

#include <windows.h>

#include <oleauto.h>

#include "vmevents.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Says what failed; the step's result goes on. */
static HRESULT report(const char *step, HRESULT hr)
{
    if (FAILED(hr))
        printf("%s: error 0x%08lx\n", step, (unsigned long)hr);
    return hr;
}

/* Only to show that the registry has no part in this. */
static BOOL nothing_is_registered(void)
{
    static const WCHAR *const keys[] = {
            L"VMEvents.Sink",
            L"VMEvents.Sink.1",
            L"CLSID\\{70112073-6c7c-44ae-bf7b-1d398d5cce05}",
            L"TypeLib\\{f4ed775c-9ba0-45f1-886e-6d204ed1d872}",
            L"Interface\\{7107b954-9a86-49f9-9aba-a52f2a98fcaf}",
            L"Interface\\{1095de68-0989-46ab-955e-f23867d411e8}",
    };
    static const REGSAM views[] = {KEY_WOW64_64KEY, KEY_WOW64_32KEY};
    HKEY key;

    for (size_t i = 0; i < ARRAY_SIZE(keys); ++i)
    {
        for (size_t j = 0; j < ARRAY_SIZE(views); ++j)
        {
            if (RegOpenKeyExW(HKEY_CLASSES_ROOT, keys[i], 0, KEY_READ | views[j], &key))
                continue;
            RegCloseKey(key);
            printf("registered: %ls\n", keys[i]);
            return FALSE;
        }
    }
    return TRUE;
}

/* By its name, as scripts do. The manifest's ProgIDs lead to a CLSID that is made up for this process, by which the
 * class is found as by its own. */
static HRESULT create_by_prog_id(IVMEventSink **sink)
{
    CLSID clsid;
    HRESULT hr;

    *sink = NULL;
    if (FAILED(hr = report("CLSIDFromProgID", CLSIDFromProgID(L"VMEvents.Sink", &clsid))))
        return hr;
    return report("CoCreateInstance by name",
            CoCreateInstance(&clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IVMEventSink, (void **)sink));
}

static HRESULT create_by_clsid(IVMEventSink **sink)
{
    return report("CoCreateInstance",
            CoCreateInstance(&CLSID_VMEventSink, NULL, CLSCTX_INPROC_SERVER, &IID_IVMEventSink, (void **)sink));
}

static HRESULT print_text(const char *where, IVMEventRecord *record)
{
    BSTR text;
    HRESULT hr;

    if (FAILED(hr = report("Text", IVMEventRecord_get_Text(record, &text))))
        return hr;
    printf("%s: %ls\n", where, text);
    SysFreeString(text);
    return hr;
}

/* Another apartment gets at the record through a proxy, which the manifest's type library makes possible. */
static DWORD CALLBACK read_elsewhere(void *stream)
{
    IVMEventRecord *record;
    HRESULT hr;

    if (FAILED(hr = CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        return (DWORD)hr;
    hr = report("unmarshalling", CoGetInterfaceAndReleaseStream(stream, &IID_IVMEventRecord, (void **)&record));
    if (SUCCEEDED(hr))
    {
        hr = print_text("in another apartment", record);
        IVMEventRecord_Release(record);
    }
    CoUninitialize();
    return (DWORD)hr;
}

static HRESULT show_in_another_apartment(IVMEventRecord *record)
{
    DWORD index, result = (DWORD)E_FAIL;
    IStream *stream;
    HANDLE thread;
    HRESULT hr;

    hr = report("marshalling", CoMarshalInterThreadInterfaceInStream(&IID_IVMEventRecord, (IUnknown *)record, &stream));
    if (FAILED(hr))
        return hr;
    if (!(thread = CreateThread(NULL, 0, read_elsewhere, stream, 0, NULL)))
        return E_OUTOFMEMORY;
    /* Its calls come to this thread, which lets them in while it waits. */
    if (SUCCEEDED(hr = CoWaitForMultipleHandles(0, 20000, 1, &thread, &index)) && GetExitCodeThread(thread, &result))
        hr = (HRESULT)result;
    CloseHandle(thread);
    return report("the other apartment", hr);
}

static HRESULT use_sink(IVMEventSink *sink)
{
    IVMEventRecord *record;
    HRESULT hr;

    if (FAILED(hr = report("OnGuestLogoff", IVMEventSink_OnGuestLogoff(sink, vmLogoff_Forced))))
        return hr;
    if (FAILED(hr = report("NextEvent", IVMEventSink_NextEvent(sink, 0, &record))))
        return hr;
    if (!record)
        return report("NextEvent: no event", E_FAIL);
    if (SUCCEEDED(hr = print_text("here", record)))
        hr = show_in_another_apartment(record);
    IVMEventRecord_Release(record);
    return hr;
}

static HRESULT create_and_use(const char *how, HRESULT (*create)(IVMEventSink **sink))
{
    IVMEventSink *sink;
    HRESULT hr;

    if (FAILED(hr = create(&sink)))
        return hr;
    printf("created by %s\n", how);
    hr = use_sink(sink);
    IVMEventSink_Release(sink);
    return hr;
}

int main(void)
{
    HRESULT hr;

    if (!nothing_is_registered())
        return 2;
    printf("nothing is registered\n");
    if (FAILED(hr = report("CoInitializeEx", CoInitializeEx(NULL, COINIT_APARTMENTTHREADED))))
        return 1;
    if (SUCCEEDED(hr = create_and_use("its CLSID", create_by_clsid)))
        hr = create_and_use("its ProgID", create_by_prog_id);
    CoUninitialize();
    return FAILED(hr);
}
