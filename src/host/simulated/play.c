#include "host/simulated/play.h"

#include "com/clock.h"
#include "com/error_info.h"
#include "com/queue_load.h"
#include "event/text.h"
#include "event/visit.h"
#include "host/error_source.h"
#include "host/named_events.h"
#include "host/simulated/play_file.h"
#include "platform/memory.h"
#include "platform/trace.h"
#include "recording/recording.h"

#include <wchar.h>

/* After so many events, or so many bytes of what they tell, those who listen are waited for. It is far less than a lane holds
 * (com/lane.h), so that whoever takes in what comes loses nothing, at any speed; one who does not delays the rest once. */
#define EVENTS_AT_ONCE 4096
#define BYTES_AT_ONCE (QUEUE_MAX_BYTES / 4)
#define LISTENERS_PATIENCE_MS 10000

HRESULT play_error_line(const struct play *play, HRESULT hr, const WCHAR *path, uint32_t line, const WCHAR *reason)
{
    struct text text = {0};

    text_append_beginning(&text, path, wcslen(path), TEXT_QUOTE_PATH_MAX);
    text_append_format(&text, L", line %lu: ", (unsigned long)line);
    text_append(&text, reason);
    return error_raise_text(hr, play->iid, HOST_ERROR_SOURCE, &text);
}

static HRESULT error_syntax(const struct play *play, const WCHAR *path, const struct scenario_fault *fault)
{
    WCHAR reason[256];
    size_t i = 0;

    if (!fault->line)
        return E_OUTOFMEMORY;
    for (; i < ARRAYSIZE(reason) - 1 && fault->reason[i]; ++i)
        reason[i] = (WCHAR)fault->reason[i];
    reason[i] = 0;
    return play_error_line(play, E_INVALIDARG, path, fault->line, reason);
}

void play_cleanup(struct play *play)
{
    while (play->count)
        cue_cleanup(&play->cues[--play->count]);
    memory_free(play->cues);
}

static HRESULT load_lines(struct play *play, const WCHAR *path, const struct scenario *scenario)
{
    BSTR description;
    HRESULT hr;

    if (!(play->cues = memory_alloc((scenario->count + 1) * sizeof(*play->cues))))
        return E_OUTOFMEMORY;
    for (; play->count < scenario->count; ++play->count)
    {
        const struct scenario_line *line = &scenario->lines[play->count];

        if (FAILED(hr = cue_init(&play->cues[play->count], line, &description)))
        {
            if (description)
                hr = play_error_line(play, hr, path, line->number, description);
            SysFreeString(description);
            return hr;
        }
    }
    return S_OK;
}

static HRESULT load_scenario(struct play *play, BSTR path, const char *text, DWORD size)
{
    struct scenario_fault fault;
    struct scenario scenario;
    HRESULT hr;

    if (!scenario_parse(&scenario, text, size, &fault))
        return error_syntax(play, path, &fault);
    hr = load_lines(play, path, &scenario);
    scenario_cleanup(&scenario);
    return hr;
}

static HRESULT reserve(struct play *play)
{
    size_t size = play->size ? 2 * play->size : 64;
    struct cue *cues;

    if (play->count < play->size)
        return S_OK;
    if (!(cues = memory_resize(play->cues, size * sizeof(*cues))))
        return E_OUTOFMEMORY;
    play->cues = cues;
    play->size = size;
    return S_OK;
}

/* Adds the event, whose parts become the play's. A clock that was set back makes no event earlier than the one before. */
static HRESULT add_recorded(
        struct play *play, struct recorded_event *event, uint32_t line, ULONGLONG *before_ms, BSTR *description)
{
    ULONGLONG passed = play->count && event->time_ms > *before_ms ? event->time_ms - *before_ms : 0;
    ULONGLONG time_ms = (play->count ? play->cues[play->count - 1].time_ms : 0) + passed;
    HRESULT hr;

    *description = NULL;
    *before_ms = event->time_ms;
    if (SUCCEEDED(hr = reserve(play))
            && SUCCEEDED(hr = cue_init_recorded(&play->cues[play->count], event, time_ms, description)))
        play->cues[play->count++].line = line;
    return hr;
}

static HRESULT load_recording(struct play *play, BSTR path, const char *text, DWORD size)
{
    struct recording recording;
    struct recorded_event event;
    BSTR description = NULL;
    ULONGLONG before_ms = 0;
    HRESULT hr;

    recording_begin(&recording, text, size);
    while ((hr = recording_next(&recording, &event, &description)) == S_OK)
    {
        hr = add_recorded(play, &event, recording.line, &before_ms, &description);
        recorded_event_cleanup(&event);
        if (FAILED(hr))
            break;
    }
    if (recording.cut)
        trace(TRACE_HOST, "the last line of the recording, %lu, was cut", (unsigned long)recording.line);
    if (description)
        hr = play_error_line(play, hr, path, recording.line, description);
    SysFreeString(description);
    return SUCCEEDED(hr) ? S_OK : hr;
}

HRESULT play_load(struct play *play, BSTR path, REFIID iid)
{
    DWORD size;
    char *text;
    HRESULT hr;

    *play = (struct play){.iid = iid};
    if (FAILED(hr = play_file_read(path, iid, &text, &size)))
        return hr;
    play->is_recording = recording_is_one(text, size);
    hr = play->is_recording ? load_recording(play, path, text, size) : load_scenario(play, path, text, size);
    memory_free(text);
    return hr;
}

bool cue_is_state_change(const struct cue *cue)
{
    return cue->mask & event_type_get(&event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_StateChanged)->mask;
}

bool cue_is_of_host(const struct cue *cue)
{
    return cue->mask & event_interface_mask(&event_interfaces[PC_EVENTS]);
}

static bool has_events_of_host(const struct play *play)
{
    for (size_t i = 0; i < play->count; ++i)
    {
        if (cue_is_of_host(&play->cues[i]))
            return true;
    }
    return false;
}

static HRESULT fire_at_host(const struct machine_host *host, struct named_events *named)
{
    HRESULT hr = host->prepare_to_fire() ? S_OK : E_OUTOFMEMORY;

    for (UINT i = 0; i < named->count && SUCCEEDED(hr); ++i)
        hr = host->fire(&named->events[i]);
    return hr;
}

static HRESULT fire_cue(
        const struct play *play, const struct cue *cue, const struct machine_host *host, BOOL tells_host)
{
    struct event_origin origin;
    struct named_events named;
    BSTR description;
    HRESULT hr;

    hr = named_events_init(&named, NAMED_IN_SCENARIO, cue->event, cue->args, cue->arg_count,
            cue->machine ? machine_name(cue->machine) : L"", LOCALE_INVARIANT, &description);
    if (FAILED(hr))
        return error_raise(hr, play->iid, HOST_ERROR_SOURCE, description);
    for (UINT i = 0; cue->details && i < named.count; ++i)
        event_set_origin(&named.events[i], &origin, cue->details, NULL);
    hr = cue->machine ? machine_fire(cue->machine, &named, tells_host) : fire_at_host(host, &named);
    named_events_cleanup(&named);
    return hr;
}

/* Waits until it is time, or the machine has been removed. A slow speed may make it longer than one wait can be. */
static HRESULT wait_until(struct machine *machine, ULONGLONG start, double due_ms)
{
    double left;

    while ((left = due_ms - (double)(clock_ms() - start)) > 0)
    {
        DWORD wait = left < 1e9 ? (DWORD)left + 1 : 1000000000;

        if (!machine)
            Sleep(wait);
        else if (machine_wait_for_removal(machine, wait))
            return machine_error_removed(machine);
    }
    return S_OK;
}

/* Waits for those who listen to what has been fired from the first event on. */
static void await_listeners(const struct play *play, const struct machine_host *host, size_t first, size_t end)
{
    ULONGLONG start = clock_ms();

    for (size_t i = first; i < end; ++i)
    {
        struct machine *machine = play->cues[i].machine;

        if (i > first && machine == play->cues[i - 1].machine)
            continue;
        if (machine)
            machine_settle(machine, clock_left_ms(start, LISTENERS_PATIENCE_MS));
        else
            host->settle(clock_left_ms(start, LISTENERS_PATIENCE_MS));
    }
}

/* What the event takes outside of the VARIANTs. */
static size_t cue_bytes(const struct cue *cue)
{
    size_t bytes = cue->details ? cue->details->bytes : 0;

    for (UINT i = 0; i < cue->arg_count; ++i)
        bytes += value_bytes(&cue->args[i]);
    return bytes;
}

HRESULT play_perform(const struct play *play, const struct machine_host *host, double speed, LONG *fired)
{
    BOOL tells_host = !play->is_recording || !has_events_of_host(play);
    ULONGLONG start = clock_ms();
    size_t first = 0, bytes = 0;
    HRESULT hr = S_OK;

    for (size_t i = 0; i < play->count && SUCCEEDED(hr); ++i)
    {
        const struct cue *cue = &play->cues[i];

        if (SUCCEEDED(hr = wait_until(cue->machine, start, (double)cue->time_ms / speed))
                && SUCCEEDED(hr = fire_cue(play, cue, host, tells_host)))
            ++*fired;
        bytes += cue_bytes(cue);
        if (i + 1 - first < EVENTS_AT_ONCE && bytes < BYTES_AT_ONCE)
            continue;
        await_listeners(play, host, first, i + 1);
        first = i + 1;
        bytes = 0;
    }
    return hr;
}
