#include "sink/script_object.h"

#include "com/call_error.h"
#include "event/failure.h"

#include <dispex.h>

/* {a6ef9860-c720-11d0-9337-00a0c90dcaa9}: no library of MinGW-w64 has it. */
static const IID iid_IDispatchEx = {0xa6ef9860, 0xc720, 0x11d0, {0x93, 0x37, 0x00, 0xa0, 0xc9, 0x0d, 0xca, 0xa9}};

/* Whether it cannot be told whether an object has that method: there is no memory, or its program is busy. */
static bool cannot_be_told(HRESULT hr)
{
    return hr == E_OUTOFMEMORY || call_error_tell(hr) == CALL_ERROR_BUSY;
}

/* Wine's VBScript objects have names only for those who ask through IDispatchEx. */
static HRESULT find_extended_method(IDispatch *code, const WCHAR *name, DISPID *id)
{
    IDispatchEx *extended;
    BSTR string;
    HRESULT hr;

    if (FAILED(hr = IDispatch_QueryInterface(code, &iid_IDispatchEx, (void **)&extended)))
        return hr;
    hr = E_OUTOFMEMORY;
    if ((string = SysAllocString(name)))
        hr = IDispatchEx_GetDispID(extended, string, fdexNameCaseInsensitive, id);
    SysFreeString(string);
    IDispatchEx_Release(extended);
    return hr;
}

HRESULT script_object_find_method(IDispatch *code, const WCHAR *name, DISPID *id)
{
    LPOLESTR names = (LPOLESTR)name;
    HRESULT hr;

    hr = IDispatch_GetIDsOfNames(code, &IID_NULL, &names, 1, LOCALE_USER_DEFAULT, id);
    if (hr == E_NOTIMPL)
        hr = find_extended_method(code, name, id);
    return hr;
}

/* Whether it has a method named like some event. S_OK; it cannot be told; anything else: it has none. */
static HRESULT find_event_method(IDispatch *code)
{
    HRESULT hr = E_FAIL;
    DISPID id;

    for (unsigned int i = 0; i < EVENT_COUNT && FAILED(hr) && !cannot_be_told(hr); ++i)
    {
        if (event_is_first_of_its_name(&event_types[i]))
            hr = script_object_find_method(code, event_types[i].name, &id);
    }
    return hr;
}

/* Objects of JavaScript, functions too, have the first of these names; functions alone have the other. */
static HRESULT is_javascript_object(IDispatch *code, bool *is)
{
    HRESULT of_objects, of_functions;
    DISPID id;

    *is = false;
    of_objects = script_object_find_method(code, L"hasOwnProperty", &id);
    of_functions = script_object_find_method(code, L"call", &id);
    if (cannot_be_told(of_objects) || cannot_be_told(of_functions))
        return cannot_be_told(of_objects) ? of_objects : of_functions;
    *is = SUCCEEDED(of_objects) && FAILED(of_functions);
    return S_OK;
}

/* Whether a type with members of its own has none that a function is called by. Those of IDispatch, which a type that is
 * made of a dual interface shows too, are restricted. What cannot be read may be such a member. */
static bool type_has_no_default_method(ITypeInfo *info, UINT members)
{
    bool own = false, found = false;
    FUNCDESC *member;

    for (UINT i = 0; i < members && !found; ++i)
    {
        if (FAILED(ITypeInfo_GetFuncDesc(info, i, &member)))
            return false;
        own = own || !(member->wFuncFlags & FUNCFLAG_FRESTRICTED);
        found = member->memid == DISPID_VALUE && member->invkind == INVOKE_FUNC;
        ITypeInfo_ReleaseFuncDesc(info, member);
    }
    return own && !found;
}

static bool is_described_without_default_method(IDispatch *code)
{
    TYPEATTR *attributes;
    bool without = false;
    ITypeInfo *info;
    UINT count = 0;

    if (FAILED(IDispatch_GetTypeInfoCount(code, &count)) || !count
            || FAILED(IDispatch_GetTypeInfo(code, 0, LOCALE_USER_DEFAULT, &info)) || !info)
        return false;
    if (SUCCEEDED(ITypeInfo_GetTypeAttr(info, &attributes)))
    {
        without = type_has_no_default_method(info, attributes->cFuncs);
        ITypeInfo_ReleaseTypeAttr(info, attributes);
    }
    ITypeInfo_Release(info);
    return without;
}

static HRESULT find_kind_without_event_method(IDispatch *code, enum script_object_kind *kind)
{
    bool is_no_function;
    HRESULT hr;

    *kind = SCRIPT_FUNCTION;
    if (FAILED(hr = is_javascript_object(code, &is_no_function)))
        return hr;
    return is_no_function || is_described_without_default_method(code) ? DISP_E_MEMBERNOTFOUND : S_OK;
}

/* AutoHotkey's objects, functions too, have a DISPID for whatever name they are asked for. */
HRESULT script_object_find_kind(IDispatch *code, bool for_failures, enum script_object_kind *kind)
{
    DISPID id;
    HRESULT hr = for_failures ? script_object_find_method(code, failure_event_type.name, &id) : find_event_method(code);

    if (cannot_be_told(hr))
        return hr;
    if (FAILED(hr))
        return find_kind_without_event_method(code, kind);
    hr = script_object_find_method(code, L"vmevents_no_such_member", &id);
    *kind = SUCCEEDED(hr) ? SCRIPT_CLAIMS_EVERY_NAME : SCRIPT_OBJECT;
    return cannot_be_told(hr) ? hr : S_OK;
}
