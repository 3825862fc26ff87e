/*
 * Events from whoever hears them into the spool, and from there to a broker: one thread, a loop of libuv's.
 *
 * An event is committed to the spool before it is published, many in one transaction where many have come. It is published
 * in the order of the spool, and marked there when the broker has acknowledged it. When a connection is lost, everything
 * that was not acknowledged is published again, and what was acknowledged shortly before too (config.h, repeat-seconds).
 *
 * While the spool cannot take anything in, as when its disk is full, events wait where they are; it is tried each second.
 * A spool that is damaged is put aside, and a new one made.
 */
#ifndef VMEVENTS_FORWARD_FORWARDER_H
#define VMEVENTS_FORWARD_FORWARDER_H

#include "forward/config.h"
#include "forward/heard_event.h"
#include "forward/status.h"

struct tls_credentials;

struct forwarder;

struct forwarder_options
{
    const struct config *config;         /* stays until forwarder_close */
    const char *password;                /* NULL: none. Stays too. */
    struct tls_credentials *credentials; /* for brokers by TLS; the forwarder takes a reference */

    /* Something has happened that whoever looks after this host should know: a plain sentence without its full stop.
     * is_fault: something is wrong from now on; otherwise it is right again, or was all along. Called on the thread of
     * forwarder_run. */
    void (*say)(void *context, bool is_fault, const char *text);
    void *context;
};

/* NULL: out of memory. */
struct forwarder *forwarder_open(const struct forwarder_options *options);
void forwarder_close(struct forwarder *forwarder);

/* Goes on until forwarder_stop. NULL, or why it could not begin: a plain sentence without its full stop, which is there
 * until forwarder_close. */
const char *forwarder_run(struct forwarder *forwarder);

/* Takes the event over, which is then freed when it is in the spool; waits up to so many milliseconds for its turn. False:
 * it stays the caller's. Any thread. */
bool forwarder_hand(struct forwarder *forwarder, struct heard_event *event, unsigned int timeout_ms);

/* So many machines are heard now, and so many events in all have been lost on their way here. Any thread. */
void forwarder_note(struct forwarder *forwarder, uint64_t machines, uint64_t missed);

/* Commits what has been handed over, waits a little for what is under way, takes leave of the broker, and ends
 * forwarder_run; within seconds. Any thread. */
void forwarder_stop(struct forwarder *forwarder);

#endif
