#include "sink/library.h"

#include "support/ole_memory.h"

struct library library;

const IID iid_agile_object = {0x94ea2b94, 0xe9cc, 0x49e0, {0xc0, 0xff, 0xee, 0x64, 0xca, 0x8f, 0x5b, 0x90}};

const IID *const diids[DIID_COUNT] = {&DIID_IVMVirtualMachineEvents, &DIID_IVMVirtualPCEvents, &DIID_IVMDVDDriveEvents,
        &DIID_IVMFloppyDriveEvents};

static bool shipped;
static LONG ole_blocks_before;
static struct memory_count left;

static void *find(const char *name)
{
    void *function = (void *)(ULONG_PTR)GetProcAddress(library.module, name);

    CHECK(function);
    return function;
}

/* The test stands in tests, beside the library whose memory is counted; the one that users get is in bin. */
static void path_of_library(WCHAR path[MAX_PATH])
{
    CHECK(GetModuleFileNameW(NULL, path, MAX_PATH - 32));
    *wcsrchr(path, '\\') = 0;
    if (shipped)
        *wcsrchr(path, '\\') = 0;
    wcscat(path, shipped ? L"\\bin\\vmevents.dll" : L"\\vmevents.dll");
}

static void note_what_is_left(struct memory_count count)
{
    left = count;
}

static int library_open(void)
{
    const struct counted_memory *(*get_memory)(void);
    WCHAR path[MAX_PATH];

    path_of_library(path);
    ole_blocks_before = ole_memory_live();
    if (!(library.module = LoadLibraryW(path)))
    {
        fprintf(stderr, "%ls cannot be loaded: %lu\n", path, (unsigned long)GetLastError());
        return -1;
    }
    library.can_unload_now = find("DllCanUnloadNow");
    library.get_class_object = find("DllGetClassObject");
    library.create_sink = find("VMEventsCreateSink");
    library.memory = NULL;
    if (shipped)
        return 0;
    get_memory = find("counted_memory_get");
    library.memory = get_memory();
    library.memory->set_report(note_what_is_left);
    return 0;
}

int library_load(void **state)
{
    (void)state;
    shipped = shipped || getenv("VMEVENTS_TEST_SHIPPED");
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    ole_memory_watch();
    return library_open();
}

int library_load_shipped(void **state)
{
    shipped = true;
    return library_load(state);
}

/* The thread that the library has may still be on its way out of it. */
static void await_unloading(void)
{
    for (ULONGLONG end = now_ms() + PATIENCE_MS; GetModuleHandleW(L"vmevents.dll"); Sleep(1))
        CHECK(now_ms() < end);
}

/* Unloads the library, which has to have given back its memory by then. */
static int library_close(void)
{
    const struct counted_memory *memory = library.memory;
    LONG ole_blocks;

    left = (struct memory_count){(size_t)-1, 0};
    CHECK(FreeLibrary(library.module));
    await_unloading();
    library.memory = NULL;
    if (memory && left.blocks)
    {
        fprintf(stderr, "the library was unloaded with %ld blocks of %lu bytes\n", (long)left.blocks,
                (unsigned long)left.bytes);
        return -1;
    }
    /* The description of this thread's last error is not the library's. */
    SetErrorInfo(0, NULL);
    if ((ole_blocks = ole_memory_live()) != ole_blocks_before)
    {
        fprintf(stderr, "%ld strings and arrays have not been freed\n", (long)(ole_blocks - ole_blocks_before));
        return -1;
    }
    return 0;
}

static bool was_left_in_use;

/* What others hold of the library they may let go of a little later, in another process above all. */
static bool await_idle(void)
{
    ULONGLONG end = now_ms() + PATIENCE_MS;

    while (library.can_unload_now() != S_OK)
    {
        if (now_ms() > end)
        {
            fprintf(stderr, "something of the library is still in use\n");
            if (library.memory)
                library.memory->print();
            was_left_in_use = true;
            return false;
        }
        Sleep(1);
    }
    return true;
}

int library_unload(void **state)
{
    int result;

    (void)state;
    /* Whatever uses it goes on. */
    if (was_left_in_use || !await_idle())
        return -1;
    result = library_close();
    CoUninitialize();
    return result;
}

int library_check_idle(void **state)
{
    int result;

    (void)state;
    /* An earlier test has told already. */
    if (was_left_in_use)
        return 0;
    if (!await_idle())
        return -1;
    result = library_close();
    return library_open() || result ? -1 : 0;
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
