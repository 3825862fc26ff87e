#include "host/simulated/player.h"

#include "com/error_info.h"
#include "event/text.h"
#include "host/error_source.h"
#include "host/machine_name.h"
#include "host/simulated/play.h"

static HRESULT error_no_event_of(BSTR path, BSTR machine, BSTR first, BSTR other)
{
    struct text text = {0};

    text_append_quote(&text, path, SysStringLen(path), TEXT_QUOTE_PATH_MAX);
    text_append(&text, L" is a recording of several machines, ");
    text_append_quote(&text, first, SysStringLen(first), TEXT_QUOTE_MAX);
    text_append(&text, L" and ");
    text_append_quote(&text, other, SysStringLen(other), TEXT_QUOTE_MAX);
    text_append(&text, L" among them, and has no event of ");
    text_append_quote(&text, machine, SysStringLen(machine), TEXT_QUOTE_MAX);
    text_append(&text,
            L"; of such a recording a machine plays the events of its own name, and Play of the host those of all");
    return error_raise_text(E_INVALIDARG, &IID_IVMEventMachine, HOST_ERROR_SOURCE, &text);
}

/* Of a recording of several machines one plays what was its own; of one machine's anyone plays all. The host is no machine. */
static HRESULT keep_own(struct play *play, BSTR path, BSTR machine)
{
    struct cue *first = NULL, *other = NULL;
    size_t kept = 0;
    HRESULT hr;

    for (size_t i = 0; i < play->count && !other; ++i)
    {
        struct cue *cue = &play->cues[i];

        if (!cue->source || cue_is_of_host(cue))
            continue;
        if (!first)
            first = cue;
        else if (!machine_names_are_equal(cue->source, first->source))
            other = cue;
    }
    if (!other)
        return S_OK;
    for (size_t i = 0; i < play->count && !kept; ++i)
        kept = machine_names_are_equal(play->cues[i].source, machine);
    if (!kept && FAILED(hr = error_no_event_of(path, machine, first->source, other->source)))
        return hr;
    kept = 0;
    for (size_t i = 0; i < play->count; ++i)
    {
        if (machine_names_are_equal(play->cues[i].source, machine))
            play->cues[kept++] = play->cues[i];
        else
            cue_cleanup(&play->cues[i]);
    }
    play->count = kept;
    return S_OK;
}

HRESULT player_play(struct machine *machine, BSTR path, double speed, LONG *fired)
{
    struct play play;
    HRESULT hr;

    if (SUCCEEDED(hr = play_load(&play, path, &IID_IVMEventMachine)) && play.is_recording)
        hr = keep_own(&play, path, machine_name(machine));
    for (size_t i = 0; i < play.count && SUCCEEDED(hr); ++i)
    {
        machine_addref(machine);
        play.cues[i].machine = machine;
        if (cue_is_state_change(&play.cues[i]))
            hr = machine_check_state_change(machine);
    }
    if (SUCCEEDED(hr))
        hr = play_perform(&play, NULL, speed, fired);
    play_cleanup(&play);
    return hr;
}
