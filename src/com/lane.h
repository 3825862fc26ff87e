/*
 * Lanes: how events reach a listener that belongs to an apartment.
 *
 * Whoever listens (a script's function, an advised object) has one lane for all that it hears of a source, by however
 * many subscriptions and connections: each of them is a receiver that stands in the lane. The thread that fires an
 * event puts it into the lane and goes on. What is in a lane is delivered in the listener's apartment, one event after
 * the other, in the order in which the events were fired, so a listener that is slow has a longer lane but hears the
 * same. With LANE_HOME_THREAD an event that is fired on the very thread that the listener came from is delivered before
 * the firing returns.
 *
 * A receiver ends in one of two ways: lane_cut drops what waits for it, lane_finish delivers that first. Either way its
 * end is the last that the lane does for it: the receiver's objects are released in its apartment, after the last
 * delivery.
 */
#ifndef VMEVENTS_COM_LANE_H
#define VMEVENTS_COM_LANE_H

#include "com/apartment.h"
#include "com/event_source.h"
#include "event/kept_event.h"

struct lane;
struct lane_receiver;

/* Something that stands in a lane: an event for a receiver, or the receiver's end. */
struct lane_entry
{
    struct lane_entry *next;
    struct lane_receiver *receiver;
    struct kept_event *kept; /* NULL: the end */
};

enum lane_receiver_state
{
    LANE_RECEIVER_OPEN,
    LANE_RECEIVER_FINISHING, /* takes no more events; its end stands behind what waits */
    LANE_RECEIVER_CUT        /* nothing waits but its end */
};

/* What events in a lane are for. Stands in its owner, which sets the functions. */
struct lane_receiver
{
    /* Called with each event, in the apartment. False: the listener is busy and takes no call; the event comes again. */
    bool (*deliver)(struct lane_receiver *receiver, struct kept_event *event);
    /* Called in the multithreaded apartment with the events that wait, where more than one does: with `count` entries from
     * the first on, of receivers of the lane that have this function too, and no ends and no objects among them. Returns how
     * many of them the listener has taken, 0 if it is busy; the others come again. NULL: one event at a time. */
    ULONG (*deliver_some)(const struct lane_entry *first, ULONG count);
    /* Called once, in the apartment, after the last delivery: lets go of what belongs to the apartment. */
    void (*destroy)(struct lane_receiver *receiver);
    /* Called instead, on another thread, when the apartment's thread has ended without leaving COM: what belongs to the
     * apartment cannot be called any more, not even to be released. NULL: there is nothing else to let go of. */
    void (*abandon)(struct lane_receiver *receiver);
    /* Called once, on any thread, when nothing refers to the receiver any more. */
    void (*free)(struct lane_receiver *receiver);

    /* The lane's own. */
    struct lane *lane;          /* there as long as the receiver is */
    struct lane_receiver *next; /* in the lane; guarded by its lock */
    LONG refcount; /* one of the list of listeners, one of the lane until the receiver has ended, those of its owner */
    enum lane_receiver_state state;
    struct lane_entry end;
};

/* How many events a lane holds at most, and no more bytes than any queue does (com/queue_load.h). */
#define LANE_CAPACITY 65536

enum lane_home
{
    LANE_HOME_THREAD, /* events fired on the creating thread are delivered at once */
    LANE_HOME_NONE    /* every delivery is left to the apartment, whichever thread fires */
};

/*
 * Puts the receiver into the lane that the listener has in the calling thread's apartment, or into a new one.
 * `listener` is what tells one listener from another. It is compared and never used: of an object the identity
 * (IUnknown), which the receiver's owner holds until `destroy`, of anything else an address that is its own.
 *
 * The receiver has a reference for a list of listeners, to be given back by lane_release_listener. Events that are lost,
 * because the lane is full or memory short, count in the source's `dropped`.
 *
 * False: out of memory, or the apartment has ended; the receiver is left alone.
 */
bool lane_join(struct event_source *source, const void *listener, enum lane_home home, struct lane_receiver *receiver);

/* A listener_notify: puts the event into the lane of the receiver that is the context. */
void CALLBACK lane_notify(const VMEVENT *event, void *context);

/* References of whoever else has the receiver: a lane may end it at any time, and what follows is called with one. */
void lane_receiver_addref(struct lane_receiver *receiver);
void lane_receiver_release(struct lane_receiver *receiver);

/* A listener_release: cuts the receiver unless it is finishing, and drops the list's reference. */
void CALLBACK lane_release_listener(void *context);

/* By deliver and deliver_some: so many of the events that they take never reach the listener. */
void lane_lose(struct lane_receiver *receiver, ULONG count);

/* By deliver and deliver_some, when they say that the listener is busy: its program has been heard of at that time, by
 * clock_ms, so that it does not hang. */
void lane_note_life(struct lane_receiver *receiver, ULONGLONG when);

/* The listener is not busy any more: what it has not taken comes again at once. False: nothing of the receiver's waits for
 * that. */
bool lane_wake(struct lane_receiver *receiver);

/* From here on no delivery to the receiver begins. What waits for it is dropped, though it is finishing. */
void lane_cut(struct lane_receiver *receiver);

/* No more events are taken. What waits is delivered, then the receiver ends. */
void lane_finish(struct lane_receiver *receiver);

/*
 * Waits until everything that was put into the receiver's lane before has been delivered, or the time is up. Returns
 * how many events of the lane have not come: those that still wait, and those that the lane has ever lost.
 */
ULONG lane_settle(struct lane_receiver *receiver, DWORD timeout_ms);

/* Waits in the same way for every lane of the source, but no longer than timeout_ms altogether. A lane that is late is
 * not waited for again until it has caught up. */
void lanes_settle(struct event_source *source, DWORD timeout_ms);

/*
 * Calls `pump` until every lane of the source has delivered what was in it, or pump returns false. A lane that is
 * delivering on the calling thread, further up the stack, is not waited for. pump works for the apartment, or waits,
 * for a moment. False: pump returned false.
 */
bool lanes_catch_up(struct event_source *source, bool (*pump)(void *context), void *context);

/* How many events wait in the source's lanes, or are being delivered. */
ULONG lanes_count_waiting(struct event_source *source);

/*
 * Lets go of the lanes that are finishing and whose listener has not returned from a delivery, or has been busy, for
 * patience_ms: what waits in them is dropped, and counted. Returns how many lanes are finishing still.
 */
UINT lanes_let_go(DWORD patience_ms);

/* How many events were lost in this process on their way through lanes. */
LONG lanes_lost(void);

#endif
