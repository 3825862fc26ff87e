#include "event/json_exact.h"

#include "event/json.h"
#include "event/value.h"

#include <wchar.h>

/* The elements that may still be written of an argument. */
struct budget
{
    ULONGLONG left;
};

static const WCHAR *type_name(VARTYPE type)
{
#define NAME(type) [type] = L"" #type
    static const WCHAR *const names[] = {NAME(VT_EMPTY), NAME(VT_NULL), NAME(VT_I2), NAME(VT_I4), NAME(VT_R4),
            NAME(VT_R8), NAME(VT_CY), NAME(VT_DATE), NAME(VT_BSTR), NAME(VT_DISPATCH), NAME(VT_ERROR), NAME(VT_BOOL),
            NAME(VT_VARIANT), NAME(VT_UNKNOWN), NAME(VT_DECIMAL), NAME(VT_I1), NAME(VT_UI1), NAME(VT_UI2), NAME(VT_UI4),
            NAME(VT_I8), NAME(VT_UI8), NAME(VT_INT), NAME(VT_UINT), NAME(VT_RECORD)};
#undef NAME

    return type < ARRAYSIZE(names) && names[type] ? names[type] : L"?";
}

/* Whether JSON can write the string: it has no half of a surrogate pair, and whole characters. */
static bool is_clean(BSTR string)
{
    UINT length = SysStringLen(string);

    for (UINT i = 0; i < length; ++i)
    {
        bool high = (string[i] & 0xfc00) == 0xd800, low = (string[i] & 0xfc00) == 0xdc00;

        if (low || (high && (i + 1 == length || (string[i + 1] & 0xfc00) != 0xdc00)))
            return false;
        i += high;
    }
    return SysStringByteLen(string) == 2 * length;
}

/* `"value":"…"`, or the bytes as they lie in memory where JSON has no characters for them. */
static void append_string(struct text *text, BSTR string)
{
    const BYTE *bytes = (const BYTE *)string;

    if (is_clean(string))
    {
        text_append(text, L"\"value\":");
        json_append_string(text, string ? string : L"", SysStringLen(string));
        return;
    }
    text_append(text, L"\"bytes\":\"");
    for (UINT i = 0; i < SysStringByteLen(string); ++i)
        text_append_format(text, L"%02x", bytes[i]);
    text_append(text, L"\"");
}

/* The words of value.h say of a date what people read. */
static void describe(struct value *described, const VARIANT *value)
{
    VARIANT days;

    if (V_VT(value) != VT_DATE)
    {
        value_describe(described, value);
        return;
    }
    V_VT(&days) = VT_R8;
    V_R8(&days) = V_DATE(value);
    value_describe(described, &days);
}

static void append_plain(struct text *text, const VARIANT *value)
{
    struct value described;

    if (V_VT(value) == VT_BSTR)
    {
        text_append(text, L",");
        append_string(text, V_BSTR(value));
        return;
    }
    describe(&described, value);
    /* Empty, Null and Nothing are what their types say. */
    if (described.kind == VALUE_NOTHING)
        return;
    text_append(text, L",\"value\":");
    json_append_string(text, described.string, described.length);
    /* The zeros at its end that the words leave out. */
    if (V_VT(value) == VT_DECIMAL && described.kind == VALUE_NUMBER && V_DECIMAL(value).scale)
        text_append_format(text, L",\"scale\":%u", V_DECIMAL(value).scale);
}

static void append_exact(struct text *text, const VARIANT *value, UINT depth, struct budget *budget);

static void append_bounds(struct text *text, const SAFEARRAY *array)
{
    text_append(text, L",\"bounds\":[");
    for (UINT i = 0; i < array->cDims; ++i)
    {
        const SAFEARRAYBOUND *bound = &array->rgsabound[array->cDims - 1 - i];

        text_append_format(
                text, i ? L",[%ld,%lu]" : L"[%ld,%lu]", (long)bound->lLbound, (unsigned long)bound->cElements);
    }
    text_append(text, L"]");
}

/* More than are ever written when there are more than those. */
static ULONGLONG count_elements(const struct value *array)
{
    ULONGLONG count = value_dimensions(array) ? 1 : 0;

    for (UINT i = 0; i < value_dimensions(array); ++i)
    {
        if (!value_elements(array, i))
            return 0;
        if (count <= EXACT_ELEMENTS_MAX)
            count *= value_elements(array, i);
    }
    return count;
}

static void append_array(struct text *text, const VARIANT *value, UINT depth, struct budget *budget)
{
    struct value array;
    ULONGLONG count;
    VARIANT element;

    value_describe(&array, value);
    if (!array.array)
        return;
    append_bounds(text, array.array);
    count = count_elements(&array);
    if (!count || count > budget->left)
        return;
    budget->left -= count;
    text_append(text, L",\"elements\":[");
    for (size_t i = 0; i < count; ++i)
    {
        text_append(text, i ? L"," : L"");
        value_get_element(&array, i, &element);
        append_exact(text, &element, depth + 1, budget);
    }
    text_append(text, L"]");
}

/* `{"type":"VT_I2","value":"512"}` */
static void append_exact(struct text *text, const VARIANT *value, UINT depth, struct budget *budget)
{
    bool is_array = (V_VT(value) & ~VT_TYPEMASK) == VT_ARRAY, known = !(V_VT(value) & ~VT_TYPEMASK) || is_array;

    if (!known || depth == EXACT_DEPTH_MAX)
    {
        text_append(text, L"{\"type\":\"?\"}");
        return;
    }
    text_append(text, is_array ? L"{\"type\":\"VT_ARRAY|" : L"{\"type\":\"");
    text_append(text, type_name(V_VT(value) & VT_TYPEMASK));
    text_append(text, L"\"");
    if (is_array)
        append_array(text, value, depth, budget);
    else if (V_VT(value) != VT_RECORD)
        append_plain(text, value);
    text_append(text, L"}");
}

/* Whether a number that is written so is read as a VT_R8. */
static bool is_told_as_double(double number)
{
    struct value value;
    VARIANT variant;

    V_VT(&variant) = VT_R8;
    V_R8(&variant) = number;
    value_describe(&value, &variant);
    return value.kind == VALUE_NUMBER && (wcschr(value.string, '.') || wcschr(value.string, 'E'));
}

static bool is_told_by_json(const VARIANT *value)
{
    switch (V_VT(value))
    {
        case VT_EMPTY:
        case VT_I4:
        case VT_BOOL:
            return true;
        case VT_R8:
            return is_told_as_double(V_R8(value));
        case VT_BSTR:
            return is_clean(V_BSTR(value));
        default:
            return false;
    }
}

/* Appends a member of the object that `opening` begins, unless JSON tells it; *any: there has been one already. */
static void append_member(struct text *text, const WCHAR *opening, bool *any, const WCHAR *name, const VARIANT *value)
{
    struct budget budget = {EXACT_ELEMENTS_MAX};

    if (is_told_by_json(value))
        return;
    text_append(text, *any ? L"," : opening);
    *any = true;
    json_append_string(text, name, wcslen(name));
    text_append(text, L":");
    append_exact(text, value, 0, &budget);
}

void json_append_exact(struct text *text, const struct event_type *type, const VARIANT *args)
{
    bool any = false;

    for (UINT i = 0; i < type->param_count; ++i)
        append_member(text, L",\"exact\":{", &any, type->params[i].name, &args[i]);
    text_append(text, any ? L"}" : L"");
}

void json_append_exact_details(struct text *text, const VMEVENTDETAILS *details)
{
    bool any = false;

    for (UINT i = 0; i < details->count; ++i)
        append_member(text, L",\"exactDetails\":{", &any, details->details[i].name, &details->details[i].value);
    text_append(text, any ? L"}" : L"");
}
