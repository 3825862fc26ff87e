/*
 * Events from another process: vmbench starts itself once more, hands the other two objects, a sink with a callback and a
 * bare IDispatch, and has it call both in turn.
 */
#include "child.h"
#include "measure.h"
#include "report.h"
#include "rivals.h"
#include "sinks.h"
#include "subjects.h"

#define CALLS 100
#define ROUNDS 61

struct offer
{
    ULONG size;
    BYTE marshalled[4096];
};

struct findings
{
    double sink_ns;
    double echo_ns;
    double ratio; /* of the echo's time to the sink's */
};

static void offer_make(struct offer *offer, IDispatch *sink, IDispatch *echo)
{
    LARGE_INTEGER start = {0};
    IStream *stream;

    check("stream", CreateStreamOnHGlobal(NULL, TRUE, &stream));
    check("CoMarshalInterface",
            CoMarshalInterface(stream, &IID_IDispatch, (IUnknown *)sink, MSHCTX_LOCAL, NULL, MSHLFLAGS_NORMAL));
    check("CoMarshalInterface",
            CoMarshalInterface(stream, &IID_IDispatch, (IUnknown *)echo, MSHCTX_LOCAL, NULL, MSHLFLAGS_NORMAL));
    IStream_Seek(stream, start, STREAM_SEEK_SET, NULL);
    check("Read", IStream_Read(stream, offer->marshalled, sizeof(offer->marshalled), &offer->size));
    IStream_Release(stream);
}

static void offer_take(const struct offer *offer, IDispatch **sink, IDispatch **echo)
{
    LARGE_INTEGER start = {0};
    IStream *stream;

    check("stream", CreateStreamOnHGlobal(NULL, TRUE, &stream));
    IStream_Write(stream, offer->marshalled, offer->size, NULL);
    IStream_Seek(stream, start, STREAM_SEEK_SET, NULL);
    check("CoUnmarshalInterface", CoUnmarshalInterface(stream, &IID_IDispatch, (void **)sink));
    check("CoUnmarshalInterface", CoUnmarshalInterface(stream, &IID_IDispatch, (void **)echo));
    IStream_Release(stream);
}

/* In the other process. */
void bench_fire_from_here(const WCHAR *path)
{
    struct contender sides[] = {{"sink", run_invoke, NULL, 0, 0}, {"echo", run_invoke, NULL, 0, 0}};
    struct findings findings;
    struct offer offer;
    IDispatch *sink, *echo;

    child_take(path, &offer, sizeof(offer));
    offer_take(&offer, &sink, &echo);
    sides[0].context = sink;
    sides[1].context = echo;
    measure(sides, 2, CALLS, ROUNDS);
    IDispatch_Release(sink);
    IDispatch_Release(echo);
    findings = (struct findings){sides[0].best_ns, sides[1].best_ns, sides[1].median_ratio};
    child_answer(path, &findings, sizeof(findings));
}

double bench_process(void)
{
    IVMEventSink *sink = sink_with_callbacks(1);
    struct findings findings;
    struct offer offer;
    LONG received;

    memset(&offer, 0, sizeof(offer));
    offer_make(&offer, machine_events_of(sink), echo_dispatch());
    child_run(L"--fire", &offer, sizeof(offer), &findings, sizeof(findings));
    IVMEventSink_get_Received(sink, &received);
    if (received < CALLS * ROUNDS)
        fail("events were lost on the way from the other process", E_UNEXPECTED);
    report_row("process_echo", "events/s from another process / to a bare IDispatch", findings.ratio, "times", AT_LEAST,
            0.95, "%.1f us, %.1f us", findings.sink_ns / 1e3, findings.echo_ns / 1e3);
    IVMEventSink_Release(sink);
    return findings.echo_ns;
}
