#include "sink/library.h"

struct library library;

const IID iid_agile_object = {0x94ea2b94, 0xe9cc, 0x49e0, {0xc0, 0xff, 0xee, 0x64, 0xca, 0x8f, 0x5b, 0x90}};

const IID *const diids[DIID_COUNT] = {&DIID_IVMVirtualMachineEvents, &DIID_IVMVirtualPCEvents, &DIID_IVMDVDDriveEvents,
        &DIID_IVMFloppyDriveEvents};

static void *find(const char *name)
{
    void *function = (void *)(ULONG_PTR)GetProcAddress(library.module, name);

    CHECK(function);
    return function;
}

/* The test stands in tests, the library beside that directory in bin. */
static void path_of_library(WCHAR path[MAX_PATH])
{
    CHECK(GetModuleFileNameW(NULL, path, MAX_PATH - 32));
    *wcsrchr(path, '\\') = 0;
    *wcsrchr(path, '\\') = 0;
    wcscat(path, L"\\bin\\vmevents.dll");
}

int library_load(void **state)
{
    WCHAR path[MAX_PATH];

    (void)state;
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    path_of_library(path);
    if (!(library.module = LoadLibraryW(path)))
    {
        fprintf(stderr, "%ls cannot be loaded: %lu\n", path, (unsigned long)GetLastError());
        return -1;
    }
    library.can_unload_now = find("DllCanUnloadNow");
    library.get_class_object = find("DllGetClassObject");
    library.create_sink = find("VMEventsCreateSink");
    return 0;
}

int library_unload(void **state)
{
    (void)state;
    CHECK(FreeLibrary(library.module));
    CHECK(!GetModuleHandleW(L"vmevents.dll"));
    CoUninitialize();
    return 0;
}

int library_check_idle(void **state)
{
    static bool was_left_in_use;
    ULONGLONG end = now_ms() + PATIENCE_MS;

    (void)state;
    /* An earlier test has told already. */
    if (was_left_in_use)
        return 0;
    while (library.can_unload_now() != S_OK)
    {
        if (now_ms() > end)
        {
            fprintf(stderr, "something of the library is still in use\n");
            was_left_in_use = true;
            return -1;
        }
        Sleep(1);
    }
    return 0;
}

IVMEventSink *sink_create(void)
{
    IVMEventSink *sink;

    CHECK(library.create_sink(&IID_IVMEventSink, (void **)&sink) == S_OK);
    return sink;
}

void *query(void *object, REFIID riid)
{
    void *result;

    CHECK(IUnknown_QueryInterface((IUnknown *)object, riid, &result) == S_OK);
    return result;
}

IDispatch *face_of(IVMEventSink *sink, REFIID diid)
{
    IDispatch *face = query(sink, diid);

    IDispatch_Release(face);
    return face;
}

ULONG count_references(void *object)
{
    IUnknown_AddRef((IUnknown *)object);
    return IUnknown_Release((IUnknown *)object);
}

static LONG read_number(volatile LONG *number)
{
    return InterlockedCompareExchange(number, 0, 0);
}

bool wait_for(volatile LONG *number, LONG least)
{
    ULONGLONG end = now_ms() + PATIENCE_MS;

    while (read_number(number) < least)
    {
        if (now_ms() > end)
            return false;
        Sleep(1);
    }
    return true;
}

static void dispatch_waiting_messages(void)
{
    MSG message;

    while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE))
    {
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
}

bool pump_for(volatile LONG *number, LONG least)
{
    ULONGLONG end = now_ms() + PATIENCE_MS;

    while (read_number(number) < least)
    {
        if (now_ms() > end)
            return false;
        MsgWaitForMultipleObjectsEx(0, NULL, 5, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
        dispatch_waiting_messages();
    }
    return true;
}

void pump_ms(DWORD ms)
{
    ULONGLONG end = now_ms() + ms;

    do
    {
        MsgWaitForMultipleObjectsEx(0, NULL, 5, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
        dispatch_waiting_messages();
    } while (now_ms() < end);
}

ULONGLONG now_ms(void)
{
    LARGE_INTEGER now, frequency;

    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    return (ULONGLONG)now.QuadPart / ((ULONGLONG)frequency.QuadPart / 1000);
}
