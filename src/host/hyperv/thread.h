/*
 * The threads in which Hyper-V's machines are watched: one for each computer, from the first of its machines to the last.
 * Everything of a machine happens there, one thing after the other; calls from outside are tasks.
 */
#ifndef VMEVENTS_HOST_HYPERV_THREAD_H
#define VMEVENTS_HOST_HYPERV_THREAD_H

#include "host/hyperv/computer.h"

struct hv_thread;

struct hv_task
{
    void (*run)(struct hv_task *task, struct hv_computer *computer);
    struct hv_task *next; /* the thread's */
};

/* The thread of that computer, which ends by hv_thread_leave. NULL: out of memory, or it could not be started. */
struct hv_thread *hv_thread_join(const char *host);

/* Has the task run in the thread, behind those before it. */
void hv_thread_post(struct hv_thread *thread, struct hv_task *task);

/* Called by the thread itself, in a task that is the last of who has joined. */
void hv_thread_leave(struct hv_thread *thread);

#endif
