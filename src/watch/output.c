#include "watch/output.h"

#include "event/date.h"
#include "event/json.h"
#include "event/text.h"
#include "platform/console.h"

#include <stdarg.h>
#include <wchar.h>

bool output_write(const WCHAR *text)
{
    return console_write(STD_OUTPUT_HANDLE, text, wcslen(text));
}

/* Writes the text as a line, and frees it. S_OK, E_OUTOFMEMORY, S_FALSE: it cannot be written. */
static HRESULT write_line(DWORD which, struct text *text)
{
    BSTR line;
    bool written;

    text_append(text, L"\n");
    if (!(line = text_finish(text)))
        return E_OUTOFMEMORY;
    written = console_write(which, line, SysStringLen(line));
    SysFreeString(line);
    return written ? S_OK : S_FALSE;
}

void output_complain(const WCHAR *format, ...)
{
    struct text text = {0};
    va_list args;

    text_append(&text, L"vmwatch: ");
    va_start(args, format);
    text_append_format_list(&text, format, args);
    va_end(args);
    write_line(STD_ERROR_HANDLE, &text);
}

void output_complain_of(const WCHAR *what, HRESULT hr, BSTR description)
{
    struct text text = {0};

    text_append_format(&text, L"vmwatch: %ls: ", what);
    if (SysStringLen(description))
        text_append_shown(&text, description, SysStringLen(description));
    else
        text_append_format(&text, L"error 0x%08lx", (unsigned long)hr);
    write_line(STD_ERROR_HANDLE, &text);
}

/* The fields of a record, as the interface gives them. */
struct fields
{
    LONG sequence;
    LONG id;
    DATE time; /* UTC */
    BSTR source;
    BSTR interface_name;
    BSTR text;
    VARIANT arguments;
};

static void fields_clear(struct fields *fields)
{
    SysFreeString(fields->source);
    SysFreeString(fields->interface_name);
    SysFreeString(fields->text);
    VariantClear(&fields->arguments);
}

static HRESULT fields_read(struct fields *fields, IVMEventRecord *record)
{
    HRESULT hr;

    memset(fields, 0, sizeof(*fields));
    if (FAILED(hr = IVMEventRecord_get_Sequence(record, &fields->sequence))
            || FAILED(hr = IVMEventRecord_get_Id(record, &fields->id))
            || FAILED(hr = IVMEventRecord_get_Time(record, &fields->time))
            || FAILED(hr = IVMEventRecord_get_Source(record, &fields->source))
            || FAILED(hr = IVMEventRecord_get_Interface(record, &fields->interface_name))
            || FAILED(hr = IVMEventRecord_get_Text(record, &fields->text))
            || FAILED(hr = IVMEventRecord_get_Arguments(record, &fields->arguments)))
        fields_clear(fields);
    return hr;
}

/* The event in one of the two tables of interfaces. Virtual Server has an interface with a name of its own; the others
 * have the names and events of Virtual PC's. NULL: the catalogue has no such event. */
static const struct event_type *fields_type(const struct fields *fields)
{
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        if (!wcscmp(event_interfaces[i].name, fields->interface_name))
            return event_type_find(&event_interfaces[i], fields->id);
        if (!wcscmp(server_interfaces[i].name, fields->interface_name))
            return event_type_find(&server_interfaces[i], fields->id);
    }
    return NULL;
}

static HRESULT write_json(const struct fields *fields)
{
    struct json_event event = {fields->sequence, fields->time, fields->source, fields_type(fields), NULL, fields->text};
    struct text text = {0};
    VARIANT *args;
    BSTR json;
    HRESULT hr;

    if (!event.type)
        return E_UNEXPECTED;
    if (FAILED(hr = SafeArrayAccessData(V_ARRAY(&fields->arguments), (void **)&args)))
        return hr;
    event.args = args;
    json = event_to_json(&event);
    SafeArrayUnaccessData(V_ARRAY(&fields->arguments));
    if (!json)
        return E_OUTOFMEMORY;
    text_append_part(&text, json, SysStringLen(json));
    SysFreeString(json);
    return write_line(STD_OUTPUT_HANDLE, &text);
}

static HRESULT write_text(const struct fields *fields)
{
    SYSTEMTIME time = {0}, local;
    struct text text = {0};

    system_time_from_date(fields->time, &time);
    if (!SystemTimeToTzSpecificLocalTime(NULL, &time, &local))
        local = time;
    text_append_format(&text, L"%02u:%02u:%02u.%03u  ", local.wHour, local.wMinute, local.wSecond, local.wMilliseconds);
    text_append_shown(&text, fields->source, SysStringLen(fields->source));
    text_append(&text, L"  ");
    text_append_part(&text, fields->text, SysStringLen(fields->text));
    return write_line(STD_OUTPUT_HANDLE, &text);
}

HRESULT output_record(IVMEventRecord *record, bool json)
{
    struct fields fields;
    HRESULT hr;

    if (FAILED(hr = fields_read(&fields, record)))
        return hr;
    hr = json ? write_json(&fields) : write_text(&fields);
    fields_clear(&fields);
    return hr;
}
