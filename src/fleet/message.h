/*
 * Messages as vmforward publishes them (fleet/topics.h, fleet/cloud_event.h), read by who is at the other end of a broker:
 * anybody may have published them, and nothing of a message is believed that does not fit the rest of it.
 */
#ifndef VMEVENTS_FLEET_MESSAGE_H
#define VMEVENTS_FLEET_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json/scan.h"

/* In bytes of UTF-8, with a NUL. */
#define MESSAGE_NAME_SIZE 512

/* The largest that is read: twice what vmforward publishes. */
#define MESSAGE_BODY_MAX (256u << 10)

#define MESSAGE_SPOOL_SIZE 17
#define MESSAGE_ID_SIZE 48
#define MESSAGE_TIME_SIZE 40

/* The state of a machine that has been deleted. */
#define MESSAGE_STATE_DELETED 10

enum message_kind
{
    MESSAGE_EVENT,      /* of a machine */
    MESSAGE_HEARD,      /* vmforward hears the machine from here on, which is in that state */
    MESSAGE_GONE,       /* the machine is there no more */
    MESSAGE_STATE,      /* the machine's last state, which came with the event of that sequence */
    MESSAGE_NO_STATE,   /* there is no last state of it any more */
    MESSAGE_HOST_STATE, /* of vmforward itself */
    MESSAGE_OTHER       /* what vmforward says besides, and the host's own events */
};

enum message_host_state
{
    MESSAGE_ONLINE,
    MESSAGE_OFFLINE, /* vmforward was ended */
    MESSAGE_LOST     /* the broker has lost it */
};

/* Whose topic it is. */
struct message_place
{
    char host[MESSAGE_NAME_SIZE];
    char machine[MESSAGE_NAME_SIZE]; /* empty: the host itself */
};

struct message
{
    enum message_kind kind;
    char id[MESSAGE_ID_SIZE];
    char spool[MESSAGE_SPOOL_SIZE]; /* the identity in the id */
    uint64_t sequence;              /* of an event, and of the one that a state came with */
    char time[MESSAGE_TIME_SIZE];   /* when it was heard; empty where the message does not say */
    int state;                      /* of VMVMState; 0 where nothing tells one */
    enum message_host_state host_state;
    struct scan_value data; /* of an event: an object with its interface, its name and its arguments */
};

/* Whose topic that is. NULL, or what is wrong with it: a plain sentence without its full stop, with the message for "it". */
const char *message_read_topic(struct message_place *place, const char *topic, size_t length);

/* Reads the message that has come to the topic. The data stay where the body is. The same. */
const char *message_read(
        struct message *message, const char *topic, size_t length, const char *body, size_t body_length);

#endif
