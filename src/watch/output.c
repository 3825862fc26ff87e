#include "watch/output.h"

#include "event/catalogue.h"
#include "platform/memory.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

static char *utf8_from_wide(const WCHAR *text, int *length)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *utf8 = memory_alloc(size);

    if (utf8)
        WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, size, NULL, NULL);
    *length = size - 1;
    return utf8;
}

static bool write_bytes(HANDLE file, const char *bytes, DWORD length)
{
    DWORD written;

    for (; length; bytes += written, length -= written)
    {
        if (!WriteFile(file, bytes, length, &written, NULL))
            return false;
    }
    return true;
}

static bool write_text(HANDLE file, const WCHAR *text)
{
    DWORD mode, written;
    bool success;
    int length;
    char *utf8;

    if (GetConsoleMode(file, &mode))
        return WriteConsoleW(file, text, (DWORD)wcslen(text), &written, NULL);
    if (!(utf8 = utf8_from_wide(text, &length)))
        return false;
    success = write_bytes(file, utf8, length);
    memory_free(utf8);
    return success;
}

bool output_write(const WCHAR *text)
{
    return write_text(GetStdHandle(STD_OUTPUT_HANDLE), text);
}

void output_complain(const WCHAR *format, ...)
{
    WCHAR buffer[1024] = L"vmwatch: ";
    size_t length = wcslen(buffer);
    va_list args;

    va_start(args, format);
    _vsnwprintf(buffer + length, ARRAYSIZE(buffer) - length - 2, format, args);
    va_end(args);
    buffer[ARRAYSIZE(buffer) - 2] = 0;
    wcscat(buffer, L"\n");
    write_text(GetStdHandle(STD_ERROR_HANDLE), buffer);
}

void output_complain_of(const WCHAR *what, HRESULT hr, const WCHAR *description)
{
    if (description && *description)
        output_complain(L"%ls: %ls", what, description);
    else
        output_complain(L"%ls: error 0x%08lx", what, (unsigned long)hr);
}

/* The fields of a record, as the interface gives them. */
struct fields
{
    LONG sequence;
    LONG id;
    SYSTEMTIME time; /* UTC, with milliseconds */
    BSTR source;
    BSTR interface_name;
    BSTR name;
    BSTR text;
    VARIANT arguments;
};

/* DATE counts days; VariantTimeToSystemTime would drop the milliseconds. */
static void system_time_from_date(DATE date, SYSTEMTIME *time)
{
    ULONGLONG ticks = (ULONGLONG)((date + 109205) * 86400000.0 + 0.5) * 10000;
    FILETIME filetime = {(DWORD)ticks, (DWORD)(ticks >> 32)};

    FileTimeToSystemTime(&filetime, time);
}

static void fields_clear(struct fields *fields)
{
    SysFreeString(fields->source);
    SysFreeString(fields->interface_name);
    SysFreeString(fields->name);
    SysFreeString(fields->text);
    VariantClear(&fields->arguments);
}

static HRESULT fields_read(struct fields *fields, IVMEventRecord *record)
{
    HRESULT hr;
    DATE time;

    memset(fields, 0, sizeof(*fields));
    if (SUCCEEDED(hr = IVMEventRecord_get_Sequence(record, &fields->sequence))
            && SUCCEEDED(hr = IVMEventRecord_get_Id(record, &fields->id))
            && SUCCEEDED(hr = IVMEventRecord_get_Time(record, &time))
            && SUCCEEDED(hr = IVMEventRecord_get_Source(record, &fields->source))
            && SUCCEEDED(hr = IVMEventRecord_get_Interface(record, &fields->interface_name))
            && SUCCEEDED(hr = IVMEventRecord_get_Name(record, &fields->name))
            && SUCCEEDED(hr = IVMEventRecord_get_Text(record, &fields->text))
            && SUCCEEDED(hr = IVMEventRecord_get_Arguments(record, &fields->arguments)))
        system_time_from_date(time, &fields->time);
    else
        fields_clear(fields);
    return hr;
}

static json_t *json_from_wide(const WCHAR *text)
{
    json_t *json = NULL;
    int length;
    char *utf8;

    if ((utf8 = utf8_from_wide(text ? text : L"", &length)))
        json = json_stringn(utf8, length);
    memory_free(utf8);
    return json;
}

static json_t *json_from_variant(const VARIANT *value)
{
    VARIANT string;
    json_t *json;

    switch (V_VT(value))
    {
        case VT_I4:
            return json_integer(V_I4(value));
        case VT_BOOL:
            return json_boolean(V_BOOL(value));
        case VT_R8:
            return json_real(V_R8(value));
        case VT_BSTR:
            return json_from_wide(V_BSTR(value));
        case VT_EMPTY:
        case VT_NULL:
            return json_null();
    }
    VariantInit(&string);
    if (FAILED(VariantChangeTypeEx(&string, (VARIANT *)value, LOCALE_INVARIANT, 0, VT_BSTR)))
        return json_null();
    json = json_from_wide(V_BSTR(&string));
    VariantClear(&string);
    return json;
}

/* Every parameter by its name. */
static json_t *json_from_arguments(const struct fields *fields)
{
    const struct event_type *type = NULL;
    json_t *json = json_object();
    char name[64];
    VARIANT *values;

    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        if (!wcscmp(event_types[i].interface_->name, fields->interface_name) && event_types[i].id == fields->id)
            type = &event_types[i];
    }
    if (!json || !type || FAILED(SafeArrayAccessData(V_ARRAY(&fields->arguments), (void **)&values)))
        return json;
    for (UINT i = 0; i < type->param_count; ++i)
    {
        WideCharToMultiByte(CP_UTF8, 0, type->params[i].name, -1, name, sizeof(name), NULL, NULL);
        json_object_set_new(json, name, json_from_variant(&values[i]));
    }
    SafeArrayUnaccessData(V_ARRAY(&fields->arguments));
    return json;
}

static HRESULT write_json(const struct fields *fields)
{
    const SYSTEMTIME *time = &fields->time;
    char date[32], *line;
    json_t *json;
    bool written;

    snprintf(date, sizeof(date), "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", time->wYear, time->wMonth, time->wDay,
            time->wHour, time->wMinute, time->wSecond, time->wMilliseconds);
    json = json_pack("{s:i, s:s, s:o, s:o, s:o, s:i, s:o, s:o}", "sequence", (int)fields->sequence, "time", date,
            "source", json_from_wide(fields->source), "interface", json_from_wide(fields->interface_name), "name",
            json_from_wide(fields->name), "id", (int)fields->id, "arguments", json_from_arguments(fields), "text",
            json_from_wide(fields->text));
    line = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (!line)
        return E_OUTOFMEMORY;
    written = write_bytes(GetStdHandle(STD_OUTPUT_HANDLE), line, (DWORD)strlen(line))
            && write_bytes(GetStdHandle(STD_OUTPUT_HANDLE), "\n", 1);
    free(line);
    return written ? S_OK : S_FALSE;
}

static HRESULT write_line(const struct fields *fields)
{
    SYSTEMTIME local;
    WCHAR time[32];

    if (!SystemTimeToTzSpecificLocalTime(NULL, &fields->time, &local))
        local = fields->time;
    _snwprintf(time, ARRAYSIZE(time), L"%02u:%02u:%02u.%03u  ", local.wHour, local.wMinute, local.wSecond,
            local.wMilliseconds);
    return output_write(time) && output_write(fields->source) && output_write(L"  ") && output_write(fields->text)
                    && output_write(L"\n")
            ? S_OK
            : S_FALSE;
}

HRESULT output_record(IVMEventRecord *record, bool json)
{
    struct fields fields;
    HRESULT hr;

    if (FAILED(hr = fields_read(&fields, record)))
        return hr;
    hr = json ? write_json(&fields) : write_line(&fields);
    fields_clear(&fields);
    return hr;
}
