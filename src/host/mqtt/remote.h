/*
 * A machine of another host as its messages show it: which of them are news, and what is wrong. Messages go in, events come
 * out. Everything of it happens in the loop.
 *
 * vmforward counts the events of each machine without a gap (`sequence`), as long as its spool is the same one. What has a
 * number that has been heard is a repeat and is dropped; where numbers are left out, events are missing, which the next
 * event says by its detail `missing`, and the machine by its fault from then on.
 */
#ifndef VMEVENTS_HOST_MQTT_REMOTE_H
#define VMEVENTS_HOST_MQTT_REMOTE_H

#include "fleet/message.h"
#include "host/live/live_kind.h"

struct remote_waiting;

struct remote
{
    struct remote *next;                    /* in its bucket of the fleet */
    struct remote *older, *newer;           /* of those that are past */
    const void *owner;                      /* the peer that it has been made for, or is open for; NULL: nobody's */
    const struct live_callbacks *callbacks; /* NULL: it is not open */
    void *context;
    bool found;   /* a watch has */
    bool refused; /* it was found, and could not be opened, or has been removed here: it stays unopened */
    bool over;    /* it has been deleted where it was; what waits has been told of another one of its name */
    bool past;    /* nobody has it, and all that is known is what has come of it last */
    bool resumes; /* the broker keeps what comes while there is no connection, which a retained state may overtake */
    bool tried;
    bool asked;  /* the broker has not granted yet what it is to be heard by */
    bool barred; /* it does not grant it */

    /* What its messages have shown. */
    char spool[MESSAGE_SPOOL_SIZE]; /* empty: no event has come yet */
    uint64_t last;                  /* the sequence of the last event; what has none that is greater is a repeat */
    bool begun;                     /* that one has come while the machine was heard, so that a gap behind it is one */
    bool heard;                     /* anything sensible has come */
    uint64_t missing, missed;       /* events: in all, and in front of the next one */
    uint64_t missing_before;        /* the sequence behind the last gap */
    const char *nonsense;           /* what was wrong with the last message that made none; NULL: nothing was */

    bool has_state, had_state; /* its state has come on this connection, and on one before */
    bool vanished;             /* only on one before */
    const char *beside;        /* what is wrong though the machine is heard; NULL: nothing is */

    /* As reported last. */
    bool reported; /* at all */
    bool connected;
    char fault[LIVE_FAULT_SIZE];

    /* Messages that have come before it was opened, and behind its end. */
    struct remote_waiting *first_waiting, **last_waiting;
    size_t waiting_count, waiting_bytes;
    size_t *bytes_of_all; /* that wait in the fleet */

    size_t host_length; /* of the key: the host's part */
    char key[];         /* `<host>/<machine>` as in topics */
};

/* What there is to wait for one that has been found and is not open yet, and for all of a fleet. What comes beyond that is
 * missing, or is left at the broker where that keeps it. */
#define REMOTE_WAITING_COUNT 1024
#define REMOTE_WAITING_BYTES (1u << 20)
#define REMOTE_WAITING_BYTES_OF_ALL (64u << 20)

/* bytes_of_all: is kept up to date, and stays until it is freed. NULL: out of memory. */
struct remote *remote_create(const char *key, size_t length, size_t *bytes_of_all);
void remote_free(struct remote *remote);

/* From now on its listener hears of it. What has waited is told by remote_catch_up, which is called when the way to it has
 * been reported. */
void remote_open(struct remote *remote, const void *owner, const struct live_callbacks *callbacks, void *context);
void remote_catch_up(struct remote *remote);

/* Whether the message has come before, or is older than one that has. */
bool remote_knows(const struct remote *remote, const struct message *message);

/* Whether it is news, and tells of a machine that is there. */
bool remote_is_heard_by(const struct remote *remote, const struct message *message);

/* Nobody hears the machine. Notes what has come last. */
void remote_pass(struct remote *remote, const struct message *message);

/* It is that of another machine of the same name, of which what waits has been told. */
void remote_renew(struct remote *remote);

/* Nobody hears of it any more, and nothing is known of it but what has come last. */
void remote_refuse(struct remote *remote);
void remote_become_past(struct remote *remote);

/* A message has come to one of its topics. False: there is no room for it to wait, or no memory. */
bool remote_take(struct remote *remote, const struct message *message, const char *topic, size_t topic_length,
        const char *body, size_t body_length);

/* What has come to one of its topics is none of vmforward's: a sentence as message_read has it. */
void remote_take_nonsense(struct remote *remote, const char *why);

/* way NULL: the way to it is there; otherwise what is wrong with it. Reports what has come of that, if it is news. */
void remote_report(struct remote *remote, const char *way);

/* The connection is lost. */
void remote_lose(struct remote *remote);

/* What is retained has come, as far as it does. */
void remote_settle(struct remote *remote);

/* The first try has ended, unless it had already. */
void remote_finish_try(struct remote *remote);

#endif
