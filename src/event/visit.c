#include "event/visit.h"

#include "event/arrays.h"

static bool visit_array(VARTYPE type, SAFEARRAY *array, value_visitor visit, void *context);

/* What lies in a record is its own business: IRecordInfo copies and frees it. */
static bool visit_place(VARTYPE type, void *data, value_visitor visit, void *context)
{
    if (type == VT_VARIANT)
        return visit_values(data, visit, context);
    return visit(type, data, context);
}

static bool visit_array(VARTYPE type, SAFEARRAY *array, value_visitor visit, void *context)
{
    /* What is in an array that is none of that type is not to be touched. */
    size_t count = array && array_is_of(array, type) ? array_count(array) : 0;

    for (size_t i = 0; i < count; ++i)
    {
        if (!visit_place(type, (char *)array->pvData + i * array->cbElements, visit, context))
            return false;
    }
    return true;
}

bool visit_values(VARIANT *value, value_visitor visit, void *context)
{
    VARTYPE type = V_VT(value);

    if (type & VT_BYREF)
        return true;
    if (type & VT_ARRAY)
        return visit_array(type & VT_TYPEMASK, V_ARRAY(value), visit, context);
    return visit(type, &V_BYREF(value), context);
}

static bool detach_element(VARIANT *element)
{
    VARIANT value;

    if (!(V_VT(element) & VT_BYREF))
        return detach_values(element);
    VariantInit(&value);
    if (V_BYREF(element) && VariantCopyInd(&value, element) == E_OUTOFMEMORY)
        return false;
    /* What a reference refers to is not its own: nothing is to be freed. */
    *element = value;
    return true;
}

bool detach_values(VARIANT *value)
{
    SAFEARRAY *array = V_VT(value) == (VT_ARRAY | VT_VARIANT) ? V_ARRAY(value) : NULL;
    size_t count = array && array_is_of(array, VT_VARIANT) ? array_count(array) : 0;

    for (size_t i = 0; i < count; ++i)
    {
        if (!detach_element((VARIANT *)array->pvData + i))
            return false;
    }
    return true;
}

static bool add_string(VARTYPE type, void *data, void *context)
{
    if (type == VT_BSTR)
        *(size_t *)context += SysStringByteLen(*(BSTR *)data) + sizeof(DWORD) + sizeof(WCHAR);
    return true;
}

/* The arrays themselves: the first in full, those inside it as the VARIANTs that hold them. */
size_t value_bytes(const VARIANT *value)
{
    size_t bytes = 0;

    if ((V_VT(value) & VT_ARRAY) && !(V_VT(value) & VT_BYREF) && V_ARRAY(value))
        bytes = sizeof(SAFEARRAY) + array_count(V_ARRAY(value)) * V_ARRAY(value)->cbElements;
    visit_values((VARIANT *)value, add_string, &bytes);
    return bytes;
}

static bool is_no_object(VARTYPE type, void *data, void *context)
{
    (void)context;
    return !is_object_type(type) || !*(IUnknown **)data;
}

bool value_has_object(const VARIANT *value)
{
    return !visit_values((VARIANT *)value, is_no_object, NULL);
}
