#include "recording/recorded_value.h"

#include "event/json_exact.h"
#include "recording/numbers.h"
#include "recording/recorded_object.h"

#include <string.h>

#define DIMENSIONS_MAX 32

HRESULT recorded_string_read(BSTR *string, const struct scan_value *json)
{
    C_ASSERT(sizeof(WCHAR) == sizeof(uint16_t));
    if (json->length > MAXLONG || !(*string = SysAllocStringLen(NULL, (UINT)json->length)))
        return E_OUTOFMEMORY;
    if (SysReAllocStringLen(string, *string, (UINT)scan_copy(json, (uint16_t *)*string)))
        return S_OK;
    SysFreeString(*string);
    *string = NULL;
    return E_OUTOFMEMORY;
}

bool recorded_number_read(const struct scan_value *json, LONGLONG least, LONGLONG most, LONGLONG *number)
{
    return json->kind == SCAN_NUMBER && number_read_signed(json->start, json->length, least, most, number);
}

static HRESULT read_number(VARIANT *value, const struct scan_value *json)
{
    LONGLONG number;

    if (recorded_number_read(json, MINLONG, MAXLONG, &number))
    {
        V_VT(value) = VT_I4;
        V_I4(value) = (LONG)number;
        return S_OK;
    }
    if (!number_read_double(json->start, json->length, &V_R8(value)))
        return E_INVALIDARG;
    V_VT(value) = VT_R8;
    return S_OK;
}

HRESULT recorded_value_read(VARIANT *value, const struct scan_value *json)
{
    HRESULT hr;

    VariantInit(value);
    switch (json->kind)
    {
        case SCAN_STRING:
            if (SUCCEEDED(hr = recorded_string_read(&V_BSTR(value), json)))
                V_VT(value) = VT_BSTR;
            return hr;
        case SCAN_NUMBER:
            return read_number(value, json);
        case SCAN_TRUE:
        case SCAN_FALSE:
            V_VT(value) = VT_BOOL;
            V_BOOL(value) = json->kind == SCAN_TRUE ? VARIANT_TRUE : VARIANT_FALSE;
            return S_OK;
        case SCAN_NULL:
            return S_OK;
        default:
            return E_INVALIDARG;
    }
}

/* Of the types that are numbers, what is legal; the value of a VARIANT of that type. False: it is no such number. */
static bool read_whole(VARIANT *value, VARTYPE type, const char *text, size_t length)
{
    static const struct
    {
        VARTYPE type;
        LONGLONG least;
        ULONGLONG most;
    } ranges[] = {{VT_I1, -128, 127}, {VT_UI1, 0, 255}, {VT_I2, -32768, 32767}, {VT_UI2, 0, 65535},
            {VT_I4, MINLONG, MAXLONG}, {VT_INT, MINLONG, MAXLONG}, {VT_UI4, 0, MAXDWORD}, {VT_UINT, 0, MAXDWORD},
            {VT_I8, MINLONGLONG, MAXLONGLONG}, {VT_UI8, 0, ULLONG_MAX}};
    size_t i = 0;

    while (i < ARRAYSIZE(ranges) && ranges[i].type != type)
        ++i;
    if (i == ARRAYSIZE(ranges))
        return false;
    /* The machine has the first byte of a number first. */
    if (!ranges[i].least)
        return number_read_unsigned(text, length, ranges[i].most, &V_UI8(value));
    return number_read_signed(text, length, ranges[i].least, (LONGLONG)ranges[i].most, &V_I8(value));
}

static bool read_float(float *value, const char *text, size_t length)
{
    double number;

    if (!number_read_double(text, length, &number))
        return false;
    *value = (float)number;
    return true;
}

/* "Error 0x80004005" */
static bool read_error(SCODE *error, const char *text, size_t length)
{
    static const char before[] = "Error 0x";
    ULONG number = 0;

    if (length != sizeof(before) - 1 + 8 || memcmp(text, before, sizeof(before) - 1) != 0)
        return false;
    for (size_t i = sizeof(before) - 1; i < length; ++i)
    {
        const char *digits = "0123456789abcdef", *digit = text[i] ? strchr(digits, text[i]) : NULL;

        if (!digit)
            return false;
        number = number << 4 | (ULONG)(digit - digits);
    }
    *error = (SCODE)number;
    return true;
}

/* A type whose value is written in words: numbers, dates, errors, True. */
static bool read_words(VARIANT *value, VARTYPE type, const struct scan_value *object)
{
    struct scan_value words, scale;
    LONGLONG digits = 0;

    if (!scan_find(object, "value", &words) || words.kind != SCAN_STRING)
        return false;
    if (scan_find(object, "scale", &scale) && !recorded_number_read(&scale, 0, 28, &digits))
        return false;
    switch (type)
    {
        case VT_BOOL:
            V_BOOL(value) = scan_is(&words, "True") ? VARIANT_TRUE : VARIANT_FALSE;
            return scan_is(&words, "True") || scan_is(&words, "False");
        case VT_R4:
            return read_float(&V_R4(value), words.start, words.length);
        case VT_R8:
        case VT_DATE:
            return number_read_double(words.start, words.length, &V_R8(value));
        case VT_CY:
            return number_read_currency(words.start, words.length, &V_CY(value));
        case VT_DECIMAL:
            return number_read_decimal(words.start, words.length, (BYTE)digits, &V_DECIMAL(value));
        case VT_ERROR:
            return read_error(&V_ERROR(value), words.start, words.length);
        default:
            return read_whole(value, type, words.start, words.length);
    }
}

static HRESULT read_bytes(BSTR *string, const struct scan_value *bytes)
{
    BYTE *next;

    if (bytes->kind != SCAN_STRING || bytes->length % 2 || bytes->length > MAXLONG)
        return E_INVALIDARG;
    if (!(*string = SysAllocStringByteLen(NULL, (UINT)bytes->length / 2)))
        return E_OUTOFMEMORY;
    next = (BYTE *)*string;
    for (size_t i = 0; i < bytes->length; ++i)
    {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, bytes->start[i]);

        if (!bytes->start[i] || !digit)
        {
            SysFreeString(*string);
            return E_INVALIDARG;
        }
        next[i / 2] = (BYTE)(next[i / 2] << 4 | (digit - digits));
    }
    return S_OK;
}

static HRESULT read_exact_string(VARIANT *value, const struct scan_value *object)
{
    struct scan_value string;
    HRESULT hr = E_INVALIDARG;

    if (scan_find(object, "bytes", &string))
        hr = read_bytes(&V_BSTR(value), &string);
    else if (scan_find(object, "value", &string) && string.kind == SCAN_STRING)
        hr = recorded_string_read(&V_BSTR(value), &string);
    if (SUCCEEDED(hr))
        V_VT(value) = VT_BSTR;
    return hr;
}

static VARTYPE type_from_name(const char *name, size_t length)
{
#define NAME(type)                                                                                                     \
    {                                                                                                                  \
#type, type                                                                                                    \
    }
    static const struct
    {
        const char *name;
        VARTYPE type;
    } types[] = {NAME(VT_EMPTY), NAME(VT_NULL), NAME(VT_I2), NAME(VT_I4), NAME(VT_R4), NAME(VT_R8), NAME(VT_CY),
            NAME(VT_DATE), NAME(VT_BSTR), NAME(VT_DISPATCH), NAME(VT_ERROR), NAME(VT_BOOL), NAME(VT_VARIANT),
            NAME(VT_UNKNOWN), NAME(VT_DECIMAL), NAME(VT_I1), NAME(VT_UI1), NAME(VT_UI2), NAME(VT_UI4), NAME(VT_I8),
            NAME(VT_UI8), NAME(VT_INT), NAME(VT_UINT)};
#undef NAME

    for (size_t i = 0; i < ARRAYSIZE(types); ++i)
    {
        if (strlen(types[i].name) == length && !memcmp(types[i].name, name, length))
            return types[i].type;
    }
    return VT_ILLEGAL;
}

/* most: what is left of the memory that the elements of all arrays may have. */
static HRESULT read_exact(VARIANT *value, const struct scan_value *object, UINT depth, size_t *most);

static bool read_bounds(const struct scan_value *json, SAFEARRAYBOUND bounds[DIMENSIONS_MAX], UINT *count)
{
    struct scan dimensions = scan_inside(json), pair;
    struct scan_value dimension, number;
    LONGLONG least, elements;

    for (*count = 0; scan_element(&dimensions, &dimension); ++*count)
    {
        pair = scan_inside(&dimension);
        if (*count == DIMENSIONS_MAX || dimension.kind != SCAN_ARRAY || !scan_element(&pair, &number)
                || !recorded_number_read(&number, MINLONG, MAXLONG, &least) || !scan_element(&pair, &number)
                || !recorded_number_read(&number, 0, MAXLONG, &elements) || scan_element(&pair, &number))
            return false;
        bounds[*count] = (SAFEARRAYBOUND){(ULONG)elements, (LONG)least};
    }
    return json->kind == SCAN_ARRAY && *count;
}

static HRESULT create_array(
        VARTYPE type, SAFEARRAYBOUND *bounds, UINT dimensions, size_t *most, SAFEARRAY **array, size_t *count)
{
    ULONGLONG elements = 1;

    for (UINT i = 0; i < dimensions; ++i)
    {
        if (bounds[i].cElements && elements > *most / sizeof(VARIANT) / bounds[i].cElements)
            return E_INVALIDARG;
        elements *= bounds[i].cElements;
    }
    *count = (size_t)elements;
    *most -= *count * sizeof(VARIANT);
    return (*array = SafeArrayCreate(type, dimensions, bounds)) ? S_OK : E_OUTOFMEMORY;
}

/* Moves a value into the place of an element of its type. */
static void put_element(void *place, VARTYPE type, const VARIANT *value, ULONG size)
{
    if (type == VT_VARIANT)
        memcpy(place, value, sizeof(*value));
    else if (type == VT_DECIMAL)
        memcpy(place, &V_DECIMAL(value), size);
    else
        memcpy(place, &V_I8(value), size);
    /* A DECIMAL's first two bytes are the type of the VARIANT that it was in. */
    if (type == VT_DECIMAL)
        ((DECIMAL *)place)->wReserved = 0;
}

static HRESULT read_elements(
        SAFEARRAY *array, VARTYPE type, size_t count, const struct scan_value *json, UINT depth, size_t *most)
{
    struct scan elements = scan_inside(json);
    struct scan_value element;
    HRESULT hr = S_OK;
    VARIANT value;
    size_t place = 0;

    for (; SUCCEEDED(hr) && scan_element(&elements, &element); ++place)
    {
        if (place == count)
            return E_INVALIDARG;
        if (FAILED(hr = read_exact(&value, &element, depth, most)))
            return hr;
        /* An element of which nothing has been kept stays zero. */
        if (type != VT_VARIANT && V_VT(&value) == VT_EMPTY)
            continue;
        if (type != VT_VARIANT && V_VT(&value) != type)
            hr = E_INVALIDARG;
        if (SUCCEEDED(hr))
            put_element((BYTE *)array->pvData + place * array->cbElements, type, &value, array->cbElements);
        else
            VariantClear(&value);
    }
    return SUCCEEDED(hr) && (place != count || json->kind != SCAN_ARRAY) ? E_INVALIDARG : hr;
}

/* Without bounds there is no array, and without elements they have not been kept. */
static HRESULT read_array(VARIANT *value, VARTYPE type, const struct scan_value *object, UINT depth, size_t *most)
{
    SAFEARRAYBOUND bounds[DIMENSIONS_MAX];
    struct scan_value json;
    SAFEARRAY *array = NULL;
    UINT dimensions;
    size_t count;
    HRESULT hr = S_OK;

    if (type == VT_EMPTY || type == VT_NULL)
        return E_INVALIDARG;
    if (scan_find(object, "bounds", &json))
    {
        if (!read_bounds(&json, bounds, &dimensions))
            return E_INVALIDARG;
        if (FAILED(hr = create_array(type, bounds, dimensions, most, &array, &count)))
            return hr;
        if (scan_find(object, "elements", &json))
            hr = read_elements(array, type, count, &json, depth + 1, most);
        if (FAILED(hr))
        {
            SafeArrayDestroy(array);
            return hr;
        }
    }
    V_VT(value) = VT_ARRAY | type;
    V_ARRAY(value) = array;
    return S_OK;
}

static HRESULT read_plain(VARIANT *value, VARTYPE type, const struct scan_value *object)
{
    struct scan_value word;

    switch (type)
    {
        case VT_EMPTY:
        case VT_NULL:
            break;
        case VT_BSTR:
            return read_exact_string(value, object);
        case VT_DISPATCH:
        case VT_UNKNOWN:
            V_DISPATCH(value) = scan_find(object, "value", &word) ? recorded_object_get() : NULL;
            break;
        default:
            if (!read_words(value, type, object))
                return E_INVALIDARG;
    }
    V_VT(value) = type;
    return S_OK;
}

static HRESULT read_exact(VARIANT *value, const struct scan_value *object, UINT depth, size_t *most)
{
    static const char array[] = "VT_ARRAY|";
    struct scan_value name;
    VARTYPE type;
    HRESULT hr;

    VariantInit(value);
    if (!scan_find(object, "type", &name) || name.kind != SCAN_STRING || depth > EXACT_DEPTH_MAX)
        return E_INVALIDARG;
    /* A record, or an array that is too deep: what it was has not been kept. */
    if (scan_is(&name, "VT_RECORD") || scan_is(&name, "VT_ARRAY|VT_RECORD") || scan_is(&name, "?"))
        return S_OK;
    if (name.length > sizeof(array) - 1 && !memcmp(name.start, array, sizeof(array) - 1))
    {
        type = type_from_name(name.start + sizeof(array) - 1, name.length - (sizeof(array) - 1));
        return type == VT_ILLEGAL ? E_INVALIDARG : read_array(value, type, object, depth, most);
    }
    type = type_from_name(name.start, name.length);
    if (type == VT_ILLEGAL || type == VT_VARIANT)
        return E_INVALIDARG;
    if (FAILED(hr = read_plain(value, type, object)))
        V_VT(value) = VT_EMPTY;
    return hr;
}

HRESULT recorded_value_read_exact(VARIANT *value, const struct scan_value *json, size_t most)
{
    return read_exact(value, json, 0, &most);
}
