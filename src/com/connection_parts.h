/* A connection as its parts see it: its life (connections.c), and how events reach its sink (connection_delivery.c). */
#ifndef VMEVENTS_COM_CONNECTION_PARTS_H
#define VMEVENTS_COM_CONNECTION_PARTS_H

#include "com/client_calls.h"
#include "com/connections.h"
#include "com/relay.h"

/* An advised sink. It is counted as its receiver is: besides the lane and the list of listeners the list of connections has
 * a reference until it is taken out, and whoever has found it there. So it has a lane for as long as somebody may cut it. */
struct connection
{
    struct lane_receiver receiver;
    struct connection *next, **link; /* guarded by the source's lock; link is NULL outside the list */
    struct event_source *source;
    const struct event_interface *events;
    IUnknown *advised;  /* what Advise was given; used and released in the apartment that advised it */
    IUnknown *listener; /* the identity of who listens, whose lane it stands in; used and released likewise */
    IDispatch *sink;
    IEventRelay *relay;          /* the sink's, if it is one of ours in this process */
    IVMEventReceiver *batches;   /* the listener's, if it is in another process and has it */
    struct client_calls *client; /* those to the process that has advised; NULL: this one */
    struct client_waiter waiter; /* has a reference while it waits */
    struct client_release release;
    bool is_here;   /* the sink is an object of this process */
    bool finishing; /* guarded by the source's lock */
    uint32_t cookie;
};

static inline struct connection *connection_from_receiver(struct lane_receiver *receiver)
{
    return CONTAINING_RECORD(receiver, struct connection, receiver);
}

/* Takes the connection out of the list, whose reference is the caller's then. False: somebody else did. */
bool connection_unlist(struct connection *connection);

/* Ends a connection that has been taken out of the list, and gives back the list's reference. */
void connection_end(struct connection *connection);

/* The connection's turn to call its client has come, or will not come: gives the waiter's reference back. */
bool connection_wake(struct client_waiter *waiter);
void connection_wait_no_more(struct connection *connection);

/* A receiver's deliver. */
bool connection_deliver(struct lane_receiver *receiver, struct kept_event *kept);

/* A receiver's deliver_some. What a call that fails was given counts as failed, and as lost. */
ULONG connection_deliver_some(const struct lane_entry *first, ULONG count);

#endif
