#include "fuzz/oracle.h"

#include <wchar.h>

/* A value by reference, and references to variants, two deep. */
#define MAX_REFERENCES 2

static void add_fault(struct verdict *verdict, HRESULT hr, UINT arg, bool counted)
{
    CHECK(verdict->fault_count < MAX_FAULTS);
    verdict->faults[verdict->fault_count++] = (struct fault){hr, arg, counted};
}

/* The argument for each parameter, by its place; false when the names do not say it. */
static bool place_arguments(
        struct verdict *verdict, const struct sample *sample, const DISPPARAMS *params, UINT places[2])
{
    UINT named = params->cNamedArgs, before = verdict->fault_count;
    bool taken[2] = {false, false};

    for (UINT i = 0; i < named; ++i)
    {
        DISPID name = params->rgdispidNamedArgs[i];

        if (name < 0 || (UINT)name >= sample->count || taken[name])
        {
            add_fault(verdict, DISP_E_PARAMNOTFOUND, i, true);
            continue;
        }
        places[name] = i;
        taken[name] = true;
    }
    /* By position: the rest, the last first. One that its place was taken from by a name is given twice. */
    for (UINT i = 0; i < sample->count - named; ++i)
    {
        if (taken[i])
            add_fault(verdict, DISP_E_PARAMNOTFOUND, sample->count - 1 - i, true);
        else
            places[i] = sample->count - 1 - i;
    }
    return verdict->fault_count == before;
}

/* What is declared as a Boolean is VARIANT_TRUE or VARIANT_FALSE; a NULL string is an empty one. */
static void normalise(VARIANT *value, VARTYPE declared)
{
    if (declared == VT_BOOL)
        V_BOOL(value) = V_BOOL(value) ? VARIANT_TRUE : VARIANT_FALSE;
    if (V_VT(value) == VT_BSTR && !V_BSTR(value))
        CHECK(V_BSTR(value) = SysAllocString(L""));
}

static HRESULT convert(const VARIANT *arg, VARTYPE declared, LCID lcid, VARIANT *value)
{
    VARIANT plain;
    HRESULT hr;

    VariantInit(&plain);
    if (FAILED(hr = VariantCopyInd(&plain, (VARIANT *)arg)))
        return hr;
    if (declared == VT_VARIANT)
    {
        *value = plain;
        return S_OK;
    }
    /* Of a string with a NUL inside but the beginning would be read. */
    if (declared != VT_BSTR && V_VT(&plain) == VT_BSTR && V_BSTR(&plain)
            && wmemchr(V_BSTR(&plain), 0, SysStringLen(V_BSTR(&plain))))
        hr = DISP_E_TYPEMISMATCH;
    else
        hr = VariantChangeTypeEx(value, &plain, lcid, 0, declared);
    VariantClear(&plain);
    return hr;
}

static HRESULT judge_argument(const struct sample_arg *param, const VARIANT *arg, LCID lcid, VARIANT *value)
{
    for (UINT i = 0; V_VT(arg) == (VT_BYREF | VT_VARIANT); ++i)
    {
        if (i == MAX_REFERENCES)
            return DISP_E_TYPEMISMATCH;
        if (!V_VARIANTREF(arg))
            return E_POINTER;
        arg = V_VARIANTREF(arg);
    }
    if ((V_VT(arg) & VT_BYREF) && !V_BYREF(arg))
        return E_POINTER;
    if (V_VT(arg) == VT_ERROR && V_ERROR(arg) == DISP_E_PARAMNOTFOUND)
        return DISP_E_PARAMNOTOPTIONAL;
    if (!is_type_of_variants(V_VT(arg)) || FAILED(convert(arg, param->declared, lcid, value)))
        return DISP_E_TYPEMISMATCH;
    normalise(value, param->declared);
    if (param->values && (ULONG)V_I4(value) >= (ULONG)param->values)
        return DISP_E_EXCEPTION;
    return S_OK;
}

static void judge_arguments(struct verdict *verdict, const struct call *call, const DISPPARAMS *params)
{
    UINT places[2], count = call->sample->count;
    HRESULT hr;

    if (params->cArgs != count || params->cNamedArgs > params->cArgs)
        add_fault(verdict, DISP_E_BADPARAMCOUNT, ANY_ARG, true);
    if ((params->cArgs && !params->rgvarg) || (params->cNamedArgs && !params->rgdispidNamedArgs))
        add_fault(verdict, E_POINTER, ANY_ARG, true);
    if (verdict->fault_count || !place_arguments(verdict, call->sample, params, places))
        return;
    for (UINT i = 0; i < count; ++i)
    {
        hr = judge_argument(&call->sample->args[i], &params->rgvarg[places[i]], call->lcid, &verdict->values[i]);
        if (FAILED(hr))
            add_fault(verdict, hr, places[i], true);
    }
}

void verdict_find(struct verdict *verdict, const struct call *call, const DISPPARAMS *params)
{
    verdict->fault_count = 0;
    VariantInit(&verdict->values[0]);
    VariantInit(&verdict->values[1]);
    if (!IsEqualIID(call->riid, &IID_NULL))
        add_fault(verdict, DISP_E_UNKNOWNINTERFACE, ANY_ARG, false);
    if (call->flags != DISPATCH_METHOD && call->flags != (DISPATCH_METHOD | DISPATCH_PROPERTYGET))
        add_fault(verdict, DISP_E_MEMBERNOTFOUND, ANY_ARG, false);
    else if (!call->sample)
        add_fault(verdict, DISP_E_MEMBERNOTFOUND, ANY_ARG, true);
    if (!params)
        add_fault(verdict, E_POINTER, ANY_ARG, false);
    if (!verdict->fault_count)
        judge_arguments(verdict, call, params);
}

void verdict_clear(struct verdict *verdict)
{
    VariantClear(&verdict->values[0]);
    VariantClear(&verdict->values[1]);
}

const struct fault *verdict_fault(const struct verdict *verdict, HRESULT hr, UINT arg)
{
    for (UINT i = 0; i < verdict->fault_count; ++i)
    {
        const struct fault *fault = &verdict->faults[i];

        if (fault->hr == hr && (fault->arg == ANY_ARG || arg == ANY_ARG || fault->arg == arg))
            return fault;
    }
    return NULL;
}

static size_t size_of_type(VARTYPE type)
{
    switch (type)
    {
        case VT_EMPTY:
        case VT_NULL:
            return 0;
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
        case VT_DISPATCH:
        case VT_UNKNOWN:
            return sizeof(void *);
        default:
            return 8;
    }
}

static bool strings_are_equal(BSTR string, BSTR other)
{
    return string && other && SysStringByteLen(string) == SysStringByteLen(other)
            && !memcmp(string, other, SysStringByteLen(string));
}

static bool arrays_are_alike(const SAFEARRAY *array, const SAFEARRAY *other)
{
    if (!array || !other)
        return array == other;
    return array->cDims == other->cDims && array->cbElements == other->cbElements
            && !memcmp(array->rgsabound, other->rgsabound, array->cDims * sizeof(array->rgsabound[0]));
}

bool values_are_equal(const VARIANT *got, const VARIANT *expected)
{
    VARTYPE type = V_VT(got);

    if (type != V_VT(expected))
        return false;
    if (type & VT_ARRAY)
        return arrays_are_alike(V_ARRAY(got), V_ARRAY(expected));
    if (type == VT_BSTR)
        return strings_are_equal(V_BSTR(got), V_BSTR(expected));
    if (type == VT_DECIMAL)
        return VarDecCmp((DECIMAL *)&V_DECIMAL(got), (DECIMAL *)&V_DECIMAL(expected)) == VARCMP_EQ;
    if (type == VT_RECORD)
        return V_RECORD(got) == V_RECORD(expected);
    return !memcmp(&V_I8(got), &V_I8(expected), size_of_type(type));
}
