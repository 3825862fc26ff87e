#include "recording/recorded_event.h"

#include "event/text.h"
#include "platform/line_text.h"
#include "recording/recorded_details.h"
#include "recording/recorded_value.h"

#include <string.h>
#include <wchar.h>

#define TICKS_PER_MS 10000

/* The same of an event that anybody may have told. */
#define TOLD_ARRAYS_MAX (1 << 20)

/* 30 December 1899, the zero of DATE, in days since 1 January 1601. */
#define DATE_ZERO_DAYS 109205
#define DAY_MS 86400000.0

static HRESULT refuse(BSTR *reason, struct text *text)
{
    return (*reason = text_finish(text)) ? E_INVALIDARG : E_OUTOFMEMORY;
}

static HRESULT refuse_member(BSTR *reason, const WCHAR *name, const WCHAR *what)
{
    struct text text = {0};

    text_append_format(&text, L"the member \"%ls\" %ls", name, what);
    return refuse(reason, &text);
}

static bool take_number(const char **next, size_t digits, WORD *number)
{
    *number = 0;
    for (; digits--; ++*next)
    {
        if (**next < '0' || **next > '9')
            return false;
        *number = (WORD)(*number * 10 + (**next - '0'));
    }
    return true;
}

/* "2026-01-31T09:05:01.223Z" */
static bool read_time(const struct scan_value *json, ULONGLONG *time_ms)
{
    static const char form[] = "0000-00-00T00:00:00.000Z";
    WORD parts[7] = {0}; /* year, month, day, hour, minute, second, milliseconds */
    const char *next = json->start;
    SYSTEMTIME time = {0};
    FILETIME filetime;

    if (json->kind != SCAN_STRING || json->length != sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < ARRAYSIZE(parts); ++i, ++next)
    {
        if (!take_number(&next, !i ? 4 : i == 6 ? 3 : 2, &parts[i]) || *next != form[next - json->start])
            return false;
    }
    time = (SYSTEMTIME){.wYear = parts[0],
            .wMonth = parts[1],
            .wDay = parts[2],
            .wHour = parts[3],
            .wMinute = parts[4],
            .wSecond = parts[5],
            .wMilliseconds = parts[6]};
    if (!SystemTimeToFileTime(&time, &filetime))
        return false;
    *time_ms = ((ULONGLONG)filetime.dwHighDateTime << 32 | filetime.dwLowDateTime) / TICKS_PER_MS;
    return true;
}

DATE recorded_event_date(const struct recorded_event *event)
{
    return (double)event->time_ms / DAY_MS - DATE_ZERO_DAYS;
}

static bool is_wide(const struct scan_value *json, const WCHAR *name)
{
    if (json->kind != SCAN_STRING || json->length != wcslen(name))
        return false;
    for (size_t i = 0; i < json->length; ++i)
    {
        if ((WCHAR)json->start[i] != name[i])
            return false;
    }
    return true;
}

/* Of two interfaces that have a name Virtual PC's is meant. */
static const struct event_type *find_type(const struct scan_value *interface_name, const struct scan_value *name)
{
    const struct event_interface *const tables[] = {event_interfaces, server_interfaces};

    for (unsigned int i = 0; i < ARRAYSIZE(tables) * EVENT_INTERFACE_COUNT; ++i)
    {
        const struct event_interface *events = &tables[i / EVENT_INTERFACE_COUNT][i % EVENT_INTERFACE_COUNT];

        if (!is_wide(interface_name, events->name))
            continue;
        for (ULONG k = 0; k < events->count; ++k)
        {
            if (is_wide(name, events->first[k].name))
                return &events->first[k];
        }
    }
    return NULL;
}

/* An argument of its declared type, which is legal. */
static bool is_legal(const struct event_param *param, const VARIANT *value)
{
    if (param->type == VT_VARIANT)
        return true;
    return V_VT(value) == param->type && (param->type != VT_I4 || (ULONG)V_I4(value) <= param->last);
}

static HRESULT refuse_argument(BSTR *reason, const struct event_type *type, const struct event_param *param)
{
    struct text text = {0};

    text_append_format(
            &text, L"the argument \"%ls\" of %ls is missing, or none that it can be", param->name, type->name);
    if (param->enumeration)
    {
        text_append_format(&text, L"; %ls has ", param->enumeration->name);
        text_append_enumeration(&text, param->enumeration);
    }
    return refuse(reason, &text);
}

static HRESULT read_argument(
        struct recorded_event *event, UINT place, const struct scan_value *line, size_t most, BSTR *reason)
{
    const struct event_param *param = &event->type->params[place];
    struct scan_value arguments, exact, json;
    VARIANT *value = &event->args[place];
    char name[64];
    size_t length = 0;
    HRESULT hr = E_INVALIDARG;

    for (; length < sizeof(name) - 1 && param->name[length]; ++length)
        name[length] = (char)param->name[length];
    name[length] = 0;
    if (scan_find(line, "exact", &exact) && scan_find(&exact, name, &json))
        hr = recorded_value_read_exact(value, &json, most);
    else if (scan_find(line, "arguments", &arguments) && scan_find(&arguments, name, &json))
        hr = recorded_value_read(value, &json);
    if (hr == E_OUTOFMEMORY)
        return hr;
    return SUCCEEDED(hr) && is_legal(param, value) ? S_OK : refuse_argument(reason, event->type, param);
}

static HRESULT read_type(struct recorded_event *event, const struct scan_value *line, BSTR *reason)
{
    struct scan_value interface_name, name;

    if (!scan_find(line, "interface", &interface_name) || !scan_find(line, "name", &name))
        return refuse_member(reason, L"name", L"or \"interface\" is missing");
    if (!(event->type = find_type(&interface_name, &name)))
        return refuse_member(reason, L"name", L"is no event of that interface; vmwatch --events lists what there is");
    return S_OK;
}

static HRESULT read_details(struct recorded_event *event, const struct scan_value *line, BSTR *reason)
{
    const WCHAR *what = NULL;
    HRESULT hr = recorded_details_read(&event->details, line, &what);

    return hr == E_INVALIDARG ? refuse_member(reason, L"details", what) : hr;
}

/* Which event it is, and its arguments. most: see recorded_value_read_exact. */
static HRESULT read_what(struct recorded_event *event, const struct scan_value *line, size_t most, BSTR *reason)
{
    HRESULT hr = read_type(event, line, reason);

    for (UINT i = 0; SUCCEEDED(hr) && i < event->type->param_count; ++i)
        hr = read_argument(event, i, line, most, reason);
    return hr;
}

static HRESULT read_members(struct recorded_event *event, const struct scan_value *line, BSTR *reason)
{
    struct scan_value json;
    LONGLONG sequence = 0;
    HRESULT hr;

    if (scan_find(line, "sequence", &json) && !recorded_number_read(&json, MINLONG, MAXLONG, &sequence))
        return refuse_member(reason, L"sequence", L"is no number");
    event->sequence = (LONG)sequence;
    if (!scan_find(line, "time", &json) || !read_time(&json, &event->time_ms))
        return refuse_member(reason, L"time", L"is no time like 2026-01-31T09:05:01.223Z");
    if (!scan_find(line, "source", &json) || json.kind != SCAN_STRING)
        return refuse_member(reason, L"source", L"is no string");
    hr = recorded_string_read(&event->source, &json);
    if (SUCCEEDED(hr))
        hr = read_what(event, line, RECORDED_ARRAYS_MAX, reason);
    return SUCCEEDED(hr) ? read_details(event, line, reason) : hr;
}

/* Why it is no JSON object. */
static HRESULT refuse_line(BSTR *reason, const char *line, size_t length)
{
    char fault[LINE_TEXT_FAULT_SIZE];
    struct text text = {0};
    const char *what;

    /* Behind the line's end of Windows. */
    length -= length && line[length - 1] == '\r';
    what = line_text_fault(line, length, "in a string of JSON it is written by its number, as \\u001B", fault);
    text_append_format(&text, L"%hs", what ? what : "the line is no JSON object");
    return refuse(reason, &text);
}

HRESULT recorded_event_read(struct recorded_event *event, const char *line, size_t length, BSTR *reason)
{
    struct scan_value json;
    HRESULT hr;

    memset(event, 0, sizeof(*event));
    *reason = NULL;
    if (!scan_text(line, length, &json) || json.kind != SCAN_OBJECT)
        return refuse_line(reason, line, length);
    if (FAILED(hr = read_members(event, &json, reason)))
        recorded_event_cleanup(event);
    return hr;
}

HRESULT recorded_event_read_told(struct recorded_event *event, const struct scan_value *object, BSTR *reason)
{
    HRESULT hr;

    memset(event, 0, sizeof(*event));
    *reason = NULL;
    if (FAILED(hr = read_what(event, object, TOLD_ARRAYS_MAX, reason)))
        recorded_event_cleanup(event);
    return hr;
}

void recorded_event_cleanup(struct recorded_event *event)
{
    SysFreeString(event->source);
    for (UINT i = 0; i < EVENT_MAX_ARGS; ++i)
        VariantClear(&event->args[i]);
    if (event->details)
        details_release(event->details);
    memset(event, 0, sizeof(*event));
}
