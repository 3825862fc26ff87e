#include "script_engine.h"

#include "measure.h"
#include "sinks.h"

#include <activscp.h>

/* {f414c260-6ac0-11cf-b6d1-00aa00bbbb58} */
static const CLSID clsid_jscript = {0xf414c260, 0x6ac0, 0x11cf, {0xb6, 0xd1, 0x00, 0xaa, 0x00, 0xbb, 0xbb, 0x58}};

/* IActiveScriptParse64 {c7ef7658-e1ee-480e-97ea-d52cb4d76d17}: no library has it. The benchmark is a 64-bit program. */
static const IID iid_parse = {0xc7ef7658, 0xe1ee, 0x480e, {0x97, 0xea, 0xd5, 0x2c, 0xb4, 0xd7, 0x6d, 0x17}};

static const WCHAR script[] =
        L"function onLogoff(type) { bench.Heard(type); }\n"
        L"sink.Subscribe('OnGuestLogoff', onLogoff);\n"
        L"bench.Give(onLogoff);\n";

enum
{
    BENCH_HEARD = 1,
    BENCH_GIVE
};

static struct
{
    HANDLE thread;
    HANDLE begun;   /* the script has subscribed, or cannot */
    HANDLE awaited; /* it has heard as much as somebody waits for */
    IVMEventSink *sink;
    IStream *handler;
    bool runs;
    volatile LONG heard;
    volatile LONG awaited_count;
    volatile double heard_at;
} engine;

/* `bench`, which the script calls. One object, never freed. */

static HRESULT WINAPI bench_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) ? iface : NULL;
    return *object ? S_OK : E_NOINTERFACE;
}

static ULONG WINAPI bench_AddRef(IDispatch *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI bench_Release(IDispatch *iface)
{
    (void)iface;
    return 1;
}

static HRESULT WINAPI bench_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI bench_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    *info = NULL;
    return DISP_E_BADINDEX;
}

static HRESULT WINAPI bench_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)count, (void)lcid;
    *ids = !wcscmp(names[0], L"Heard") ? BENCH_HEARD : !wcscmp(names[0], L"Give") ? BENCH_GIVE : DISPID_UNKNOWN;
    return *ids == DISPID_UNKNOWN ? DISP_E_UNKNOWNNAME : S_OK;
}

static void script_heard_one(void)
{
    engine.heard_at = clock_ns();
    if (InterlockedIncrement(&engine.heard) == engine.awaited_count)
        SetEvent(engine.awaited);
}

static HRESULT WINAPI bench_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    (void)iface, (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    if (id == BENCH_HEARD)
        script_heard_one();
    else if (V_VT(params->rgvarg) == VT_DISPATCH)
        check("CoMarshalInterface",
                CoMarshalInterface(engine.handler, &IID_IDispatch, (IUnknown *)V_DISPATCH(params->rgvarg),
                        MSHCTX_INPROC, NULL, MSHLFLAGS_TABLESTRONG));
    return S_OK;
}

static const IDispatchVtbl bench_vtbl = {bench_QueryInterface, bench_AddRef, bench_Release, bench_GetTypeInfoCount,
        bench_GetTypeInfo, bench_GetIDsOfNames, bench_Invoke};

static IDispatch bench = {(IDispatchVtbl *)&bench_vtbl};

/* The engine's site: knows the two names. */

static HRESULT WINAPI site_QueryInterface(IActiveScriptSite *iface, REFIID riid, void **object)
{
    *object = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IActiveScriptSite) ? iface : NULL;
    return *object ? S_OK : E_NOINTERFACE;
}

static ULONG WINAPI site_AddRef(IActiveScriptSite *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI site_Release(IActiveScriptSite *iface)
{
    (void)iface;
    return 1;
}

static HRESULT WINAPI site_GetLCID(IActiveScriptSite *iface, LCID *lcid)
{
    (void)iface;
    *lcid = LOCALE_USER_DEFAULT;
    return S_OK;
}

static HRESULT WINAPI site_GetItemInfo(
        IActiveScriptSite *iface, LPCOLESTR name, DWORD mask, IUnknown **item, ITypeInfo **info)
{
    (void)iface;
    if (info)
        *info = NULL;
    if (!(mask & SCRIPTINFO_IUNKNOWN))
        return S_OK;
    *item = !wcscmp(name, L"sink") ? (IUnknown *)engine.sink : (IUnknown *)&bench;
    IUnknown_AddRef(*item);
    return S_OK;
}

static HRESULT WINAPI site_GetDocVersionString(IActiveScriptSite *iface, BSTR *version)
{
    (void)iface, (void)version;
    return E_NOTIMPL;
}

static HRESULT WINAPI site_OnScriptTerminate(
        IActiveScriptSite *iface, const VARIANT *result, const EXCEPINFO *exception)
{
    (void)iface, (void)result, (void)exception;
    return S_OK;
}

static HRESULT WINAPI site_OnStateChange(IActiveScriptSite *iface, SCRIPTSTATE state)
{
    (void)iface, (void)state;
    return S_OK;
}

static HRESULT WINAPI site_OnScriptError(IActiveScriptSite *iface, IActiveScriptError *error)
{
    (void)iface, (void)error;
    return S_OK;
}

static HRESULT WINAPI site_OnEnterScript(IActiveScriptSite *iface)
{
    (void)iface;
    return S_OK;
}

static HRESULT WINAPI site_OnLeaveScript(IActiveScriptSite *iface)
{
    (void)iface;
    return S_OK;
}

static const IActiveScriptSiteVtbl site_vtbl = {site_QueryInterface, site_AddRef, site_Release, site_GetLCID,
        site_GetItemInfo, site_GetDocVersionString, site_OnScriptTerminate, site_OnStateChange, site_OnScriptError,
        site_OnEnterScript, site_OnLeaveScript};

static IActiveScriptSite site = {(IActiveScriptSiteVtbl *)&site_vtbl};

static void script_run(IActiveScript *jscript)
{
    IActiveScriptParse *parse;
    LONG calls;

    check("IActiveScriptParse", IActiveScript_QueryInterface(jscript, &iid_parse, (void **)&parse));
    check("InitNew", parse->lpVtbl->InitNew(parse));
    check("SetScriptSite", IActiveScript_SetScriptSite(jscript, &site));
    check("AddNamedItem", IActiveScript_AddNamedItem(jscript, L"sink", SCRIPTITEM_ISVISIBLE));
    check("AddNamedItem", IActiveScript_AddNamedItem(jscript, L"bench", SCRIPTITEM_ISVISIBLE));
    check("SetScriptState", IActiveScript_SetScriptState(jscript, SCRIPTSTATE_STARTED));
    check("the script", parse->lpVtbl->ParseScriptText(parse, script, NULL, NULL, NULL, 0, 0, 0, NULL, NULL));
    engine.runs = true;
    SetEvent(engine.begun);
    check("Run", IVMEventSink_Run(engine.sink, -1, &calls));
    parse->lpVtbl->Release(parse);
    IActiveScript_Close(jscript);
}

static DWORD CALLBACK script_thread(void *context)
{
    IActiveScript *jscript;

    (void)context;
    CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
    if (SUCCEEDED(CoCreateInstance(&clsid_jscript, NULL, CLSCTX_INPROC_SERVER, &IID_IActiveScript, (void **)&jscript)))
    {
        script_run(jscript);
        IActiveScript_Release(jscript);
    }
    SetEvent(engine.begun);
    CoUninitialize();
    return 0;
}

bool script_start(IVMEventSink *sink)
{
    engine.sink = sink;
    engine.begun = CreateEventW(NULL, TRUE, FALSE, NULL);
    engine.awaited = CreateEventW(NULL, FALSE, FALSE, NULL);
    check("stream", CreateStreamOnHGlobal(NULL, TRUE, &engine.handler));
    engine.thread = CreateThread(NULL, 0, script_thread, NULL, 0, NULL);
    WaitForSingleObject(engine.begun, INFINITE);
    return engine.runs;
}

void script_stop(void)
{
    IVMEventSink_Stop(engine.sink);
    WaitForSingleObject(engine.thread, INFINITE);
    CloseHandle(engine.thread);
}

IDispatch *script_handler(void)
{
    LARGE_INTEGER start = {0};
    IDispatch *handler;

    IStream_Seek(engine.handler, start, STREAM_SEEK_SET, NULL);
    check("CoUnmarshalInterface", CoUnmarshalInterface(engine.handler, &IID_IDispatch, (void **)&handler));
    return handler;
}

LONG script_heard(void)
{
    return engine.heard;
}

double script_heard_at(void)
{
    return engine.heard_at;
}

void script_wait(LONG count)
{
    InterlockedExchange(&engine.awaited_count, count);
    while (engine.heard - count < 0)
        WaitForSingleObject(engine.awaited, 100);
}
