/* What the files of the forwarder share: forwarder.c is its life, keeping.c the way into the spool, publishing.c the way
 * out of it. All of it is called on the thread of forwarder_run. */
#ifndef VMEVENTS_FORWARD_FORWARDER_PARTS_H
#define VMEVENTS_FORWARD_FORWARDER_PARTS_H

#include <stdatomic.h>

#include "forward/forwarder.h"
#include "forward/inbox.h"
#include "forward/spool.h"
#include "mqtt/session.h"

/* How many acknowledgements may wait to be written: when the disk is full, publishing ends there. */
#define PENDING_MOST MQTT_WINDOW_MOST

enum forwarder_step
{
    FORWARDER_RUNS,
    FORWARDER_DRAINS, /* waits for what is under way */
    FORWARDER_LEAVES, /* waits for the word that it was ended, or for the session's end */
    FORWARDER_ENDS
};

struct forwarder
{
    struct forwarder_options options;
    uv_loop_t loop;
    uv_async_t wake;
    uv_timer_t retry;    /* the spool's trouble; the next try */
    uv_timer_t settle;   /* acknowledgements are written when it is over */
    uv_timer_t second;   /* what is done each second */
    uv_timer_t patience; /* for the end */
    struct inbox inbox;
    atomic_bool stop;
    _Atomic uint64_t machines, missed;
    enum forwarder_step step;

    /* The spool. */
    struct spool *spool;
    uint64_t opened_ms;
    struct heard_event *batch; /* taken out of the inbox, and not committed */
    bool in_trouble;
    uint64_t trouble_ms;
    char *replaced;      /* the text of an event that is due: a damaged spool was put aside */
    uint64_t resumed_ms; /* how long the spool's trouble was, for an event that is due; 0: none is */
    uint64_t missed_told, dropped_told_ms;
    uint64_t pending[PENDING_MOST]; /* acknowledged, and not written yet */
    size_t pending_count;
    struct utf8_text topic, body;

    /* The broker. */
    struct mqtt_broker brokers[CONFIG_BROKERS_MAX];
    struct mqtt_session session;
    struct mqtt_session_options session_options;
    struct mqtt_message will;
    struct mqtt_bytes user, password;
    struct utf8_text host_topic, lost;
    uint64_t run;     /* the number in the ids of what is said of this run */
    bool has_session; /* until its `closed` */
    bool connected, says_online;
    uint64_t read; /* the number of the last message that was published on this connection */
    uint64_t read_state;
    size_t under_way;

    struct status status;
    char fault[STATUS_TEXT_SIZE];
};

/* Numbers of what is published, but for the spool's messages. */
#define NUMBER_OF_STATE (UINT64_C(1) << 62)

/* Something is wrong; or right again. */
void forwarder_say(struct forwarder *forwarder, bool is_fault, const char *text);

/* Commits what has come; then what is in the spool is published. */
void keeping_take(struct forwarder *forwarder);

/* Opens the spool. NULL, or the fault. */
enum spool_outcome keeping_open(struct forwarder *forwarder);

/* The broker has this message: to be written down soon. */
void keeping_acknowledged(struct forwarder *forwarder, uint64_t number);

/* Writes down what has been acknowledged. */
void keeping_settle(struct forwarder *forwarder);

/* Each second. */
void keeping_tick(struct forwarder *forwarder);

/* The spool has failed: tries again, or puts it aside. */
void keeping_failed(struct forwarder *forwarder, enum spool_outcome outcome);

/* Begins to connect to the brokers, when there are any. False: *why is a plain sentence. */
bool publishing_open(struct forwarder *forwarder, const char **why);

/* Publishes what there is room for. */
void publishing_go_on(struct forwarder *forwarder);

/* Says that vmforward is there, or has been ended. */
bool publishing_say_host(struct forwarder *forwarder, const char *state);

/* When the session has called `closed`. */
void forwarder_session_ended(struct forwarder *forwarder);

/* What waits to be acknowledged has become less. */
void forwarder_drained(struct forwarder *forwarder);

/* The time of day as RFC 3339 has it, UTC. */
#define CLOCK_TEXT_SIZE 40
const char *clock_text(char text[CLOCK_TEXT_SIZE]);
uint64_t clock_seconds(void);

#endif
