/* `./run bench`: the sink beside what people use today, in one program and one run. */
#include "measure.h"
#include "report.h"
#include "rivals.h"

#include <stdio.h>

#define ROUNDS 41

static volatile LONG sum;

static void CALLBACK on_event(const VMEVENT *event, void *context)
{
    (void)context;
    sum += V_I4(&event->args[0]);
}

static void CALLBACK on_logoff(LONG type, void *context)
{
    (void)context;
    sum += type;
}

static void fail(const char *what, HRESULT hr)
{
    fprintf(stderr, "bench: %s: 0x%08lx\n", what, (unsigned long)hr);
    ExitProcess(1);
}

/* A sink with so many callbacks, its queue off as in any program of callbacks. */
static IVMEventSink *create_sink(unsigned int callbacks)
{
    IVMEventCallbacks *faces;
    IVMEventSink *sink;
    DWORD cookie;
    HRESULT hr;

    if (FAILED(hr = VMEventsCreateSink(&IID_IVMEventSink, (void **)&sink)))
        fail("VMEventsCreateSink", hr);
    IVMEventSink_QueryInterface(sink, &IID_IVMEventCallbacks, (void **)&faces);
    for (unsigned int i = 0; i < callbacks; ++i)
    {
        if (FAILED(hr = IVMEventCallbacks_AddCallback(faces, &DIID_IVMVirtualMachineEvents,
                           vmVirtualMachineEvent_GuestLogoff, on_event, NULL, NULL, &cookie)))
            fail("AddCallback", hr);
    }
    IVMEventCallbacks_Release(faces);
    return sink;
}

static IDispatch *machine_events(IVMEventSink *sink)
{
    IDispatch *events;

    IVMEventSink_QueryInterface(sink, &DIID_IVMVirtualMachineEvents, (void **)&events);
    return events;
}

/* Contenders */

static void run_invoke(void *context, unsigned int count)
{
    IDispatch *sink = context;
    DISPPARAMS params = {NULL, NULL, 1, 0};
    VARIANT arg;

    V_VT(&arg) = VT_I4;
    V_I4(&arg) = vmLogoff_Forced;
    params.rgvarg = &arg;
    while (count--)
        IDispatch_Invoke(sink, vmVirtualMachineEvent_GuestLogoff, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD,
                &params, NULL, NULL, NULL);
}

static void run_direct(void *context, unsigned int count)
{
    while (count--)
        IVMEventSink_OnGuestLogoff((IVMEventSink *)context, vmLogoff_Forced);
}

static void run_function_pointer(void *context, unsigned int count)
{
    rival_callback volatile callback = on_logoff;

    while (count--)
        callback(vmLogoff_Forced, context);
}

static void measure_calls(ITypeLib *library)
{
    IVMEventSink *one = create_sink(1), *ten = create_sink(10);
    struct contender invokes[] = {
            {"sink", run_invoke, machine_events(one), 0, 0},
            {"handwritten", run_invoke, handwritten_sink(on_logoff, NULL), 0, 0},
            {"typeinfo", run_invoke, typeinfo_sink(library, on_logoff, NULL), 0, 0},
            {"boost", boost_fire, boost_signal(1, on_logoff, NULL), 0, 0},
    };
    struct contender tens[] = {
            {"sink", run_invoke, machine_events(ten), 0, 0},
            {"boost", boost_fire, boost_signal(10, on_logoff, NULL), 0, 0},
    };
    struct contender directs[] = {
            {"sink", run_direct, one, 0, 0},
            {"pointer", run_function_pointer, NULL, 0, 0},
    };

    measure(invokes, 4, 100000, ROUNDS);
    report_row("invoke_ns", "Invoke to one callback", invokes[0].best_ns, "ns", STATED, 0);
    report_row("invoke_handwritten", "Invoke to one callback / smallest hand-written Invoke",
            1 / invokes[1].median_ratio, "times", AT_MOST, 3);
    report_row("invoke_typeinfo", "a sink by ITypeInfo::Invoke / Invoke to one callback", invokes[2].median_ratio,
            "times", AT_LEAST, 15);
    report_row("invoke_boost", "boost::signals2, one slot / Invoke to one callback", invokes[3].median_ratio, "times",
            AT_LEAST, 5);
    measure(tens, 2, 50000, ROUNDS);
    report_row("ten_boost", "boost::signals2, ten slots / Invoke to ten callbacks", tens[1].median_ratio, "times",
            AT_LEAST, 8);
    measure(directs, 2, 100000, ROUNDS);
    report_row("direct_pointer", "OnGuestLogoff to one callback / a function pointer", 1 / directs[1].median_ratio,
            "times", AT_MOST, 6);
}

/* Threads */

#define THREADS 2
#define EVENTS_A_THREAD 4000000

static DWORD CALLBACK fire_thread(void *context)
{
    run_direct(context, EVENTS_A_THREAD);
    return 0;
}

static double events_a_second(IVMEventSink *sink, unsigned int thread_count)
{
    HANDLE threads[THREADS];
    double start = clock_ns();

    for (unsigned int i = 0; i < thread_count; ++i)
        threads[i] = CreateThread(NULL, 0, fire_thread, sink, 0, NULL);
    WaitForMultipleObjects(thread_count, threads, TRUE, INFINITE);
    for (unsigned int i = 0; i < thread_count; ++i)
        CloseHandle(threads[i]);
    return thread_count * EVENTS_A_THREAD * 1e9 / (clock_ns() - start);
}

static void CALLBACK on_event_quietly(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
}

static void measure_threads(void)
{
    IVMEventCallbacks *faces;
    IVMEventSink *sink = create_sink(0);
    double one, two, best = 0;
    DWORD cookie;

    IVMEventSink_QueryInterface(sink, &IID_IVMEventCallbacks, (void **)&faces);
    IVMEventCallbacks_AddCallback(faces, &IID_NULL, DISPID_UNKNOWN, on_event_quietly, NULL, NULL, &cookie);
    for (unsigned int round = 0; round < 5; ++round)
    {
        one = events_a_second(sink, 1);
        two = events_a_second(sink, 2);
        if (two / one > best)
            best = two / one;
    }
    report_row("two_threads", "two threads firing at one sink / one thread", best, "times", AT_LEAST, 1.8);
    IVMEventCallbacks_Release(faces);
    IVMEventSink_Release(sink);
}

/* Adding and removing */

static void run_add_remove(void *context, unsigned int count)
{
    IVMEventCallbacks *callbacks = context;
    DWORD cookie;

    while (count--)
    {
        IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, on_event, NULL, NULL, &cookie);
        IVMEventCallbacks_RemoveCallback(callbacks, cookie);
    }
}

static IVMEventCallbacks *callbacks_of(IVMEventSink *sink)
{
    IVMEventCallbacks *callbacks;

    IVMEventSink_QueryInterface(sink, &IID_IVMEventCallbacks, (void **)&callbacks);
    return callbacks;
}

static void measure_add_remove(void)
{
    struct contender contenders[] = {
            {"10", run_add_remove, callbacks_of(create_sink(10)), 0, 0},
            {"1000", run_add_remove, callbacks_of(create_sink(1000)), 0, 0},
            {"100000", run_add_remove, callbacks_of(create_sink(100000)), 0, 0},
    };

    measure(contenders, 3, 20000, ROUNDS);
    report_row("add_remove_ns", "add and remove a callback among 10", contenders[0].best_ns, "ns", STATED, 0);
    report_row("add_remove_1000", "the same among 1,000 / among 10", contenders[1].median_ratio, "times", AT_MOST, 1.5);
    report_row("add_remove_100000", "the same among 100,000 / among 10", contenders[2].median_ratio, "times", AT_MOST,
            1.5);
}

/* Memory */

/* Bytes in use in all heaps of the process, their bookkeeping included. */
static double heap_bytes(void)
{
    PROCESS_HEAP_ENTRY entry;
    HANDLE heaps[64];
    double bytes = 0;
    DWORD count = GetProcessHeaps(ARRAYSIZE(heaps), heaps);

    for (DWORD i = 0; i < min(count, ARRAYSIZE(heaps)); ++i)
    {
        entry.lpData = NULL;
        while (HeapWalk(heaps[i], &entry))
        {
            if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY)
                bytes += entry.cbData + entry.cbOverhead;
        }
    }
    return bytes;
}

static void measure_memory(void)
{
    IVMEventSink *sink;
    double before = heap_bytes();

    sink = create_sink(100000);
    report_row("callback_bytes", "memory a callback", (heap_bytes() - before) / 100000, "bytes", AT_MOST, 64);
    IVMEventSink_Release(sink);

    sink = create_sink(0);
    IVMEventSink_put_QueueCapacity(sink, 100000);
    before = heap_bytes();
    run_direct(sink, 100000);
    report_row("queued_event_bytes", "memory a queued event", (heap_bytes() - before) / 100000, "bytes", STATED, 0);
    IVMEventSink_Release(sink);
}

/* The entry of a Unicode program (-municode); no header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    ITypeLib *library;
    HRESULT hr;

    if (argc != 3)
    {
        fprintf(stderr, "usage: vmbench TYPELIB JSON\n");
        return 2;
    }
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (FAILED(hr = LoadTypeLibEx(argv[1], REGKIND_NONE, &library)))
        fail("LoadTypeLibEx", hr);
    measure_calls(library);
    measure_threads();
    measure_add_remove();
    measure_memory();
    return report_finish(argv[2]) ? 0 : 1;
}
