/* EventsOf: what a source fires of the events that there are. */
#include "com/event_descriptions.h"
#include "sink/sink.h"

#include <olectl.h>

/* S_OK; S_FALSE: it does not offer the interface; E_OUTOFMEMORY, or it cannot be asked */
static HRESULT offers(IConnectionPointContainer *container, const struct event_interface *events)
{
    IConnectionPoint *point;
    HRESULT hr = IConnectionPointContainer_FindConnectionPoint(container, events->iid, &point);

    if (SUCCEEDED(hr))
        IConnectionPoint_Release(point);
    return FAILED(hr) && hr != E_OUTOFMEMORY && HRESULT_FACILITY(hr) != FACILITY_RPC
                    && HRESULT_FACILITY(hr) != FACILITY_WIN32
            ? S_FALSE
            : hr;
}

/* Virtual Server's interface counts where Virtual PC's is not offered, as for Connect. */
static HRESULT find_events(IConnectionPointContainer *container, uint32_t *events, uint32_t *of_server)
{
    HRESULT hr = S_OK;

    *events = *of_server = 0;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT && SUCCEEDED(hr); ++i)
    {
        if ((hr = offers(container, &event_interfaces[i])) == S_OK)
            *events |= event_interface_mask(&event_interfaces[i]);
        else if (hr == S_FALSE && (hr = offers(container, &server_interfaces[i])) == S_OK)
            *of_server |= event_interface_mask(&server_interfaces[i]);
    }
    *events |= *of_server;
    return hr;
}

HRESULT sink_events_of(IUnknown *source, IVMEventCollection **result)
{
    IConnectionPointContainer *container;
    uint32_t events = 0, of_server = 0;
    HRESULT hr;

    if (!result)
        return E_POINTER;
    *result = NULL;
    if (!source)
        return sink_error(E_POINTER, L"EventsOf: source is Nothing; it has to be an object that fires events");
    hr = IUnknown_QueryInterface(source, &IID_IConnectionPointContainer, (void **)&container);
    if (SUCCEEDED(hr))
    {
        hr = find_events(container, &events, &of_server);
        IConnectionPointContainer_Release(container);
    }
    else if (hr == E_NOINTERFACE)
    {
        hr = S_OK;
    }
    if (hr == E_OUTOFMEMORY)
        return hr;
    if (FAILED(hr))
        return sink_error(hr, L"EventsOf: source does not say what it fires (0x%08lx)", (unsigned long)hr);
    return event_descriptions_create_of(events, of_server, result);
}
