#include "recording/recording.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Behind the mark that some editors put in front of UTF-8. */
static const char *skip_mark(const char *text, size_t size)
{
    return size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? text + 3 : text;
}

bool recording_is_one(const char *text, size_t size)
{
    const char *end = text + size;

    text = skip_mark(text, size);
    while (text < end && is_space(*text))
        ++text;
    return text < end && *text == '{';
}

void recording_begin(struct recording *recording, const char *text, size_t size)
{
    *recording = (struct recording){skip_mark(text, size), text + size, 0, false};
}

static bool is_blank(const char *line, const char *end)
{
    while (line < end && is_space(*line))
        ++line;
    return line == end;
}

HRESULT recording_next(struct recording *recording, struct recorded_event *event, BSTR *reason)
{
    *reason = NULL;
    while (recording->next < recording->end)
    {
        const char *line = recording->next, *newline = memchr(line, '\n', recording->end - line);
        const char *end = newline ? newline : recording->end;
        HRESULT hr;

        ++recording->line;
        recording->next = newline ? newline + 1 : end;
        if (is_blank(line, end))
            continue;
        hr = recorded_event_read(event, line, end - line, reason);
        if (newline || hr != E_INVALIDARG)
            return hr;
        SysFreeString(*reason);
        *reason = NULL;
        recording->cut = true;
    }
    return S_FALSE;
}

bool recording_is_cut(const char *text, size_t size)
{
    const char *line = text + size;
    struct recorded_event event;
    struct recording recording;
    BSTR reason;

    while (line > text && line[-1] != '\n')
        --line;
    recording_begin(&recording, line, text + size - line);
    if (recording_next(&recording, &event, &reason) == S_OK)
        recorded_event_cleanup(&event);
    SysFreeString(reason);
    return recording.cut;
}
