#include "com/error_info.h"

#include "com/module.h"
#include "platform/trace.h"

HRESULT error_raise(HRESULT hr, REFIID iid, const WCHAR *source, BSTR description)
{
    ICreateErrorInfo *create;
    IErrorInfo *info;

    trace(module_trace_channel, "a call is refused by 0x%08lx: %ls", (unsigned long)hr, description);
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
    struct text text = {0};
    va_list args;

    va_start(args, format);
    text_append_format_list(&text, format, args);
    va_end(args);
    return error_raise_text(hr, iid, source, &text);
}

HRESULT error_raise_text(HRESULT hr, REFIID iid, const WCHAR *source, struct text *text)
{
    BSTR description = text_finish(text);

    return error_raise(description ? hr : E_OUTOFMEMORY, iid, source, description);
}

HRESULT error_raise_exception(EXCEPINFO *exception, HRESULT hr, const WCHAR *source, BSTR description)
{
    if (description)
        trace(module_trace_channel, "a call is refused by 0x%08lx: %ls", (unsigned long)hr, description);
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
