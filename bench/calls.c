/* One call of the sink against other ways to have the same function called. */
#include "measure.h"
#include "report.h"
#include "rivals.h"
#include "sinks.h"
#include "subjects.h"

#define ROUNDS 101

static void CALLBACK on_logoff(LONG type, void *context)
{
    (void)context;
    sum += type;
}

static void run_function_pointer(void *context, unsigned int count)
{
    rival_callback volatile callback = on_logoff;

    while (count--)
        callback(vmLogoff_Forced, context);
}

static void bench_invoke(ITypeLib *library)
{
    struct contender sides[] = {
            {"sink", run_invoke, machine_events_of(sink_with_callbacks(1)), 0, 0},
            {"handwritten", run_invoke, handwritten_sink(on_logoff, NULL), 0, 0},
            {"typeinfo", run_invoke, typeinfo_sink(library, on_logoff, NULL), 0, 0},
            {"boost", boost_fire, boost_signal(1, on_logoff, NULL), 0, 0},
    };
    double own;

    measure(sides, 4, 50000, ROUNDS);
    own = sides[0].best_ns;
    report_row("invoke_handwritten", "Invoke to one callback / smallest hand-written Invoke", 1 / sides[1].median_ratio,
            "times", AT_MOST, 3, "%.1f ns, %.1f ns", own, sides[1].best_ns);
    report_row("invoke_typeinfo", "a sink by ITypeInfo::Invoke / Invoke to one callback", sides[2].median_ratio,
            "times", AT_LEAST, 15, "%.1f ns, %.1f ns", sides[2].best_ns, own);
    report_row("invoke_boost", "boost::signals2, one slot / Invoke to one callback", sides[3].median_ratio, "times",
            AT_LEAST, 5, "%.1f ns, %.1f ns", sides[3].best_ns, own);
}

static void bench_ten(void)
{
    struct contender sides[] = {
            {"sink", run_invoke, machine_events_of(sink_with_callbacks(10)), 0, 0},
            {"boost", boost_fire, boost_signal(10, on_logoff, NULL), 0, 0},
    };

    measure(sides, 2, 20000, ROUNDS);
    report_row("ten_boost", "boost::signals2, ten slots / Invoke to ten callbacks", sides[1].median_ratio, "times",
            AT_LEAST, 8, "%.1f ns, %.1f ns", sides[1].best_ns, sides[0].best_ns);
}

static void bench_direct(void)
{
    struct contender sides[] = {
            {"sink", run_direct, sink_with_callbacks(1), 0, 0},
            {"pointer", run_function_pointer, NULL, 0, 0},
    };

    measure(sides, 2, 100000, ROUNDS);
    report_row("direct_pointer", "OnGuestLogoff to one callback / a function pointer", 1 / sides[1].median_ratio,
            "times", AT_MOST, 6, "%.1f ns, %.1f ns", sides[0].best_ns, sides[1].best_ns);
}

void bench_calls(ITypeLib *library)
{
    bench_invoke(library);
    bench_ten();
    bench_direct();
}
