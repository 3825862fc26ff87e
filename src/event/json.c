#include "event/json.h"

#include "event/json_exact.h"
#include "event/notation.h"

#include <wchar.h>

static bool is_surrogate(WCHAR c)
{
    return (c & 0xf800) == 0xd800;
}

static void append_escape(struct text *text, WCHAR c)
{
    static const struct
    {
        WCHAR c;
        const WCHAR *escape;
    } escapes[] = {{'"', L"\\\""}, {'\\', L"\\\\"}, {'\b', L"\\b"}, {'\f', L"\\f"}, {'\n', L"\\n"}, {'\r', L"\\r"},
            {'\t', L"\\t"}};

    for (size_t i = 0; i < ARRAYSIZE(escapes); ++i)
    {
        if (escapes[i].c == c)
        {
            text_append(text, escapes[i].escape);
            return;
        }
    }
    /* Half of a pair stands for no character, and many who read JSON refuse the whole line for it. */
    text_append_format(text, L"\\u%04x", is_surrogate(c) ? 0xfffdu : (unsigned int)c);
}

void json_append_string(struct text *text, const WCHAR *string, size_t length)
{
    size_t done = 0;

    text_append(text, L"\"");
    for (size_t i = 0; i < length; ++i)
    {
        if (string[i] != '"' && string[i] != '\\' && text_is_shown(string, length, i))
            continue;
        text_append_part(text, string + done, i - done);
        append_escape(text, string[i]);
        done = i + 1;
    }
    text_append_part(text, string + done, length - done);
    text_append(text, L"\"");
}

static void append_plain(struct text *text, const struct value *value)
{
    switch (value->kind)
    {
        case VALUE_NOTHING:
            text_append(text, L"null");
            return;
        case VALUE_TRUTH:
            text_append(text, *value->string == 'T' ? L"true" : L"false");
            return;
        case VALUE_NUMBER:
            text_append_part(text, value->string, value->length);
            return;
        default:
            json_append_string(text, value->string, value->length);
            return;
    }
}

static void append_sizes(struct text *text, const struct value *array)
{
    text_append(text, L"\"");
    notation_append_array_sizes(text, array);
    text_append(text, L"\"");
}

static const struct notation json_notation = {append_plain, append_sizes, false, L","};

static void append_member(struct text *text, const WCHAR *before, const WCHAR *string)
{
    text_append(text, before);
    json_append_string(text, string, wcslen(string));
}

/* Every parameter by its name. */
static void append_arguments(struct text *text, const struct event_type *type, const VARIANT *args)
{
    text_append(text, L"{");
    for (UINT i = 0; i < type->param_count; ++i)
    {
        append_member(text, i ? L"," : L"", type->params[i].name);
        text_append(text, L":");
        notation_append(text, &json_notation, &args[i]);
    }
    text_append(text, L"}");
}

static void append_details(struct text *text, const VMEVENTDETAILS *details)
{
    if (!details || !details->count)
        return;
    text_append(text, L",\"details\":{");
    for (UINT i = 0; i < details->count; ++i)
    {
        append_member(text, i ? L"," : L"", details->details[i].name);
        text_append(text, L":");
        notation_append(text, &json_notation, &details->details[i].value);
    }
    text_append(text, L"}");
    json_append_exact_details(text, details);
}

BSTR event_arguments_to_json(const struct event_type *type, const VARIANT *args)
{
    struct text text = {0};

    append_arguments(&text, type, args);
    return text_finish(&text);
}

BSTR event_to_json_with_details(const struct json_event *event, const VMEVENTDETAILS *details)
{
    struct text text = {0};

    text_append_format(&text, L"{\"sequence\":%ld", (long)event->sequence);
    text_append(&text, L",\"time\":\"");
    text_append_time(&text, event->time);
    text_append(&text, L"\"");
    append_member(&text, L",\"source\":", event->source);
    append_member(&text, L",\"interface\":", event->type->interface_->name);
    append_member(&text, L",\"name\":", event->type->name);
    text_append_format(&text, L",\"id\":%ld", (long)event->type->id);
    text_append(&text, L",\"arguments\":");
    append_arguments(&text, event->type, event->args);
    json_append_exact(&text, event->type, event->args);
    append_details(&text, details);
    append_member(&text, L",\"text\":", event->text);
    text_append(&text, L"}");
    return text_finish(&text);
}

BSTR event_to_json(const struct json_event *event)
{
    return event_to_json_with_details(event, NULL);
}
