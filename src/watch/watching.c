#include "watch/watching.h"

#include "client/library.h"
#include "watch/machines.h"
#include "watch/playing.h"
#include "watch/showing.h"

/* More than a recording has; the bytes of a queue have a bound of their own. */
#define QUEUE_CAPACITY 1000000

/* How often vmwatch looks after the machines. */
#define ALIVE_INTERVAL_MS 1000

/* How often vmwatch looks whether the scenario is over. */
#define PLAYING_INTERVAL_MS 50

struct watching
{
    const struct options *options;
    IVMEventSink *sink;
    struct machines machines;
    struct playing playing;
    struct showing showing;
    DWORD start;     /* by GetTickCount */
    DWORD last_look; /* at the machines */
    bool incomplete; /* not all that was played has come */
};

/* What is left of the time that was given; INFINITE: it has no end. */
static DWORD time_left(const struct watching *watching)
{
    DWORD waited = GetTickCount() - watching->start, given = watching->options->timeout_ms;

    if (given == INFINITE)
        return INFINITE;
    return waited < given ? given - waited : 0;
}

/* Whether to look for faults of machines that have come, though events keep coming. */
static bool is_time_to_look(const struct watching *watching)
{
    return watching->options->all && GetTickCount() - watching->last_look >= ALIVE_INTERVAL_MS;
}

/* Machines that play a scenario are there; the scenario may say that they are deleted. */
static bool look_after_machines(struct watching *watching)
{
    watching->last_look = GetTickCount();
    return playing_is_on(&watching->playing) || machines_look_after(&watching->machines);
}

/* What showing_show returns. */
static HRESULT show(struct watching *watching, IVMEventRecord *record)
{
    struct shown_event event;
    HRESULT hr;

    if (FAILED(hr = shown_event_from_record(&event, record)))
    {
        output_complain_of(L"cannot read an event", hr, NULL);
        return hr;
    }
    hr = showing_show(&watching->showing, &event);
    shown_event_cleanup(&event);
    return hr;
}

static enum exit_code result_of_playing(struct watching *watching)
{
    return !watching->incomplete && playing_succeeded(&watching->playing) ? EXIT_DONE : EXIT_ERROR;
}

static enum exit_code watch(struct watching *watching)
{
    IVMEventRecord *record;
    DWORD left, patience;
    bool over;
    HRESULT hr;

    for (;;)
    {
        if (!(left = time_left(watching)))
            return watching->options->count ? EXIT_TIME_UP : EXIT_DONE;
        over = playing_is_over(&watching->playing);
        if (over && !playing_catch_up(&watching->playing, watching->sink, min(left, MAXLONG)))
            watching->incomplete = true;
        if (is_time_to_look(watching) && !look_after_machines(watching))
            return EXIT_ERROR;
        patience = over ? 0 : playing_is_on(&watching->playing) ? PLAYING_INTERVAL_MS : ALIVE_INTERVAL_MS;
        hr = IVMEventSink_NextEvent(watching->sink, (LONG)min(left, patience), &record);
        if (FAILED(hr))
        {
            output_complain_of(L"cannot take the next event", hr, NULL);
            return EXIT_ERROR;
        }
        if (!record)
        {
            if (over)
                return result_of_playing(watching);
            if (!look_after_machines(watching) || !showing_rest(&watching->showing))
                return EXIT_ERROR;
            continue;
        }
        hr = show(watching, record);
        IVMEventRecord_Release(record);
        if (hr != S_OK)
            return SUCCEEDED(hr) ? EXIT_DONE : EXIT_ERROR;
    }
}

/* Says how many events were lost. False: there were some. */
static bool warn_of_losses(IVMEventSink *sink)
{
    LONG dropped;

    if (FAILED(IVMEventSink_get_Dropped(sink, &dropped)) || !dropped)
        return true;
    output_complain(L"%ld events were lost: they came faster than they could be printed", (long)dropped);
    return false;
}

/* Who plays: the machine, or with --all the host, whose recording says which machines. */
static IDispatch *player(const struct watching *watching)
{
    const struct machines *machines = &watching->machines;

    return watching->options->all ? (IDispatch *)machines->host : (IDispatch *)machines->items[0].machine;
}

static bool begin(struct watching *watching)
{
    const struct options *options = watching->options;
    HRESULT hr = IVMEventSink_put_QueueCapacity(watching->sink, QUEUE_CAPACITY);

    if (FAILED(hr))
    {
        output_complain_of_call(L"cannot queue events", hr);
        return false;
    }
    if (!showing_begin(&watching->showing, options)
            || FAILED(machines_open(&watching->machines, options, watching->sink)))
        return false;
    watching->start = GetTickCount();
    if (!look_after_machines(watching))
        return false;
    return !options->play || playing_start(&watching->playing, player(watching), options);
}

enum exit_code watch_machines(const struct options *options)
{
    struct watching watching = {.options = options};
    enum exit_code code = EXIT_ERROR;
    HRESULT hr;

    if (FAILED(hr = library_create_sink(&IID_IVMEventSink, (void **)&watching.sink)))
    {
        output_complain_of(L"cannot use vmevents.dll, which has to be in the same folder", hr, NULL);
        return EXIT_ERROR;
    }
    if (begin(&watching))
    {
        code = watch(&watching);
        if (!warn_of_losses(watching.sink) && code == EXIT_DONE)
            code = EXIT_ERROR;
    }
    if (!showing_end(&watching.showing))
        code = EXIT_ERROR;
    /* An end by --count or --timeout need not wait for a scenario that still plays. */
    if (!playing_is_on(&watching.playing) || playing_is_over(&watching.playing))
        machines_cleanup(&watching.machines);
    IVMEventSink_Release(watching.sink);
    return code;
}
