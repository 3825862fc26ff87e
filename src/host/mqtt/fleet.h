/*
 * The machines of other hosts that one broker tells of, without the connection to it: messages go in, what the machines'
 * listeners hear comes out. Whoever has the connection (host/mqtt/hub.h) says how it is, and subscribes to what is wanted.
 *
 * A machine is there because it has been opened, or because a watch has found it: one that stands for all machines of a
 * host, or of all hosts. Their number is bounded, as that of the hosts.
 */
#ifndef VMEVENTS_HOST_MQTT_FLEET_H
#define VMEVENTS_HOST_MQTT_FLEET_H

#include "host/mqtt/remote.h"

/* The machines that watches find, and the hosts whose state is known. */
#define FLEET_FOUND_MAX 4096
#define FLEET_HOSTS_MAX 4096

/* The machines that are known for what has come of them last, so that it is known when it comes again. */
#define FLEET_PAST_MAX 4096

#define FLEET_BUCKETS 1024

struct fleet_watch
{
    struct fleet_watch *next;
    const void *owner;
    const struct live_callbacks *callbacks;
    void *context;
    const char *key; /* `<host>/+` or `+/+`; the owner's */
    bool tried, reported, connected;
    bool barred; /* the broker does not let it be heard */
    char fault[LIVE_FAULT_SIZE];
};

struct fleet_host
{
    struct fleet_host *next;
    enum message_host_state state; /* online until it is said otherwise */
    bool has_filter;               /* its state is subscribed to by itself */
    bool barred;                   /* and the broker does not let it be heard */
    size_t length;
    char key[];
};

struct fleet_callbacks
{
    /* A machine has been heard of for the first time: makes a peer for it and has the watch's listener told. Returns the
     * peer, which owns the machine and may be gone already; NULL: out of memory, or its address is longer than any can be. */
    const void *(*found)(void *context, const struct fleet_watch *watch, const char *key);
};

struct fleet
{
    const struct fleet_callbacks *callbacks;
    void *context;
    struct remote *remotes[FLEET_BUCKETS];
    struct fleet_host *hosts[FLEET_BUCKETS];
    struct fleet_watch *watches;
    size_t host_count, found_count; /* found: those that are there because of a watch */
    size_t unopened;                /* found, and not to be opened */
    struct remote *oldest, *newest; /* of those that are past */
    size_t past_count;
    size_t waiting_bytes; /* for machines that are not open yet */
    bool resumes;         /* the broker has a session that lasts */
    bool is_full;         /* another would have been found */
    bool hosts_are_full;  /* the state of another would have been known */
    bool has_way;
    char way[LIVE_FAULT_SIZE]; /* what is wrong with the way to the broker; empty: nothing */
    const char *nonsense;      /* what was wrong with the last message that belongs to no machine; NULL: nothing */
};

void fleet_init(struct fleet *fleet, const struct fleet_callbacks *callbacks, void *context);

/* Nobody has anything open in it. */
void fleet_cleanup(struct fleet *fleet);

/* Opens the machine for its owner. asked: the broker has to grant first what it is to be heard by. NULL: out of memory. */
struct remote *fleet_open(struct fleet *fleet, const char *key, const void *owner,
        const struct live_callbacks *callbacks, void *context, bool asked);

/* It is the owner's no more. One that a watch has found is not found again, unless it has been deleted where it was. */
void fleet_close(struct fleet *fleet, const char *key, const void *owner);

/* The watch is the owner's, until it is taken out; its first fields up to key are set. */
void fleet_watch_add(struct fleet *fleet, struct fleet_watch *watch);
void fleet_watch_remove(struct fleet *fleet, struct fleet_watch *watch);

/* Whether a watch hears all of that host or machine. */
bool fleet_is_watched(const struct fleet *fleet, const char *key, size_t host_length);

/* The host of a machine, which is made when it is not known, and there as long as one of its machines is or a watch hears it;
 * NULL: there are too many, or no memory. */
struct fleet_host *fleet_host_of(struct fleet *fleet, const char *key, size_t length);

/* No host is subscribed to by itself. */
void fleet_forget_filters(struct fleet *fleet);

/* Calls take for each machine that somebody has open. It must not open or close one. */
void fleet_each_open(struct fleet *fleet, void (*take)(void *context, struct remote *remote), void *context);

/* A message has come, of whatever bytes. False: the machine that it is for is not open yet, too much waits for that already,
 * and the broker has a session that keeps it: it is to come again. */
bool fleet_take(struct fleet *fleet, const char *topic, size_t topic_length, const char *body, size_t body_length);

/* One has come to that topic that is so large that it is dropped. */
void fleet_take_too_large(struct fleet *fleet, const char *topic, size_t topic_length);

/* The broker does not let be heard what that filter is for, until the way to it is lost: a fault of those that are heard by
 * it. */
void fleet_bar(struct fleet *fleet, const char *filter, size_t length);

/* The broker is there, and has answered all that it was asked for; or what is wrong with it, a plain sentence without its full stop. */
void fleet_set_way(struct fleet *fleet, const char *fault);

/* What can be known at once is known: whoever waits for the first try has it behind him. */
void fleet_finish_tries(struct fleet *fleet);

#endif
