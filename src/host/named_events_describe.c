#include "host/named_events_describe.h"

#include "event/text.h"

#include <wchar.h>

/* Each name of theirs once, "OnMediaInsert, OnMediaEject". */
static void append_names(struct text *text, bool of_host)
{
    uint32_t named = 0;

    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        const struct event_type *type = &event_types[i];

        if (event_type_is_of_host(type) != of_host || (named & type->mask))
            continue;
        text_append(text, named ? L", " : L"");
        text_append(text, type->name);
        named |= event_mask_from_name(type->name, wcslen(type->name));
    }
}

static void append_machine_names(struct text *text)
{
    append_names(text, false);
    text_append(text, L"; IVMDVDDriveEvents.OnMediaEject is that of the DVD drive alone");
}

static void append_where_named(struct text *text, enum named_at at, bool elsewhere)
{
    switch (at)
    {
        case NAMED_AT_MACHINE:
            text_append(text,
                    elsewhere ? L" is an event of the host, not of a machine; a machine has "
                              : L" is no event of a machine; it has ");
            append_machine_names(text);
            break;
        case NAMED_AT_HOST:
            text_append(text,
                    elsewhere ? L" is an event of a machine, not of the host; the host has "
                              : L" is no event of the host; it has ");
            append_names(text, true);
            break;
        case NAMED_IN_SCENARIO:
            text_append(text, L" is no event of a machine or of the host; a machine has ");
            append_machine_names(text);
            text_append(text, L"; the host has ");
            append_names(text, true);
            text_append(text, L"; IVMVirtualPCEvents.OnHeartbeatStopped is that of the host alone");
            break;
    }
}

BSTR named_events_describe_name(BSTR name, enum named_at at)
{
    struct text text = {0};

    text_append_quote(&text, name ? name : L"", SysStringLen(name), TEXT_QUOTE_MAX);
    text_append(&text, string_has_nul(name) ? L", with a NUL character in it," : L"");
    append_where_named(&text, at, event_mask_from_name(name, SysStringLen(name)) != 0);
    return text_finish(&text);
}

BSTR named_events_describe_count(const struct event_type *type, UINT count)
{
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L" takes ");
    text_append_number(&text, (LONG)type->param_count);
    text_append(&text, type->param_count == 1 ? L" argument" : L" arguments");
    for (UINT i = 0; i < type->param_count; ++i)
    {
        text_append(&text, i ? L", " : L" (");
        text_append(&text, type->params[i].name);
    }
    text_append(&text, type->param_count ? L"), not " : L", not ");
    text_append_number(&text, (LONG)count);
    return text_finish(&text);
}

BSTR named_events_describe_enumerator(const struct event_type *type, UINT param, BSTR string)
{
    const struct enumeration *enumeration = type->params[param].enumeration;
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": ");
    text_append(&text, type->params[param].name);
    text_append(&text, L" is ");
    text_append_quote(&text, string, SysStringLen(string), TEXT_QUOTE_MAX);
    text_append(&text, string_has_nul(string) ? L", with a NUL character in it; " : L"; ");
    text_append(&text, enumeration->name);
    text_append(&text, L" has ");
    text_append_enumeration(&text, enumeration);
    return text_finish(&text);
}

static const WCHAR *type_description(const struct event_param *param)
{
    switch (param->type)
    {
        case VT_I4:
            return L"a number";
        case VT_BOOL:
            return L"True or False";
        case VT_BSTR:
            return L"a string";
        default:
            return L"a value";
    }
}

BSTR named_events_describe_argument(const struct event_type *type, UINT param, BSTR string, HRESULT hr)
{
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": ");
    text_append(&text, type->params[param].name);
    if (hr == DISP_E_PARAMNOTOPTIONAL)
    {
        text_append(&text, L" was left out; it");
    }
    else if (string)
    {
        text_append(&text, L" is ");
        text_append_quote(&text, string, SysStringLen(string), TEXT_QUOTE_MAX);
        text_append(&text, string_has_nul(string) ? L", with a NUL character in it; it" : L"; it");
    }
    text_append(&text, L" must be ");
    text_append(&text, type_description(&type->params[param]));
    if (type->params[param].enumeration)
    {
        text_append(&text, L"; ");
        text_append(&text, type->params[param].enumeration->name);
        text_append(&text, L" has ");
        text_append_enumeration(&text, type->params[param].enumeration);
    }
    return text_finish(&text);
}
