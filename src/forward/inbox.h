/* Where events wait for the thread that has the spool. Bounded: who brings more than fits waits. */
#ifndef VMEVENTS_FORWARD_INBOX_H
#define VMEVENTS_FORWARD_INBOX_H

#include <uv.h>

#include "forward/heard_event.h"

#define INBOX_MOST 4096

struct inbox
{
    uv_mutex_t mutex;
    uv_cond_t room;
    struct heard_event *first, **last;
    unsigned int count;
};

/* False: out of memory. */
bool inbox_init(struct inbox *inbox);

/* What is in it is freed. */
void inbox_cleanup(struct inbox *inbox);

/* Puts the event in, when there is room within so many milliseconds. False: there was none, and it stays the caller's. Any
 * thread. */
bool inbox_put(struct inbox *inbox, struct heard_event *event, unsigned int timeout_ms);

/* Takes the first events out, at most so many; NULL: there is none. */
struct heard_event *inbox_take(struct inbox *inbox, unsigned int most);

unsigned int inbox_count(struct inbox *inbox);

#endif
