/*
 * A lane from inside: shared by what makes and finds lanes (lane.c), what puts events in and delivers them
 * (lane_delivery.c), what ends receivers (lane_ends.c) and what waits (lane_waits.c).
 */
#ifndef VMEVENTS_COM_LANE_PARTS_H
#define VMEVENTS_COM_LANE_PARTS_H

#include "com/lane_queue.h"
#include "platform/lock.h"

struct lane
{
    LONG refcount;
    struct event_source *source;
    struct lane *next, **link; /* guarded by the source's lock; link is NULL outside its list */
    UINT receiver_count;       /* likewise: those that have not ended */
    const IUnknown *listener;  /* held by the receivers, until the last has ended */
    struct apartment *apartment;
    struct apartment_member member;
    DWORD home_thread; /* 0: none */

    struct lock lock;
    CONDITION_VARIABLE delivered;
    struct lane_receiver *receivers;
    struct lane_queue queue;
    struct apartment_job job;
    bool job_posted;
    bool delivering;
    bool missed_turn; /* an event's turn came while another was being delivered, by a handler that pumps */
    bool late;        /* was not done when it was waited for last */
    DWORD delivering_thread;
    ULONGLONG delivering_since;
    ULONG put_count;       /* events that ever came in */
    ULONG delivered_count; /* events that went out again, delivered or dropped */
    ULONG lost_count;      /* events that never reach the listener */

    struct lane *next_finishing, **finishing_link; /* guarded by finishing_lock */
};

void lane_addref(struct lane *lane);
void lane_release(struct lane *lane);

void lane_receiver_addref(struct lane_receiver *receiver);
void lane_receiver_release(struct lane_receiver *receiver);

/* Counts events that never reach the listener. The lane's lock is not held. */
void lane_count_lost(struct lane *lane, ULONG count);

/* Counts events that are not in the lane any more. The lane's lock is held. */
void lane_count_out(struct lane *lane, ULONG count);

/* Posts the job that delivers. The lane's lock is held. */
void lane_post_job(struct lane *lane);

/* That job, in the apartment. */
void lane_run_job(struct apartment_job *job);

/* In the apartment: does the oldest entry, and the ends that stand at the front behind it. False: there was none, or
 * somebody else is delivering. The caller has a reference, since an end may be the last. */
bool lane_deliver_one(struct lane *lane);
void lane_deliver_all(struct lane *lane);

/* An apartment_member's functions. */
void lane_on_apartment_end(struct apartment_member *member);
void lane_on_apartment_lost(struct apartment_member *member);

/* The receiver is none of the lane's any more. True: it was the last one, and nobody finds the lane from here on. */
bool lane_leave(struct lane *lane, struct lane_receiver *receiver);

/* The lane, with one reference, does not belong to the apartment any more. On a thread of that. */
void lane_leave_apartment(struct lane *lane);

/* The lane is not finishing any more: all is delivered, or it is let go. */
void lane_forget_finishing(struct lane *lane);

#endif
