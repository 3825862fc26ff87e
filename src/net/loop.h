/* The one thread in which the connections of all live machines are served, of whatever kind. */
#ifndef VMEVENTS_NET_LOOP_H
#define VMEVENTS_NET_LOOP_H

#include <stdbool.h>

#include <uv.h>

/* Something to be done in the loop. Whoever posts it keeps it until run is called. */
struct loop_task
{
    void (*run)(struct loop_task *task, uv_loop_t *loop);
    struct loop_task *next;
};

/* Any thread may call it; the first starts the loop, which goes on until the process ends. Tasks are run in the order in
 * which they are posted. False: the loop could not be started. */
bool loop_post(struct loop_task *task);

#endif
