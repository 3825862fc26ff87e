#include "host/raised.h"

#include "event/text.h"

#include <wchar.h>

#define LONGEST_QUOTE 60

static bool is_machine_event(const struct event_type *type)
{
    return type->interface_ != &event_interfaces[PC_EVENTS];
}

uint32_t raised_mask(const WCHAR *name)
{
    return event_mask_from_name(name) & ~event_interface_mask(&event_interfaces[PC_EVENTS]);
}

/* Values from outside may be long. */
static void append_start_quoted(struct text *text, const WCHAR *string)
{
    WCHAR start[LONGEST_QUOTE + 4];

    if (wcslen(string) > LONGEST_QUOTE)
    {
        wmemcpy(start, string, LONGEST_QUOTE);
        wcscpy(start + LONGEST_QUOTE, L"...");
        string = start;
    }
    text_append_quoted(text, string);
}

BSTR raised_describe_name(const WCHAR *name)
{
    struct text text = {0};
    uint32_t named = 0;

    append_start_quoted(&text, name);
    text_append(&text,
            event_mask_from_name(name) ? L" is an event of the host, not of a machine; a machine has "
                                       : L" is no event of a machine; it has ");
    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        const struct event_type *type = &event_types[i];

        if (!is_machine_event(type) || (named & type->mask))
            continue;
        text_append(&text, named ? L", " : L"");
        text_append(&text, type->name);
        named |= raised_mask(type->name);
    }
    text_append(&text, L"; IVMDVDDriveEvents.OnMediaEject is that of the DVD drive alone");
    return text_finish(&text);
}

static BSTR describe_count(const struct event_type *type, UINT count)
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

static BSTR describe_enumerator(const struct event_type *type, UINT param, const WCHAR *name)
{
    const struct enumeration *enumeration = type->params[param].enumeration;
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": ");
    text_append(&text, type->params[param].name);
    text_append(&text, L" is ");
    append_start_quoted(&text, name);
    text_append(&text, L"; ");
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

static BSTR describe_argument(const struct event_type *type, UINT param, HRESULT hr)
{
    struct text text = {0};

    text_append(&text, type->name);
    text_append(&text, L": ");
    text_append(&text, type->params[param].name);
    text_append(&text, hr == DISP_E_PARAMNOTOPTIONAL ? L" was left out; it must be " : L" must be ");
    text_append(&text, type_description(&type->params[param]));
    return text_finish(&text);
}

static BSTR describe_fault(const struct event_type *type, const struct event_fault *fault, HRESULT hr)
{
    if (hr == E_INVALIDARG)
        return event_describe_fault(type, fault);
    return describe_argument(type, type->param_count - 1 - fault->arg, hr);
}

/* The name of an enumerator, as which an argument stands, or NULL. */
static const WCHAR *argument_name(const struct event_param *param, const VARIANT *arg)
{
    WCHAR *end;

    if (!param->enumeration)
        return NULL;
    if (V_VT(arg) == (VT_BYREF | VT_VARIANT) && V_VARIANTREF(arg))
        arg = V_VARIANTREF(arg);
    if (V_VT(arg) != VT_BSTR || !V_BSTR(arg) || !V_BSTR(arg)[0])
        return NULL;
    /* A number as a string is left to OLE Automation. */
    (void)wcstod(V_BSTR(arg), &end);
    return *end ? V_BSTR(arg) : NULL;
}

static HRESULT decode_event(struct event *event, const VARIANT *args, UINT count, LCID lcid, BSTR *description)
{
    const struct event_type *type = event->type;
    struct event_fault fault = {0};
    VARIANT reversed[EVENT_MAX_ARGS];
    DISPPARAMS params = {reversed, NULL, count, 0};
    HRESULT hr;

    if (count != type->param_count)
    {
        *description = describe_count(type, count);
        return DISP_E_BADPARAMCOUNT;
    }
    for (UINT i = 0; i < count; ++i)
    {
        const WCHAR *name = argument_name(&type->params[i], &args[i]);
        VARIANT *arg = &reversed[count - 1 - i];

        *arg = args[i];
        if (!name)
            continue;
        V_VT(arg) = VT_I4;
        if (!enumeration_value(type->params[i].enumeration, name, &V_I4(arg)))
        {
            *description = describe_enumerator(type, i, name);
            return E_INVALIDARG;
        }
    }
    if (FAILED(hr = event_decode(event, &params, lcid, &fault)) && hr != E_OUTOFMEMORY)
        *description = describe_fault(type, &fault, hr);
    return hr;
}

HRESULT raised_init(struct raised *raised, const WCHAR *name, const VARIANT *args, UINT count, const WCHAR *source,
        LCID lcid, BSTR *description)
{
    uint32_t mask = raised_mask(name);
    HRESULT hr;

    *description = NULL;
    raised->count = 0;
    if (!mask)
    {
        *description = raised_describe_name(name);
        return E_INVALIDARG;
    }
    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        struct event *event = &raised->events[raised->count];

        if (!(event_types[i].mask & mask))
            continue;
        event_init(event, &event_types[i], source, NULL);
        if (FAILED(hr = decode_event(event, args, count, lcid, description)))
        {
            raised_cleanup(raised);
            return hr;
        }
        ++raised->count;
    }
    return S_OK;
}

void raised_cleanup(struct raised *raised)
{
    while (raised->count)
        event_cleanup(&raised->events[--raised->count]);
}
