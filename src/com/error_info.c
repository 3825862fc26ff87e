#include "com/error_info.h"

#include <stdarg.h>
#include <stdio.h>

HRESULT error_raise(HRESULT hr, REFIID iid, const WCHAR *source, BSTR description)
{
    ICreateErrorInfo *create;
    IErrorInfo *info;

    if (SUCCEEDED(CreateErrorInfo(&create)))
    {
        ICreateErrorInfo_SetGUID(create, iid);
        ICreateErrorInfo_SetSource(create, (WCHAR *)source);
        ICreateErrorInfo_SetDescription(create, description ? description : (WCHAR *)L"");
        if (SUCCEEDED(ICreateErrorInfo_QueryInterface(create, &IID_IErrorInfo, (void **)&info)))
        {
            SetErrorInfo(0, info);
            IErrorInfo_Release(info);
        }
        ICreateErrorInfo_Release(create);
    }
    SysFreeString(description);
    return hr;
}

HRESULT error_raise_format(HRESULT hr, REFIID iid, const WCHAR *source, const WCHAR *format, ...)
{
    WCHAR buffer[1024];
    va_list args;

    va_start(args, format);
    _vsnwprintf(buffer, ARRAYSIZE(buffer), format, args);
    va_end(args);
    buffer[ARRAYSIZE(buffer) - 1] = 0;
    return error_raise(hr, iid, source, SysAllocString(buffer));
}

HRESULT error_raise_exception(EXCEPINFO *exception, HRESULT hr, const WCHAR *source, BSTR description)
{
    if (!exception)
    {
        SysFreeString(description);
        return DISP_E_EXCEPTION;
    }
    memset(exception, 0, sizeof(*exception));
    exception->bstrSource = SysAllocString(source);
    exception->bstrDescription = description;
    exception->scode = hr;
    return DISP_E_EXCEPTION;
}
