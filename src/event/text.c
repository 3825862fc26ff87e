#include "event/text.h"

#include "event/date.h"
#include "event/notation.h"
#include "platform/memory.h"
#include "platform/unicode.h"

#include <stdio.h>
#include <wchar.h>

static bool text_reserve(struct text *text, size_t length)
{
    size_t size = text->size ? text->size : 64;
    WCHAR *start;

    while (size < text->length + length)
        size *= 2;
    if (size == text->size)
        return true;
    if (text->failed || !(start = memory_resize(text->start, size * sizeof(*start))))
    {
        text->failed = true;
        return false;
    }
    text->start = start;
    text->size = size;
    return true;
}

void text_append_part(struct text *text, const WCHAR *string, size_t length)
{
    if (!length || !text_reserve(text, length))
        return;
    wmemcpy(text->start + text->length, string, length);
    text->length += length;
}

void text_append(struct text *text, const WCHAR *string)
{
    text_append_part(text, string, wcslen(string));
}

void text_append_number(struct text *text, LONG number)
{
    text_append_format(text, L"%ld", (long)number);
}

void text_append_format_list(struct text *text, const WCHAR *format, va_list args)
{
    WCHAR *buffer;
    va_list again;
    int length;

    va_copy(again, args);
    length = _vscwprintf(format, again);
    va_end(again);
    if (length < 0 || !(buffer = memory_alloc(((size_t)length + 1) * sizeof(*buffer))))
    {
        text->failed = true;
        return;
    }
    _vsnwprintf(buffer, (size_t)length + 1, format, args);
    text_append_shown(text, buffer, (size_t)length);
    memory_free(buffer);
}

void text_append_format(struct text *text, const WCHAR *format, ...)
{
    va_list args;

    va_start(args, format);
    text_append_format_list(text, format, args);
    va_end(args);
}

bool text_is_shown(const WCHAR *string, size_t length, size_t place)
{
    WCHAR c = string[place];

    if (c >= ' ' && c < 0x7f)
        return true;
    if (is_high_surrogate(c))
        return place + 1 < length && is_low_surrogate(string[place + 1]);
    if (is_low_surrogate(c))
        return place && is_high_surrogate(string[place - 1]);
    return !is_acting(c);
}

static void text_append_code(struct text *text, WCHAR c)
{
    static const WCHAR digits[] = L"0123456789ABCDEF";
    WCHAR code[] = {'<', 'U', '+', digits[c >> 12], digits[c >> 8 & 15], digits[c >> 4 & 15], digits[c & 15], '>'};

    text_append_part(text, code, ARRAYSIZE(code));
}

void text_append_shown(struct text *text, const WCHAR *string, size_t length)
{
    size_t done = 0;

    for (size_t i = 0; i < length; ++i)
    {
        if (text_is_shown(string, length, i))
            continue;
        text_append_part(text, string + done, i - done);
        text_append_code(text, string[i]);
        done = i + 1;
    }
    text_append_part(text, string + done, length - done);
}

/* Whether a "<U+" begins there. */
static bool is_code(const WCHAR *string, size_t length, size_t place)
{
    return length - place >= 3 && !wmemcmp(string + place, L"<U+", 3);
}

void text_append_quoted(struct text *text, const WCHAR *string, size_t length)
{
    size_t done = 0;

    text_append(text, L"\"");
    for (size_t i = 0; i < length; ++i)
    {
        if (string[i] == '"')
        {
            text_append_shown(text, string + done, i - done);
            text_append(text, L"\"\"");
            done = i + 1;
        }
        else if (is_code(string, length, i))
        {
            text_append_shown(text, string + done, i - done);
            text_append_code(text, '<');
            done = i + 1;
        }
    }
    text_append_shown(text, string + done, length - done);
    text_append(text, L"\"");
}

/* How much of a string is shown; no pair is cut in two. */
static size_t beginning_of(const WCHAR *string, size_t length, size_t most)
{
    if (length <= most)
        return length;
    return is_high_surrogate(string[most - 1]) ? most - 1 : most;
}

void text_append_quote(struct text *text, const WCHAR *string, size_t length, size_t most)
{
    size_t shown = beginning_of(string, length, most);

    text_append_quoted(text, string, shown);
    text_append(text, shown < length ? L"..." : L"");
}

void text_append_beginning(struct text *text, const WCHAR *string, size_t length, size_t most)
{
    size_t shown = beginning_of(string, length, most);

    text_append_shown(text, string, shown);
    text_append(text, shown < length ? L"..." : L"");
}

void text_append_time(struct text *text, DATE date)
{
    SYSTEMTIME time = {0};

    system_time_from_date(date, &time);
    text_append_format(text, L"%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", time.wYear, time.wMonth, time.wDay, time.wHour,
            time.wMinute, time.wSecond, time.wMilliseconds);
}

void text_append_enumeration(struct text *text, const struct enumeration *enumeration)
{
    for (LONG i = 0; i < enumeration->count; ++i)
    {
        text_append(text, i ? L", " : L"");
        text_append_number(text, i);
        text_append(text, L" (");
        text_append(text, enumeration->values[i]);
        text_append(text, L")");
    }
}

static void text_append_plain(struct text *text, const struct value *value)
{
    if (value->kind == VALUE_STRING)
        text_append_quoted(text, value->string, value->length);
    else
        text_append_part(text, value->string, value->length);
}

static const struct notation text_notation = {text_append_plain, notation_append_array_sizes, true, L", "};

void text_append_value(struct text *text, const struct event_param *param, const VARIANT *value)
{
    const WCHAR *name;

    if (param->enumeration && (name = enumeration_name(param->enumeration, V_I4(value))))
        text_append(text, name);
    else
        notation_append(text, &text_notation, value);
}

BSTR text_finish(struct text *text)
{
    BSTR string = text->failed ? NULL : SysAllocStringLen(text->start, (UINT)text->length);

    memory_free(text->start);
    return string;
}

BSTR event_to_text(const VMEVENT *event)
{
    const struct event_type *type = event_from_view(event)->type;
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L"(");
    for (UINT i = 0; i < type->param_count; ++i)
    {
        text_append(&text, i ? L", " : L"");
        text_append(&text, type->params[i].name);
        text_append(&text, L"=");
        text_append_value(&text, &type->params[i], &event->args[i]);
    }
    text_append(&text, L")");
    return text_finish(&text);
}

BSTR event_describe_fault(const struct event_type *type, const struct event_fault *fault)
{
    const struct event_param *param = &type->params[fault->param];
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": ");
    text_append(&text, param->name);
    text_append(&text, L" is ");
    text_append_number(&text, fault->value);
    text_append(&text, L"; ");
    text_append(&text, param->enumeration->name);
    text_append(&text, L" has ");
    text_append_enumeration(&text, param->enumeration);
    return text_finish(&text);
}
