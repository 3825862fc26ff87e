#include "sink/catch_up.h"

#include "com/clock.h"
#include "com/proxy.h"
#include "sink/incoming.h"
#include "sink/mta.h"
#include "sink/pump.h"

#include <olectl.h>

/* How long to wait at a time for what another apartment is delivering. */
#define WAIT_MS 10

/* Asks a source what has come by one connection; in the multithreaded apartment. */
struct settling
{
    struct incoming *incoming;
    IConnectionPoint *point;
    DWORD cookie;
    DWORD timeout_ms;
    LONG missing;
    HRESULT hr;
};

/* The method, if the object has one of that name with those parameters. */
static HRESULT find_settle(IDispatch *source, DISPID *id)
{
    LPOLESTR names[] = {(LPOLESTR)L"Settle", (LPOLESTR)L"connection", (LPOLESTR)L"timeoutMs"};
    DISPID ids[ARRAYSIZE(names)];
    HRESULT hr = IDispatch_GetIDsOfNames(source, &IID_NULL, names, ARRAYSIZE(names), LOCALE_NEUTRAL, ids);

    *id = ids[0];
    return hr;
}

static HRESULT call_settle(IDispatch *source, DISPID id, struct settling *settling)
{
    VARIANT args[2], result; /* the last first */
    DISPPARAMS params = {args, NULL, ARRAYSIZE(args), 0};
    EXCEPINFO exception = {0};
    HRESULT hr;

    V_VT(&args[0]) = V_VT(&args[1]) = VT_I4;
    V_I4(&args[0]) = (LONG)settling->timeout_ms;
    V_I4(&args[1]) = (LONG)settling->cookie;
    VariantInit(&result);
    hr = IDispatch_Invoke(source, id, &IID_NULL, LOCALE_NEUTRAL, DISPATCH_METHOD, &params, &result, &exception, NULL);
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    SysFreeString(exception.bstrHelpFile);
    if (hr == DISP_E_EXCEPTION)
        hr = exception.scode;
    if (SUCCEEDED(hr) && V_VT(&result) == VT_I4)
        settling->missing = V_I4(&result);
    VariantClear(&result);
    return hr;
}

/* The object that fires. */
static HRESULT get_source(IConnectionPoint *point, IDispatch **source)
{
    IConnectionPointContainer *container;
    HRESULT hr;

    if (FAILED(hr = IConnectionPoint_GetConnectionPointContainer(point, &container)))
        return hr;
    hr = IConnectionPointContainer_QueryInterface(container, &IID_IDispatch, (void **)source);
    IConnectionPointContainer_Release(container);
    return hr;
}

/* The source has no such method; or the connection has ended, and so has delivered all that it had. */
static bool has_nothing_to_say(HRESULT hr)
{
    return hr == DISP_E_UNKNOWNNAME || hr == DISP_E_MEMBERNOTFOUND || hr == E_NOTIMPL || hr == CONNECT_E_NOCONNECTION;
}

static HRESULT settle_point(struct settling *settling)
{
    IDispatch *source;
    DISPID id;
    HRESULT hr;

    /* What is fired in this process waits in the lanes of the sink that fires it. */
    if (!object_is_proxy((IUnknown *)settling->point))
        return S_OK;
    if (FAILED(hr = get_source(settling->point, &source)))
        return hr == E_NOINTERFACE ? S_OK : hr;
    if (SUCCEEDED(hr = find_settle(source, &id)))
        hr = call_settle(source, id, settling);
    IDispatch_Release(source);
    return has_nothing_to_say(hr) ? S_OK : hr;
}

static void settle(void *context)
{
    struct settling *settling = context;

    settling->hr = S_OK;
    if (!incoming_get_point(settling->incoming, &settling->point, &settling->cookie))
        return;
    settling->hr = settle_point(settling);
    IConnectionPoint_Release(settling->point);
}

static HRESULT settle_incoming(struct incoming *incoming, DWORD timeout_ms, LONG *missing)
{
    struct settling settling = {.incoming = incoming, .timeout_ms = timeout_ms};
    struct mta_call call = {0};
    HRESULT hr;

    if (!incoming_is_in_mta(incoming))
        return S_OK;
    if (FAILED(hr = mta_call_prepare(&call)))
        return hr;
    mta_call(&call, settle, &settling);
    mta_call_cleanup(&call);
    *missing += settling.missing;
    return settling.hr;
}

static HRESULT settle_sources(struct sink *sink, ULONGLONG start, DWORD timeout_ms, LONG *missing)
{
    struct incoming *incoming = NULL;
    HRESULT hr = S_OK, first = S_OK;

    while ((incoming = incoming_next(sink, incoming)))
    {
        hr = settle_incoming(incoming, timeout_ms == INFINITE ? INFINITE : clock_left_ms(start, timeout_ms), missing);
        if (FAILED(hr) && SUCCEEDED(first))
            first = hr;
    }
    return first;
}

/* Waits for the sink's own lanes. */
struct waiting
{
    struct apartment *apartment;
    HANDLE wake; /* never signalled */
    ULONGLONG start;
    DWORD timeout_ms;
    UINT jobs;
};

static bool wait_for_lanes(void *context)
{
    struct waiting *waiting = context;
    DWORD left = waiting->timeout_ms == INFINITE ? WAIT_MS : clock_left_ms(waiting->start, waiting->timeout_ms);

    return pump(waiting->apartment, waiting->wake, min(left, WAIT_MS), &waiting->jobs) && left;
}

static HRESULT settle_here(struct sink *sink, ULONGLONG start, DWORD timeout_ms, LONG *missing)
{
    struct waiting waiting = {.start = start, .timeout_ms = timeout_ms};
    HRESULT hr = E_OUTOFMEMORY;

    if (!(waiting.apartment = apartment_get_current()))
        return hr;
    if ((waiting.wake = CreateEventW(NULL, FALSE, FALSE, NULL)))
    {
        if (!lanes_catch_up(sink->source, wait_for_lanes, &waiting))
            *missing += (LONG)lanes_count_waiting(sink->source);
        CloseHandle(waiting.wake);
        hr = S_OK;
    }
    apartment_release(waiting.apartment);
    return hr;
}

/* Inside a callback the sources get no time: one of them may be delivering the very event that the callback runs for,
 * and has not done so before the callback returns. */
static DWORD time_for_sources(struct sink *sink, DWORD timeout_ms)
{
    return listeners_are_walked_here(&sink->source->listeners) ? 0 : timeout_ms;
}

HRESULT sink_catch_up(struct sink *sink, DWORD timeout_ms, LONG *missing)
{
    ULONGLONG start = clock_ms();
    HRESULT hr = settle_sources(sink, start, time_for_sources(sink, timeout_ms), missing), here;

    here = settle_here(sink, start, timeout_ms, missing);
    if (FAILED(hr) && hr != E_OUTOFMEMORY)
        return sink_error(hr,
                L"CatchUp: a source that the sink is connected to does not answer (0x%08lx); what it fired "
                L"last may not have come",
                (unsigned long)hr);
    return FAILED(hr) ? hr : here;
}
