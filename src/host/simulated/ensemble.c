#include "host/simulated/ensemble.h"

#include "com/error_info.h"
#include "event/text.h"
#include "host/error_source.h"
#include "host/machine_name.h"
#include "host/machines.h"
#include "host/simulated/play.h"

static HRESULT error_scenario(BSTR path)
{
    struct text text = {0};

    text_append_quote(&text, path, SysStringLen(path), TEXT_QUOTE_PATH_MAX);
    text_append(&text,
            L" is a scenario, which does not say whose its events are: Play of a machine plays it; the host plays "
            L"recordings, which do");
    return error_raise_text(E_INVALIDARG, &IID_IVMEventHost, HOST_ERROR_SOURCE, &text);
}

/* Puts the line in front of what the thread's error object says. */
static HRESULT error_in_line(const struct play *play, HRESULT hr, BSTR path, const struct cue *cue)
{
    BSTR description = NULL;
    IErrorInfo *info;

    if (GetErrorInfo(0, &info) == S_OK)
    {
        IErrorInfo_GetDescription(info, &description);
        IErrorInfo_Release(info);
    }
    if (description)
        hr = play_error_line(play, hr, path, cue->line, description);
    SysFreeString(description);
    return hr;
}

/* Whose it was before stands in the line in front of it more often than not. */
static struct machine *find_machine(const struct cue *cue, struct machine *before)
{
    if (!before || !machine_names_are_equal(cue->source, machine_name(before)))
        return machines_get(cue->source);
    machine_addref(before);
    return before;
}

/* Gives each event its machine where that is there, and finds out what will not do. */
static HRESULT find_all(struct play *play, BSTR path)
{
    struct machine *before = NULL;
    HRESULT hr;

    for (size_t i = 0; i < play->count; ++i)
    {
        struct cue *cue = &play->cues[i];

        if (cue_is_of_host(cue))
            continue;
        if ((cue->machine = find_machine(cue, before)))
            hr = cue_is_state_change(cue) ? machine_check_state_change(cue->machine) : S_OK;
        else
            hr = machine_name_check(cue->source);
        if (FAILED(hr))
            return error_in_line(play, hr, path, cue);
        before = cue->machine ? cue->machine : before;
    }
    return S_OK;
}

static HRESULT create_machine(const struct machine_host *host, BSTR name, struct machine **machine)
{
    HRESULT hr;

    do
        hr = machines_create(name, host, machine);
    while (hr == VM_E_CONFIG_DUPLICATE_NAME
            && !(*machine = machines_get(name))); /* another client has made it meanwhile */
    return hr == VM_E_CONFIG_DUPLICATE_NAME ? S_OK : hr;
}

static HRESULT make_missing(struct play *play, const struct machine_host *host)
{
    struct machine *before = NULL;
    HRESULT hr;

    for (size_t i = 0; i < play->count; ++i)
    {
        struct cue *cue = &play->cues[i];

        if (cue_is_of_host(cue))
            continue;
        if (!cue->machine && !(cue->machine = find_machine(cue, before))
                && FAILED(hr = create_machine(host, cue->source, &cue->machine)))
            return hr;
        before = cue->machine;
    }
    return S_OK;
}

HRESULT ensemble_play(const struct machine_host *host, BSTR path, double speed, LONG *fired)
{
    struct play play;
    HRESULT hr;

    if (SUCCEEDED(hr = play_load(&play, path, &IID_IVMEventHost)) && !play.is_recording && play.count)
        hr = error_scenario(path);
    if (SUCCEEDED(hr) && SUCCEEDED(hr = find_all(&play, path)) && SUCCEEDED(hr = make_missing(&play, host)))
        hr = play_perform(&play, host, speed, fired);
    play_cleanup(&play);
    return hr;
}
