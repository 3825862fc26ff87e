#include "client/call.h"

HRESULT call_method(IDispatch *object, const WCHAR *name, VARIANT *args, UINT count, VARIANT *result, BSTR *description)
{
    DISPPARAMS params = {args, NULL, count, 0};
    LPOLESTR names = (LPOLESTR)name;
    EXCEPINFO exception = {0};
    DISPID id;
    HRESULT hr;

    *description = NULL;
    if (result)
        VariantInit(result);
    if (FAILED(hr = IDispatch_GetIDsOfNames(object, &IID_NULL, &names, 1, LOCALE_USER_DEFAULT, &id)))
        return hr;
    hr = IDispatch_Invoke(
            object, id, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, result, &exception, NULL);
    if (hr != DISP_E_EXCEPTION)
        return hr;
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrHelpFile);
    *description = exception.bstrDescription;
    return exception.scode;
}
