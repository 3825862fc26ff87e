/* The memory that the sink takes for what there may be many of. */
#include "report.h"
#include "rivals.h"
#include "sinks.h"
#include "subjects.h"

#include <olectl.h>

#define MANY 100000
#define CONNECTIONS 1000

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

static void bench_callback_memory(void)
{
    double before = heap_bytes();
    IVMEventSink *sink = sink_with_callbacks(MANY);

    report_row("callback_bytes", "memory a callback", (heap_bytes() - before) / MANY, "bytes", AT_MOST, 64, NULL);
    IVMEventSink_Release(sink);
}

static void bench_queue_memory(void)
{
    IVMEventSink *sink = sink_with_callbacks(0);
    double before;

    IVMEventSink_put_QueueCapacity(sink, MANY);
    before = heap_bytes();
    run_direct(sink, MANY);
    report_row("queued_event_bytes", "memory a queued event", (heap_bytes() - before) / MANY, "bytes", STATED, 0, NULL);
    IVMEventSink_Release(sink);
}

/* A sink that passes on to others what it receives is a source like any other, and takes memory as one. */
static void bench_advise_memory(void)
{
    IVMEventSink *hub = sink_with_callbacks(0);
    IConnectionPointContainer *container;
    IConnectionPoint *point;
    DWORD cookie;
    double before;

    check("hub", IVMEventSink_QueryInterface(hub, &IID_IConnectionPointContainer, (void **)&container));
    check("point", IConnectionPointContainer_FindConnectionPoint(container, &DIID_IVMVirtualMachineEvents, &point));
    before = heap_bytes();
    for (unsigned int i = 0; i < CONNECTIONS; ++i)
        check("Advise", IConnectionPoint_Advise(point, (IUnknown *)echo_dispatch(), &cookie));
    report_row("advised_bytes", "memory an advised sink, in the object that fires",
            (heap_bytes() - before) / CONNECTIONS, "bytes", STATED, 0, NULL);
    IConnectionPoint_Release(point);
    IConnectionPointContainer_Release(container);
    IVMEventSink_Release(hub);
}

static void bench_connection_memory(void)
{
    IVMEventSink *hub = sink_with_callbacks(0), *sink = sink_with_callbacks(0);
    BSTR label = SysAllocString(L"hub");
    LONG cookie;
    double before = heap_bytes();

    for (unsigned int i = 0; i < CONNECTIONS; ++i)
        check("Connect", IVMEventSink_Connect(sink, (IUnknown *)hub, label, &cookie));
    report_row("connection_bytes", "memory a Connect of four interfaces, both ends",
            (heap_bytes() - before) / CONNECTIONS, "bytes", STATED, 0, NULL);
    SysFreeString(label);
    IVMEventSink_Release(sink);
    IVMEventSink_Release(hub);
}

void bench_memory(void)
{
    bench_callback_memory();
    bench_queue_memory();
    bench_advise_memory();
    bench_connection_memory();
}
