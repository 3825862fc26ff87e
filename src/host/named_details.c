#include "host/named_details.h"

#include "event/refusal.h"
#include "event/text.h"

#include <wchar.h>

/* The length of the name that the string begins with, in front of "="; 0: it begins with none. */
static UINT name_length(BSTR string)
{
    const WCHAR *end = string ? wmemchr(string, '=', SysStringLen(string)) : NULL;

    return end && detail_is_name(string, (size_t)(end - string)) ? (UINT)(end - string) : 0;
}

/* Who gives a string may have meant a detail. */
static BSTR describe_surplus(const struct event_type *type, UINT count, BSTR string)
{
    struct text text = {0};
    BSTR said = refusal_describe_count(type, count);

    text_append(&text, said ? said : L"");
    SysFreeString(said);
    if (string)
    {
        text_append(&text, L"; ");
        text_append_quote(&text, string, SysStringLen(string), TEXT_QUOTE_MAX);
        text_append(&text, L" is no detail either, as \"user=alice\" is one");
    }
    return text_finish(&text);
}

static BSTR describe_number(const struct event_type *type)
{
    struct text text = {0};

    text_append(&text, type->name);
    text_append_format(&text, L" has too many details; an event has %d at most", DETAILS_MAX);
    return text_finish(&text);
}

static BSTR describe_double(const struct event_type *type, const WCHAR *name, UINT length)
{
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": the detail ");
    text_append_quote(&text, name, length, TEXT_QUOTE_MAX);
    text_append(&text, L" is given twice");
    return text_finish(&text);
}

struct reading
{
    VMEVENTDETAIL given[DETAILS_MAX];
    WCHAR names[DETAILS_MAX][DETAIL_NAME_LENGTH_MAX + 1];
    UINT count;
};

static HRESULT read_one(struct reading *reading, BSTR string, UINT length)
{
    VMEVENTDETAIL *detail = &reading->given[reading->count];
    WCHAR *name = reading->names[reading->count];
    BSTR value = SysAllocStringLen(string + length + 1, SysStringLen(string) - length - 1);

    if (!value)
        return E_OUTOFMEMORY;
    wmemcpy(name, string, length);
    name[length] = 0;
    detail->name = name;
    V_VT(&detail->value) = VT_BSTR;
    V_BSTR(&detail->value) = value;
    ++reading->count;
    return S_OK;
}

static HRESULT read_all(
        struct reading *reading, const struct event_type *type, const VARIANT *args, UINT count, BSTR *description)
{
    HRESULT hr = S_OK;

    for (UINT i = type->param_count; i < count && SUCCEEDED(hr); ++i)
    {
        BSTR string = refusal_argument_string(&args[i]);
        UINT length = name_length(string);

        if (!length)
        {
            *description = describe_surplus(type, count, string);
            return DISP_E_BADPARAMCOUNT;
        }
        if (reading->count == DETAILS_MAX)
        {
            *description = describe_number(type);
            return DISP_E_BADPARAMCOUNT;
        }
        if (details_find(&(VMEVENTDETAILS){reading->count, reading->given}, string, length))
        {
            *description = describe_double(type, string, length);
            return E_INVALIDARG;
        }
        hr = read_one(reading, string, length);
    }
    return hr;
}

HRESULT named_details_read(
        const struct event_type *type, const VARIANT *args, UINT count, struct details **details, BSTR *description)
{
    struct reading reading = {.count = 0};
    HRESULT hr = read_all(&reading, type, args, count, description);

    if (SUCCEEDED(hr) && !(*details = details_create(reading.given, reading.count)))
        hr = E_OUTOFMEMORY;
    while (reading.count)
        VariantClear(&reading.given[--reading.count].value);
    return hr;
}
