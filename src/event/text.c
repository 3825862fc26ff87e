#include "event/text.h"

#include "platform/memory.h"

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

static void text_append_part(struct text *text, const WCHAR *string, size_t length)
{
    if (!text_reserve(text, length))
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
    WCHAR buffer[16];

    _snwprintf(buffer, 16, L"%ld", (long)number);
    text_append(text, buffer);
}

void text_append_quoted(struct text *text, const WCHAR *string)
{
    const WCHAR *quote;

    text_append(text, L"\"");
    for (; (quote = wcschr(string, '"')); string = quote + 1)
    {
        text_append_part(text, string, quote - string);
        text_append(text, L"\"\"");
    }
    text_append(text, string);
    text_append(text, L"\"");
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

static void text_append_array(struct text *text, SAFEARRAY *array)
{
    text_append(text, L"Array(");
    for (UINT i = 0; array && i < array->cDims; ++i)
    {
        text_append(text, i ? L", " : L"");
        text_append_number(text, (LONG)array->rgsabound[array->cDims - 1 - i].cElements);
    }
    text_append(text, L")");
}

/* Any VARIANT, the same in every locale. */
static void text_append_variant(struct text *text, const VARIANT *value)
{
    VARIANT string;
    HRESULT hr;

    if (V_VT(value) & VT_ARRAY)
    {
        text_append_array(text, V_VT(value) & VT_BYREF ? *V_ARRAYREF(value) : V_ARRAY(value));
        return;
    }
    switch (V_VT(value))
    {
        case VT_EMPTY:
            text_append(text, L"Empty");
            return;
        case VT_NULL:
            text_append(text, L"Null");
            return;
        case VT_BOOL:
            text_append(text, V_BOOL(value) ? L"True" : L"False");
            return;
        case VT_BSTR:
            text_append_quoted(text, V_BSTR(value) ? V_BSTR(value) : L"");
            return;
        case VT_DISPATCH:
        case VT_UNKNOWN:
            text_append(text, V_UNKNOWN(value) ? L"Object" : L"Nothing");
            return;
    }
    VariantInit(&string);
    hr = VariantChangeTypeEx(&string, (VARIANT *)value, LOCALE_INVARIANT, 0, VT_BSTR);
    if (FAILED(hr))
    {
        text->failed = text->failed || hr == E_OUTOFMEMORY;
        text_append(text, L"?");
        return;
    }
    text_append(text, V_BSTR(&string));
    VariantClear(&string);
}

void text_append_value(struct text *text, const struct event_param *param, const VARIANT *value)
{
    const WCHAR *name;

    if (param->enumeration && (name = enumeration_name(param->enumeration, V_I4(value))))
        text_append(text, name);
    else
        text_append_variant(text, value);
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
