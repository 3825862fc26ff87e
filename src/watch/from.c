#include "watch/from.h"

#include "event/event.h"
#include "event/json.h"
#include "platform/memory.h"
#include "recording/recording.h"
#include "watch/files.h"
#include "watch/showing.h"

/* The texts are made anew, so that they are what they would have been, whatever the file has. */
static HRESULT make_shown(struct shown_event *shown, struct recorded_event *recorded)
{
    struct event event;

    event_init_borrowed(&event, recorded->type, L"", NULL);
    event.view.args = recorded->args;
    *shown = (struct shown_event){
            recorded_event_date(recorded), recorded->source, recorded->type, event_to_text(&event.view), NULL};
    recorded->source = NULL;
    if (shown->text)
        shown->json = event_to_json_with_details(&(struct json_event){recorded->sequence, shown->time, shown->source,
                                                         shown->type, recorded->args, shown->text},
                recorded->details ? &recorded->details->view : NULL);
    if (shown->json)
        return S_OK;
    shown_event_cleanup(shown);
    return E_OUTOFMEMORY;
}

static HRESULT show_recorded(struct showing *showing, struct recorded_event *recorded)
{
    struct shown_event shown;
    HRESULT hr = make_shown(&shown, recorded);

    if (FAILED(hr))
    {
        output_complain(L"out of memory");
        return hr;
    }
    hr = showing_show(showing, &shown);
    shown_event_cleanup(&shown);
    return hr;
}

static void complain_of_line(const WCHAR *path, const struct recording *recording, BSTR reason)
{
    output_complain(L"%ls, line %lu: %ls", path, (unsigned long)recording->line, reason ? reason : L"out of memory");
}

static void say_that_line_was_cut(const WCHAR *path)
{
    output_complain(L"the last line of %ls was cut, and is left out", path);
}

static enum exit_code show_text(struct showing *showing, const WCHAR *path, const char *text, size_t size)
{
    struct recorded_event event;
    struct recording recording;
    BSTR reason;
    HRESULT hr;

    recording_begin(&recording, text, size);
    while ((hr = recording_next(&recording, &event, &reason)) == S_OK)
    {
        hr = show_recorded(showing, &event);
        recorded_event_cleanup(&event);
        if (hr != S_OK)
            return SUCCEEDED(hr) ? EXIT_DONE : EXIT_ERROR;
    }
    if (recording.cut)
        say_that_line_was_cut(path);
    if (SUCCEEDED(hr))
        return EXIT_DONE;
    complain_of_line(path, &recording, reason);
    SysFreeString(reason);
    return EXIT_ERROR;
}

enum exit_code show_recording(const struct options *options)
{
    struct showing showing = {0};
    enum exit_code code = EXIT_ERROR;
    size_t size;
    char *text;

    if (!file_read(options->from, RECORDING_MAX_MB, &text, &size))
        return EXIT_ERROR;
    if (size && !recording_is_one(text, size))
        output_complain(L"%ls is no recording, as vmwatch --record writes it", options->from);
    else if (showing_begin(&showing, options))
        code = show_text(&showing, options->from, text, size);
    memory_free(text);
    return showing_end(&showing) ? code : EXIT_ERROR;
}

void warn_of_cut_line(const WCHAR *path)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    size_t size;
    char *text;

    /* The host says what is wrong with a file that cannot be read. */
    if (file == INVALID_HANDLE_VALUE)
        return;
    CloseHandle(file);
    if (!file_read(path, RECORDING_MAX_MB, &text, &size))
        return;
    if (recording_is_one(text, size) && recording_is_cut(text, size))
        say_that_line_was_cut(path);
    memory_free(text);
}
