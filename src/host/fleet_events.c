#include "host/fleet_events.h"

#include "com/connections.h"
#include "com/lane.h"

static struct event_source *source;

BOOL fleet_events_init(void)
{
    if (!(source = event_source_create()))
        return FALSE;
    source->tells_labels = true;
    return TRUE;
}

void fleet_events_cleanup(void)
{
    event_source_close(source);
    source = NULL;
}

struct event_source *fleet_events_source(void)
{
    return source;
}

BOOL fleet_events_prepare(void)
{
    return event_source_prepare(source);
}

/* The copy that is kept for a client of the machine serves those who hear all machines too. */
void fleet_events_fire(struct event *event)
{
    event_source_fire(source, event);
}

void fleet_events_settle(DWORD timeout_ms)
{
    lanes_settle(source, timeout_ms);
}

void fleet_events_finish_connections(void)
{
    connections_finish_all(source);
}
