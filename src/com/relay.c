#include "com/relay.h"

/* {839c165b-5930-4168-9400-06d99c79136d} */
const IID IID_IEventRelay = {0x839c165b, 0x5930, 0x4168, {0x94, 0x00, 0x06, 0xd9, 0x9c, 0x79, 0x13, 0x6d}};

HRESULT event_source_relay(struct event_source *source, const WCHAR *label, struct kept_event *kept)
{
    struct event_origin origin;
    struct event event;
    HRESULT hr;

    if (kept_event_came_from(kept, &source->sequence))
        return S_OK;
    /* A sink that gives no label of its own passes on the one that the event came with. */
    event_init(&event, kept->event.type, *label ? label : kept->source, &source->sequence);
    event_set_origin(&event, &origin, kept->origin.known, kept);
    for (UINT i = 0; i < event.type->param_count; ++i)
        event_take_arg(&event, i, &kept->event.args[i]);
    hr = event_source_fire(source, &event);
    event_cleanup(&event);
    return hr;
}
