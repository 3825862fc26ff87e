/*
 * Loading the DLL and creating a sink against Scripting.Dictionary, each by CoCreateInstance. Each in a fresh process, in
 * turn: not every library lets itself be unloaded.
 */
#include "child.h"
#include "measure.h"
#include "report.h"
#include "sinks.h"
#include "subjects.h"

#define PROCESSES 31

/* {ee09b103-97e0-11cf-978f-00a02463e06f} */
static const CLSID clsid_dictionary = {0xee09b103, 0x97e0, 0x11cf, {0x97, 0x8f, 0x00, 0xa0, 0x24, 0x63, 0xe0, 0x6f}};

/* In the other process: what the first object takes, and another one. */
struct creation
{
    double first_ns;
    double next_ns;
};

static IDispatch *create(const CLSID *clsid)
{
    IDispatch *object;

    check("CoCreateInstance (is the sink registered?)",
            CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IDispatch, (void **)&object));
    return object;
}

static void run_create(void *clsid, unsigned int count)
{
    while (count--)
        IDispatch_Release(create(clsid));
}

void bench_load_here(const WCHAR *path)
{
    struct contender next = {"next", run_create, NULL, 0, 0};
    struct creation creation;
    IDispatch *first;
    double start;
    CLSID clsid;

    child_take(path, &clsid, sizeof(clsid));
    start = clock_ns();
    first = create(&clsid);
    creation.first_ns = clock_ns() - start;
    next.context = &clsid;
    measure(&next, 1, 50, 5);
    creation.next_ns = next.best_ns;
    IDispatch_Release(first);
    child_answer(path, &creation, sizeof(creation));
}

static void run_child(const CLSID *clsid, struct creation *best, double *first_ns)
{
    struct creation creation;

    child_run(L"--load", clsid, sizeof(*clsid), &creation, sizeof(creation));
    *first_ns = creation.first_ns;
    best->first_ns = min(best->first_ns, creation.first_ns);
    best->next_ns = min(best->next_ns, creation.next_ns);
}

void bench_loading(void)
{
    struct creation sink = {1e300, 1e300}, dictionary = {1e300, 1e300};
    double ratios[PROCESSES], own, other;

    for (unsigned int i = 0; i < PROCESSES; ++i)
    {
        run_child(&CLSID_VMEventSink, &sink, &own);
        run_child(&clsid_dictionary, &dictionary, &other);
        ratios[i] = own / other;
    }
    report_row("load_dictionary", "load the DLL and create a sink / a Scripting.Dictionary", median(ratios, PROCESSES),
            "times", AT_MOST, 1, "%.0f us, %.0f us", sink.first_ns / 1e3, dictionary.first_ns / 1e3);
    report_row("create_dictionary", "create one more sink / one more Scripting.Dictionary",
            sink.next_ns / dictionary.next_ns, "times", STATED, 0, "%.1f us, %.1f us", sink.next_ns / 1e3,
            dictionary.next_ns / 1e3);
}
