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

void error_forget(void)
{
    SetErrorInfo(0, NULL);
}

static void take_error_object(EXCEPINFO *exception)
{
    IErrorInfo *info;

    if (exception->bstrDescription || GetErrorInfo(0, &info) != S_OK)
        return;
    SysFreeString(exception->bstrSource);
    exception->bstrSource = NULL;
    IErrorInfo_GetDescription(info, &exception->bstrDescription);
    IErrorInfo_GetSource(info, &exception->bstrSource);
    IErrorInfo_Release(info);
}

/* The number of an error: `scode`, or `wCode`, which is one of Visual Basic's. */
static HRESULT exception_number(const EXCEPINFO *exception)
{
    if (FAILED(exception->scode))
        return exception->scode;
    return exception->wCode ? MAKE_HRESULT(SEVERITY_ERROR, FACILITY_CONTROL, exception->wCode) : DISP_E_EXCEPTION;
}

HRESULT error_complete(EXCEPINFO *exception, HRESULT hr)
{
    if (hr != DISP_E_EXCEPTION)
    {
        take_error_object(exception);
        return hr;
    }
    if (exception->pfnDeferredFillIn)
        exception->pfnDeferredFillIn(exception);
    return exception_number(exception);
}

void error_clear(EXCEPINFO *exception)
{
    SysFreeString(exception->bstrSource);
    SysFreeString(exception->bstrDescription);
    SysFreeString(exception->bstrHelpFile);
    memset(exception, 0, sizeof(*exception));
}
