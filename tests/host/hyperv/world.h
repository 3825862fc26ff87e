/*
 * A pretended Hyper-V: what its WMI shows by now, what it has told and logged, and what fails. Lines of a conversation
 * change it; it answers as struct hv_source wants it. Its time is that of the lines.
 */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_WORLD_H
#define VMEVENTS_TESTS_HOST_HYPERV_WORLD_H

#include "host/hyperv/exchange.h"
#include "host/hyperv/source.h"

#include "said.h"

/* Where time begins, by a computer's clock. */
#define WORLD_TIME_US 13400000000000000

#define WORLD_INSTANCES_MAX 4096
#define WORLD_QUEUE_MAX 1024
#define WORLD_FAILURES_MAX 16

struct world
{
    uint64_t now_ms;

    /* What comes at its time: called when time passes, for lines that are due. NULL: nothing does. */
    void (*pass)(struct world *world, uint64_t until_ms);

    /* What is handed to a guest. NULL: nobody wants to know. */
    void (*hear)(struct world *world, const char *text);
    void *context;

    struct said *instances[WORLD_INSTANCES_MAX];
    size_t instance_count;
    struct said *told[WORLD_QUEUE_MAX], *logged[WORLD_QUEUE_MAX];
    size_t told_count, logged_count;
    uint64_t record_number;
    struct
    {
        char what[SAID_WORD_MAX + 1];
        int32_t code;
        uint32_t slow_ms;
    } failures[WORLD_FAILURES_MAX];
    bool connected, subscribed, log_open;
    char item[HV_ITEM_XML_SIZE]; /* of the host's for a guest; empty: there is none */

    /* How often each was done. */
    unsigned int connects, subscriptions, queries[HV_CLASS_COUNT];
};

extern const struct hv_source world_source;

/* How long a query for that class takes. */
uint32_t world_slowness(const struct world *world, const char *class_name);

/* Takes the line, which becomes the world's if it returns true. */
bool world_take(struct world *world, struct said *said);

void world_cleanup(struct world *world);

/* Nobody is told anything any more. */
void world_unsubscribe(struct world *world);

/* False: out of memory. */
bool world_copy_row(struct hv_row *to, const struct hv_row *from);

#endif
