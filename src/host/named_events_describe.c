#include "host/named_events_describe.h"

#include "event/text.h"

#include <wchar.h>

static bool is_machine_event(const struct event_type *type)
{
    return type->interface_ != &event_interfaces[PC_EVENTS];
}

/* The machine's events that are named like this one. */
static uint32_t namesakes(const struct event_type *type)
{
    return event_mask_from_name(type->name, wcslen(type->name));
}

BSTR named_events_describe_name(BSTR name)
{
    struct text text = {0};
    uint32_t named = 0;

    text_append_quote(&text, name ? name : L"", SysStringLen(name), TEXT_QUOTE_MAX);
    text_append(&text, string_has_nul(name) ? L", with a NUL character in it," : L"");
    text_append(&text,
            event_mask_from_name(name, SysStringLen(name))
                    ? L" is an event of the host, not of a machine; a machine has "
                    : L" is no event of a machine; it has ");
    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        const struct event_type *type = &event_types[i];

        if (!is_machine_event(type) || (named & type->mask))
            continue;
        text_append(&text, named ? L", " : L"");
        text_append(&text, type->name);
        named |= namesakes(type);
    }
    text_append(&text, L"; IVMDVDDriveEvents.OnMediaEject is that of the DVD drive alone");
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
