/*
 * A handler in JScript: events a second, and the time from firing an event until the handler runs. What it is held
 * against is the same handler called without a sink between, as a source would that had been given it: by Invoke on
 * the function from another apartment, which waits for each call.
 */
#include "measure.h"
#include "report.h"
#include "script_engine.h"
#include "sinks.h"
#include "subjects.h"

#include <stdio.h>

#define RAISES 101

static void run_through_sink(void *events, unsigned int count)
{
    LONG goal = script_heard() + (LONG)count;

    run_invoke(events, count);
    script_wait(goal);
}

static void run_handler(void *handler, unsigned int count)
{
    DISPPARAMS params = {NULL, NULL, 1, 0};
    VARIANT arg;

    V_VT(&arg) = VT_I4;
    V_I4(&arg) = vmLogoff_Forced;
    params.rgvarg = &arg;
    while (count--)
        check("the handler",
                IDispatch_Invoke((IDispatch *)handler, DISPID_VALUE, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD,
                        &params, NULL, NULL, NULL));
}

/* The median of the times from the call of `fire` until the handler runs, in microseconds. */
static double delay_us(bench_function fire, void *context)
{
    double delays[RAISES];

    for (unsigned int i = 0; i < RAISES; ++i)
    {
        LONG goal = script_heard() + 1;
        double start = clock_ns();

        fire(context, 1);
        script_wait(goal);
        delays[i] = (script_heard_at() - start) / 1e3;
    }
    return median(delays, RAISES);
}

struct raising
{
    IVMEventMachine *machine;
    BSTR event;
    SAFEARRAY *arguments;
};

static void run_raise(void *context, unsigned int count)
{
    struct raising *raising = context;

    while (count--)
        check("Raise", IVMEventMachine_Raise(raising->machine, raising->event, raising->arguments));
}

/* A machine in vmhost.exe, a process of its own. */
static void bench_raise(IVMEventSink *sink)
{
    struct raising raising = {
            .event = SysAllocString(L"OnGuestLogoff"), .arguments = SafeArrayCreateVector(VT_VARIANT, 0, 1)};
    BSTR name = SysAllocString(L"vmbench");
    IVMEventHost *host;
    LONG place = 0, cookie;
    VARIANT type;

    check("VMEvents.Host (./run register registers it)",
            CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&host));
    check("CreateMachine", IVMEventHost_CreateMachine(host, name, &raising.machine));
    check("Connect", IVMEventSink_Connect(sink, (IUnknown *)raising.machine, NULL, &cookie));
    V_VT(&type) = VT_I4;
    V_I4(&type) = vmLogoff_Forced;
    SafeArrayPutElement(raising.arguments, &place, &type);
    report_row("script_raise_us", "from Raise, in the host's process, to a JScript handler here",
            delay_us(run_raise, &raising), "us", STATED, 0, NULL);
    IVMEventSink_Disconnect(sink, cookie);
    IVMEventHost_RemoveMachine(host, name);
    IVMEventMachine_Release(raising.machine);
    IVMEventHost_Release(host);
    SafeArrayDestroy(raising.arguments);
    SysFreeString(raising.event);
    SysFreeString(name);
}

void bench_script(void)
{
    struct contender sides[] = {{"sink", run_through_sink, NULL, 0, 0}, {"handler", run_handler, NULL, 0, 0}};
    IVMEventSink *sink = sink_with_callbacks(1);
    double with, without;

    if (!script_start(sink))
    {
        printf("no JScript on this machine: its rows are left out\n");
        return;
    }
    sides[0].context = machine_events_of(sink);
    sides[1].context = script_handler();
    measure(sides, 2, 500, 21);
    report_row("script_rate", "events/s to a JScript handler / called with no sink between", sides[1].median_ratio,
            "times", STATED, 0, "%.0f/s, %.0f/s", 1e9 / sides[0].best_ns, 1e9 / sides[1].best_ns);
    with = delay_us(run_invoke, sides[0].context);
    without = delay_us(run_handler, sides[1].context);
    report_row("script_delay", "from an event here to a JScript handler / with no sink between", with / without,
            "times", STATED, 0, "%.1f us, %.1f us", with, without);
    bench_raise(sink);
    IDispatch_Release((IDispatch *)sides[1].context);
    IDispatch_Release((IDispatch *)sides[0].context);
    script_stop();
    IVMEventSink_Release(sink);
}
