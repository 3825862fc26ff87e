/*
 * Wine's unmarshaller makes arrays of VT_DISPATCH and VT_UNKNOWN without features (8.0, 10.0): a copy of one has no
 * references, and it goes on to a third process as an array of numbers, which are no pointers there. Windows has them
 * right. Arrays of VARIANTs are right in both, and so that is what such an array becomes.
 */
#include "event/arrays.h"

#include "event/given.h"
#include "event/visit.h"

/* What an array does with its elements. */
#define OWNING_FEATURES (FADF_BSTR | FADF_UNKNOWN | FADF_DISPATCH | FADF_VARIANT | FADF_RECORD)

ULONG array_element_size(VARTYPE type)
{
    switch (type)
    {
        case VT_I1:
        case VT_UI1:
            return 1;
        case VT_I2:
        case VT_UI2:
        case VT_BOOL:
            return 2;
        case VT_I4:
        case VT_UI4:
        case VT_INT:
        case VT_UINT:
        case VT_R4:
        case VT_ERROR:
            return 4;
        case VT_I8:
        case VT_UI8:
        case VT_R8:
        case VT_CY:
        case VT_DATE:
            return 8;
        case VT_BSTR:
        case VT_DISPATCH:
        case VT_UNKNOWN:
            return sizeof(void *);
        case VT_DECIMAL:
            return sizeof(DECIMAL);
        case VT_VARIANT:
            return sizeof(VARIANT);
        default:
            return 0;
    }
}

size_t array_count(const SAFEARRAY *array)
{
    size_t count = array->cDims ? 1 : 0;

    for (USHORT i = 0; i < array->cDims; ++i)
        count *= array->rgsabound[i].cElements;
    return array->pvData ? count : 0;
}

static USHORT features_of(VARTYPE type)
{
    switch (type)
    {
        case VT_BSTR:
            return FADF_BSTR;
        case VT_UNKNOWN:
            return FADF_UNKNOWN;
        case VT_DISPATCH:
            return FADF_DISPATCH;
        case VT_VARIANT:
            return FADF_VARIANT;
        case VT_RECORD:
            return FADF_RECORD;
        default:
            return 0;
    }
}

bool array_is_of(const SAFEARRAY *array, VARTYPE type)
{
    USHORT features = array->fFeatures & OWNING_FEATURES;

    /* How long a structure is only its own description knows. */
    if (type != VT_RECORD && (!array->cbElements || array->cbElements != array_element_size(type)))
        return false;
    return features == features_of(type) || (type == VT_UNKNOWN && features == FADF_DISPATCH);
}

/* Objects that do not say what they are */

static bool can_be_read(const void *address, size_t size, DWORD protections)
{
    MEMORY_BASIC_INFORMATION memory;

    return VirtualQuery(address, &memory, sizeof(memory)) && memory.State == MEM_COMMIT
            && (memory.Protect & protections) && !(memory.Protect & PAGE_GUARD)
            && (size_t)((const char *)memory.BaseAddress + memory.RegionSize - (const char *)address) >= size;
}

#define CODE_PROTECTIONS (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)
#define DATA_PROTECTIONS                                                                                               \
    (PAGE_READONLY | PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE                      \
            | PAGE_EXECUTE_WRITECOPY)

/* Whether the pointer leads to a table of methods. A number that was a pointer in another process does not, but by
 * chance. */
static bool may_be_object(IUnknown *object)
{
    if ((ULONG_PTR)object % sizeof(void *) || !can_be_read(object, sizeof(*object), DATA_PROTECTIONS)
            || (ULONG_PTR)object->lpVtbl % sizeof(void *)
            || !can_be_read(object->lpVtbl, sizeof(*object->lpVtbl), DATA_PROTECTIONS))
        return false;
    return can_be_read((void *)object->lpVtbl->QueryInterface, 1, CODE_PROTECTIONS)
            && can_be_read((void *)object->lpVtbl->AddRef, 1, CODE_PROTECTIONS)
            && can_be_read((void *)object->lpVtbl->Release, 1, CODE_PROTECTIONS);
}

/* Whether it has nothing to say of its elements, which are objects all the same. */
static bool array_is_bare(const SAFEARRAY *array, VARTYPE type)
{
    IUnknown *const *objects = array->pvData;
    size_t count = array_count(array);

    if (!is_object_type(type) || array->cbElements != sizeof(void *)
            || (array->fFeatures & (OWNING_FEATURES | FADF_HAVEIID | FADF_HAVEVARTYPE)))
        return false;
    for (size_t i = 0; i < count; ++i)
    {
        if (objects[i] && !may_be_object(objects[i]))
            return false;
    }
    return true;
}

/* Judging */

static enum arrays_state judge_value(const VARIANT *value, UINT references);

static enum arrays_state judge_array(const SAFEARRAY *array, VARTYPE type, UINT references)
{
    enum arrays_state state = ARRAYS_WHOLE, of_element;
    const VARIANT *elements;
    size_t count;

    if (!array)
        return ARRAYS_WHOLE;
    if (!array_is_of(array, type))
        return array_is_bare(array, type) ? ARRAYS_BARE : ARRAYS_WRONG;
    if (type != VT_VARIANT)
        return ARRAYS_WHOLE;
    elements = array->pvData;
    count = array_count(array);
    for (size_t i = 0; i < count && state != ARRAYS_WRONG; ++i)
    {
        of_element = judge_value(&elements[i], references);
        state = of_element > state ? of_element : state;
    }
    return state;
}

/* What lies behind too many references is never looked at. */
static enum arrays_state judge_value(const VARIANT *value, UINT references)
{
    VARTYPE type = V_VT(value);

    if (type == (VT_BYREF | VT_VARIANT))
        return references == GIVEN_REFERENCES_MAX || !V_VARIANTREF(value)
                ? ARRAYS_WHOLE
                : judge_value(V_VARIANTREF(value), references + 1);
    if (!(type & VT_ARRAY))
        return ARRAYS_WHOLE;
    if (!(type & VT_BYREF))
        return judge_array(V_ARRAY(value), type & VT_TYPEMASK, references);
    return references == GIVEN_REFERENCES_MAX || !V_ARRAYREF(value)
            ? ARRAYS_WHOLE
            : judge_array(*V_ARRAYREF(value), type & VT_TYPEMASK, references + 1);
}

enum arrays_state arrays_judge(const VARIANT *value)
{
    return judge_value(value, 0);
}

/* Mending */

/* An array of VARIANTs with the bounds of another. Wine's SafeArrayAllocDescriptorEx would leave it without its features.
 * NULL: out of memory */
static SAFEARRAY *create_variants(const SAFEARRAY *like)
{
    SAFEARRAY *array = SafeArrayCreate(VT_VARIANT, like->cDims, (SAFEARRAYBOUND *)like->rgsabound);

    /* They are given from the left and kept from the right. */
    if (array)
        memcpy(array->rgsabound, like->rgsabound, like->cDims * sizeof(*like->rgsabound));
    return array;
}

static HRESULT mend_array(VARIANT *value)
{
    VARTYPE type = V_VT(value) & VT_TYPEMASK;
    IUnknown **objects = V_ARRAY(value)->pvData;
    size_t count = array_count(V_ARRAY(value));
    SAFEARRAY *array = create_variants(V_ARRAY(value));
    VARIANT *elements;

    if (!array)
        return E_OUTOFMEMORY;
    elements = array->pvData;
    for (size_t i = 0; i < count; ++i)
    {
        V_VT(&elements[i]) = type;
        if ((V_UNKNOWN(&elements[i]) = objects[i]))
            IUnknown_AddRef(objects[i]);
    }
    SafeArrayDestroy(V_ARRAY(value));
    V_VT(value) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(value) = array;
    return S_OK;
}

static HRESULT mend_value(VARIANT *value)
{
    VARTYPE type = V_VT(value) & VT_TYPEMASK;
    HRESULT hr = S_OK;
    size_t count;

    if ((V_VT(value) & ~VT_TYPEMASK) != VT_ARRAY || !V_ARRAY(value))
        return S_OK;
    if (!array_is_of(V_ARRAY(value), type))
        return mend_array(value);
    count = type == VT_VARIANT ? array_count(V_ARRAY(value)) : 0;
    for (size_t i = 0; i < count && SUCCEEDED(hr); ++i)
        hr = mend_value((VARIANT *)V_ARRAY(value)->pvData + i);
    return hr;
}

HRESULT arrays_mend(VARIANT *value)
{
    return detach_values(value) ? mend_value(value) : E_OUTOFMEMORY;
}
