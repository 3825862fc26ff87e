#include "event/details.h"

#include "event/arrays.h"
#include "event/event.h"
#include "event/value.h"
#include "platform/memory.h"

#include <wchar.h>

static bool is_letter(WCHAR c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool detail_is_name(const WCHAR *name, size_t length)
{
    if (!length || length > DETAIL_NAME_LENGTH_MAX || !is_letter(*name))
        return false;
    for (size_t i = 1; i < length; ++i)
    {
        if (!is_letter(name[i]) && !(name[i] >= '0' && name[i] <= '9'))
            return false;
    }
    return true;
}

static bool is_plain(const VARIANT *value)
{
    switch (V_VT(value))
    {
        case VT_BSTR:
        case VT_I4:
        case VT_R8:
        case VT_BOOL:
            return true;
        default:
            return false;
    }
}

static void details_free(struct details *details)
{
    for (UINT i = 0; i < details->view.count; ++i)
    {
        SysFreeString((BSTR)details->items[i].name);
        VariantClear(&details->items[i].value);
    }
    memory_free(details);
}

/* False: out of memory. */
static bool details_append(struct details *details, const VMEVENTDETAIL *given)
{
    VMEVENTDETAIL *item = &details->items[details->view.count];
    BSTR name = SysAllocString(given->name);

    VariantInit(&item->value);
    if (!name || FAILED(VariantCopy(&item->value, (VARIANT *)&given->value)))
    {
        SysFreeString(name);
        return false;
    }
    /* Whoever reads it need not ask whether there is a string. */
    if (V_VT(&item->value) == VT_BSTR && !V_BSTR(&item->value) && !(V_BSTR(&item->value) = SysAllocString(L"")))
    {
        SysFreeString(name);
        return false;
    }
    item->name = name;
    ++details->view.count;
    details->bytes += sizeof(*item) + SysStringByteLen(name);
    if (V_VT(&item->value) == VT_BSTR)
        details->bytes += SysStringByteLen(V_BSTR(&item->value));
    return true;
}

struct details *details_create(const VMEVENTDETAIL *given, UINT count)
{
    UINT most = count < DETAILS_MAX ? count : DETAILS_MAX;
    struct details *details = memory_alloc(sizeof(*details) + most * sizeof(details->items[0]));

    if (!details)
        return NULL;
    details->refcount = 1;
    details->bytes = sizeof(*details);
    details->view.details = details->items;
    for (UINT i = 0; i < count && details->view.count < most; ++i)
    {
        size_t length = given[i].name ? wcslen(given[i].name) : 0;

        if (!detail_is_name(given[i].name, length) || !is_plain(&given[i].value)
                || details_find(&details->view, given[i].name, length))
            continue;
        if (!details_append(details, &given[i]))
        {
            details_free(details);
            return NULL;
        }
    }
    return details;
}

struct details *details_addref(struct details *details)
{
    InterlockedIncrement(&details->refcount);
    return details;
}

void details_release(struct details *details)
{
    if (!InterlockedDecrement(&details->refcount))
        details_free(details);
}

const VARIANT *details_find(const VMEVENTDETAILS *details, const WCHAR *name, size_t length)
{
    for (UINT i = 0; details && length <= INT_MAX && i < details->count; ++i)
    {
        if (CompareStringOrdinal(details->details[i].name, -1, name, (int)length, TRUE) == CSTR_EQUAL)
            return &details->details[i].value;
    }
    return NULL;
}

/* Puts the copy of a value into the array. */
static HRESULT put(SAFEARRAY *array, LONG place, const VARIANT *value)
{
    return SafeArrayPutElement(array, &place, (VARIANT *)value);
}

static HRESULT put_detail(SAFEARRAY *array, LONG place, const VMEVENTDETAIL *detail)
{
    VARIANT name;
    HRESULT hr;

    V_VT(&name) = VT_BSTR;
    if (!(V_BSTR(&name) = SysAllocString(detail->name)))
        return E_OUTOFMEMORY;
    if (SUCCEEDED(hr = put(array, place, &name)))
        hr = put(array, place + 1, &detail->value);
    SysFreeString(V_BSTR(&name));
    return hr;
}

HRESULT details_to_variant(const VMEVENTDETAILS *details, VARIANT *variant)
{
    SAFEARRAY *array;
    HRESULT hr = S_OK;

    VariantInit(variant);
    if (!details || !details->count)
        return S_OK;
    if (!(array = SafeArrayCreateVector(VT_VARIANT, 0, 2 * details->count)))
        return E_OUTOFMEMORY;
    for (UINT i = 0; i < details->count && SUCCEEDED(hr); ++i)
        hr = put_detail(array, 2 * (LONG)i, &details->details[i]);
    if (FAILED(hr))
    {
        SafeArrayDestroy(array);
        return hr;
    }
    V_VT(variant) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(variant) = array;
    return S_OK;
}

HRESULT details_from_variant(const VARIANT *variant, struct details **details)
{
    VMEVENTDETAIL given[DETAILS_MAX];
    struct value described;
    UINT count = 0;
    VARIANT name;

    *details = NULL;
    if (V_VT(variant) != (VT_ARRAY | VT_VARIANT) || arrays_judge(variant) != ARRAYS_WHOLE)
        return S_OK;
    value_describe(&described, variant);
    if (value_dimensions(&described) != 1)
        return S_OK;
    for (ULONG i = 0; i + 1 < value_elements(&described, 0) && count < DETAILS_MAX; i += 2)
    {
        value_get_element(&described, i, &name);
        value_get_element(&described, i + 1, &given[count].value);
        /* One with a NUL inside would pass for what stands in front of that. */
        given[count].name = V_VT(&name) == VT_BSTR && !string_has_nul(V_BSTR(&name)) ? V_BSTR(&name) : NULL;
        ++count;
    }
    if (!count)
        return S_OK;
    return (*details = details_create(given, count)) ? S_OK : E_OUTOFMEMORY;
}
