/* What it costs to add and remove a callback, among few and among many. */
#include "measure.h"
#include "report.h"
#include "sinks.h"
#include "subjects.h"

static void CALLBACK on_event(const VMEVENT *event, void *context)
{
    (void)event, (void)context;
}

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

void bench_listeners(void)
{
    struct contender sides[] = {
            {"10", run_add_remove, callbacks_of(sink_with_callbacks(10)), 0, 0},
            {"1000", run_add_remove, callbacks_of(sink_with_callbacks(1000)), 0, 0},
            {"100000", run_add_remove, callbacks_of(sink_with_callbacks(100000)), 0, 0},
    };

    measure(sides, 3, 10000, 41);
    report_row("add_remove_1000", "add and remove a callback among 1,000 / among 10", sides[1].median_ratio, "times",
            AT_MOST, 1.5, "%.0f ns, %.0f ns", sides[1].best_ns, sides[0].best_ns);
    report_row("add_remove_100000", "the same among 100,000 / among 10", sides[2].median_ratio, "times", AT_MOST, 1.5,
            "%.0f ns, %.0f ns", sides[2].best_ns, sides[0].best_ns);
}
