#include "watch/shown_event.h"

#include <string.h>
#include <wchar.h>

/* The event in one of the two tables of interfaces. Virtual Server has an interface with a name of its own; the others
 * have the names and events of Virtual PC's. NULL: the catalogue has no such event. */
static const struct event_type *find_type(const WCHAR *interface_name, LONG id)
{
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        if (!wcscmp(event_interfaces[i].name, interface_name))
            return event_type_find(&event_interfaces[i], id);
        if (!wcscmp(server_interfaces[i].name, interface_name))
            return event_type_find(&server_interfaces[i], id);
    }
    return NULL;
}

static HRESULT get_type(IVMEventRecord *record, const struct event_type **type)
{
    BSTR interface_name;
    HRESULT hr;
    LONG id;

    if (FAILED(hr = IVMEventRecord_get_Id(record, &id))
            || FAILED(hr = IVMEventRecord_get_Interface(record, &interface_name)))
        return hr;
    *type = find_type(interface_name ? interface_name : L"", id);
    SysFreeString(interface_name);
    return *type ? S_OK : E_UNEXPECTED;
}

HRESULT shown_event_from_record(struct shown_event *event, IVMEventRecord *record)
{
    HRESULT hr;

    memset(event, 0, sizeof(*event));
    if (FAILED(hr = get_type(record, &event->type)) || FAILED(hr = IVMEventRecord_get_Time(record, &event->time))
            || FAILED(hr = IVMEventRecord_get_Source(record, &event->source))
            || FAILED(hr = IVMEventRecord_get_Text(record, &event->text))
            || FAILED(hr = IVMEventRecord_get_Json(record, &event->json)))
        shown_event_cleanup(event);
    return hr;
}

void shown_event_cleanup(struct shown_event *event)
{
    SysFreeString(event->source);
    SysFreeString(event->text);
    SysFreeString(event->json);
    memset(event, 0, sizeof(*event));
}
