/* The library loaded, used and let go of a thousand times: nothing of the process grows. */
#include "sink/recorder.h"
#include "sink/source.h"
#include "sink/worker.h"

#include <tlhelp32.h>

#include "support/wine_faults.h"

#define BLOCKS_OF_A_THREAD 16

/* What a process has, by kinds that a library can leave behind. */
struct possessions
{
    DWORD handles;
    ULONG_PTR handle; /* how far a number of new ones goes: Wine 8.0 does not count them, but fills the gaps first */
    DWORD threads;
    DWORD thread_slots; /* that are free */
    SIZE_T blocks;     /* of memory, in all heaps */
    SIZE_T bytes;
    SIZE_T private_bytes; /* of address space, beside the heaps' own */
};

static DWORD count_threads(void)
{
    THREADENTRY32 entry = {.dwSize = sizeof(entry)};
    HANDLE threads = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    DWORD count = 0;

    assert_true(threads != INVALID_HANDLE_VALUE);
    for (BOOL found = Thread32First(threads, &entry); found; found = Thread32Next(threads, &entry))
        count += entry.th32OwnerProcessID == GetCurrentProcessId();
    CloseHandle(threads);
    return count;
}

static void count_blocks(HANDLE heap, struct possessions *found)
{
    PROCESS_HEAP_ENTRY entry = {0};

    assert_true(HeapLock(heap));
    while (HeapWalk(heap, &entry))
    {
        if (!(entry.wFlags & PROCESS_HEAP_ENTRY_BUSY))
            continue;
        ++found->blocks;
        found->bytes += entry.cbData;
    }
    assert_true(HeapUnlock(heap));
}

static SIZE_T count_private_bytes(void)
{
    MEMORY_BASIC_INFORMATION region = {0};
    SIZE_T bytes = 0;

    for (BYTE *at = NULL; VirtualQuery(at, &region, sizeof(region)); at = (BYTE *)region.BaseAddress + region.RegionSize)
        bytes += region.State == MEM_COMMIT ? region.RegionSize : 0;
    return bytes;
}

static ULONG_PTR highest_new_handle(void)
{
    static HANDLE handles[1024];
    ULONG_PTR highest = 0;

    for (size_t i = 0; i < ARRAYSIZE(handles); ++i)
    {
        assert_non_null(handles[i] = CreateEventW(NULL, FALSE, FALSE, NULL));
        highest = max(highest, (ULONG_PTR)handles[i]);
    }
    for (size_t i = 0; i < ARRAYSIZE(handles); ++i)
        CloseHandle(handles[i]);
    return highest;
}

static DWORD count_free_thread_slots(void)
{
    DWORD slots[TLS_MINIMUM_AVAILABLE + 1024], count = 0;

    while (count < ARRAYSIZE(slots) && (slots[count] = TlsAlloc()) != TLS_OUT_OF_INDEXES)
        ++count;
    for (DWORD i = 0; i < count; ++i)
        assert_true(TlsFree(slots[i]));
    assert_true(count > 0);
    return count;
}

static struct possessions take_stock(void)
{
    struct possessions found = {0};
    HANDLE heaps[64];
    DWORD count = GetProcessHeaps(ARRAYSIZE(heaps), heaps);

    assert_in_range(count, 1, ARRAYSIZE(heaps));
    assert_true(GetProcessHandleCount(GetCurrentProcess(), &found.handles));
    found.handle = highest_new_handle();
    found.threads = count_threads();
    found.thread_slots = count_free_thread_slots();
    for (DWORD i = 0; i < count; ++i)
        count_blocks(heaps[i], &found);
    found.private_bytes = count_private_bytes();
    return found;
}

static volatile LONG called, released;

static void CALLBACK count_call(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
    InterlockedIncrement(&called);
}

static void CALLBACK count_release(void *context)
{
    (void)context;
    InterlockedIncrement(&released);
}

/* A thread of its own, with an apartment of its own: what the library keeps for threads and apartments. */
static void use_in_apartment(void *context)
{
    IVMEventSink *sink = context;
    static struct recorder handler;

    recorder_init(&handler);
    recorder_subscribe(&handler, sink, L"OnReset");
    CHECK(IVMEventSink_OnReset(sink) == S_OK);
    CHECK(handler.calls == 1);
    /* The subscription is left to the apartment's end. */
}

static void use(void)
{
    IVMEventSink *sink = sink_create();
    IVMEventCallbacks *callbacks = query(sink, &IID_IVMEventCallbacks);
    IVMEventRecord *record;
    struct source source;
    LONG connection;
    DWORD cookie;

    called = released = 0;
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 10), S_OK);
    assert_int_equal(IVMEventCallbacks_AddCallback(callbacks, &DIID_IVMVirtualMachineEvents, DISPID_UNKNOWN, count_call,
                             NULL, count_release, &cookie),
            S_OK);
    source_init(&source, 15);
    assert_int_equal(
            IVMEventSink_Connect(sink, (IUnknown *)&source.IDispatch_iface, NULL, &connection), S_OK);
    assert_int_equal(source_fire(&source, &samples[2]), S_OK);
    worker_run(COINIT_APARTMENTTHREADED, use_in_apartment, sink);
    worker_run(COINIT_MULTITHREADED, use_in_apartment, sink);
    assert_int_equal(IVMEventSink_NextEvent(sink, 0, &record), S_OK);
    assert_non_null(record);
    IVMEventRecord_Release(record);
    assert_int_equal(called, 3);
    IVMEventCallbacks_Release(callbacks);
    /* Connection, callback and queue are left to the sink's end. */
    assert_int_equal(IVMEventSink_Release(sink), 0);
    assert_int_equal(released, 1);
    source_end(&source);
}

struct connecting
{
    IVMEventSink *sink;
    IStream *stream;
    LONG cookie;
};

/* From a single-threaded apartment, to a source of another: the library has a thread of its own for that. */
static void connect_to_proxy(void *context)
{
    struct connecting *connecting = context;
    IUnknown *proxy;

    CHECK(CoGetInterfaceAndReleaseStream(connecting->stream, &IID_IUnknown, (void **)&proxy) == S_OK);
    CHECK(IVMEventSink_Connect(connecting->sink, proxy, NULL, &connecting->cookie) == S_OK);
    IUnknown_Release(proxy);
}

static void use_across_apartments(void)
{
    struct connecting connecting = {.sink = sink_create()};
    struct source source;

    source_init(&source, 1);
    assert_int_equal(CoMarshalInterThreadInterfaceInStream(
                             &IID_IUnknown, (IUnknown *)&source.IDispatch_iface, &connecting.stream),
            S_OK);
    worker_run(COINIT_APARTMENTTHREADED, connect_to_proxy, &connecting);
    assert_int_equal(source_fire(&source, &samples[2]), S_OK);
    assert_int_equal(IVMEventSink_Release(connecting.sink), 0);
    assert_int_equal(source.connected, 0);
    /* What Wine's marshaler has of the source it would keep until the apartment ends. */
    CoDisconnectObject((IUnknown *)&source.IDispatch_iface, 0);
    source_end(&source);
}

static void load_use_and_unload(void (*use_it)(void))
{
    void *state = NULL;
    ULONGLONG end;

    assert_int_equal(library_load(&state), 0);
    use_it();
    assert_int_equal(library_check_idle(&state), 0);
    assert_true(FreeLibrary(library.module));
    /* A thread of the library's own keeps it loaded for the last few steps that it takes. */
    for (end = now_ms() + PATIENCE_MS; GetModuleHandleW(L"vmevents.dll"); Sleep(1))
        assert_true(now_ms() < end);
    CoUninitialize();
}

/* By the time of the warm-up, what the system and the C library keep for themselves is there. */
static void reload(void (*use_it)(void), DWORD rounds, DWORD warm_up)
{
    struct possessions before = {0}, after;
    SIZE_T threads, groups = wine_counts_groups_of_blocks() ? 2 * 65536 : 0;

    for (DWORD i = 0; i < rounds; ++i)
    {
        load_use_and_unload(use_it);
        if (i == warm_up)
            before = take_stock();
    }
    after = take_stock();
    print_message("%lu to %lu handles, %lu to %lu threads, %lu to %lu blocks of %lu to %lu bytes in all, "
                  "%lu to %lu KB of address space, new handles up to %lx to %lx\n",
            (unsigned long)before.handles, (unsigned long)after.handles, (unsigned long)before.threads,
            (unsigned long)after.threads, (unsigned long)before.blocks, (unsigned long)after.blocks,
            (unsigned long)before.bytes, (unsigned long)after.bytes, (unsigned long)(before.private_bytes / 1024),
            (unsigned long)(after.private_bytes / 1024), (unsigned long)before.handle, (unsigned long)after.handle);
    assert_int_equal(after.thread_slots, before.thread_slots);
    /* Less than one of anything for each round; handles are multiples of four. */
    assert_true(after.handles < before.handles + (rounds - warm_up) / 4);
    assert_true(after.handle < before.handle + (rounds - warm_up));
    assert_true(after.threads < before.threads + (rounds - warm_up) / 4);
    /* A thread of the system's own, which comes when the machine is busy, has blocks of its own. */
    threads = after.threads > before.threads ? after.threads - before.threads : 0;
    assert_true(after.blocks < before.blocks + (rounds - warm_up) / 4 + threads * BLOCKS_OF_A_THREAD);
    assert_true(after.bytes < before.bytes + groups + 64 * (rounds - warm_up));
    /* Such threads have stacks too. */
    assert_true(after.private_bytes < before.private_bytes + threads * 4 * 1024 * 1024 + 8 * 1024 * 1024);
}

static void test_a_thousand_times(void **state)
{
    (void)state;
    reload(use, 1000, 100);
}

/* With the marshaler and a thread more each time it takes longer, so it is done less often. */
static void test_across_apartments(void **state)
{
    (void)state;
    reload(use_across_apartments, 120, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_a_thousand_times),
            cmocka_unit_test(test_across_apartments),
    };

    return cmocka_run_group_tests_name("the library, again and again", tests, NULL, NULL);
}
