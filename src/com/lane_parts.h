/*
 * A lane from inside: shared by what makes and finds lanes (lane.c), what puts events in and delivers them
 * (lane_delivery.c), what calls a busy listener again (lane_busy.c), what ends receivers (lane_ends.c) and what waits
 * (lane_waits.c).
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
    ULONGLONG number;          /* its place in that list, where the numbers descend; stays when it is taken out */
    UINT receiver_count;       /* guarded by the source's lock; the receivers that have not ended */
    const void *listener;      /* only compared; the receivers' owners hold it until the last receiver has ended */
    struct apartment *apartment;
    struct apartment_member member;
    DWORD home_thread; /* what is fired on it, in the apartment, is delivered at once; 0: there is none */

    struct lock lock;
    CONDITION_VARIABLE delivered;
    struct lane_receiver *receivers;
    struct lane_queue queue;
    struct apartment_job job;
    bool job_posted;
    bool delivering;
    bool missed_turn; /* a turn or an event came during a delivery, or an end, and nothing was delivered for it */
    bool late;        /* had not delivered all when it was waited for last; unguarded: a wrong guess costs a wait */
    DWORD delivering_thread;
    ULONGLONG delivering_since; /* of a listener that has been found busy since then: the first of those calls */
    UINT busy_count;            /* how often in a row the listener took no call; 0: it is not busy */
    bool resting;               /* a busy listener is not called until the timer says so */
    bool resting_is_timed;      /* the timer will say so, and has a reference */
    TP_TIMER *rest;             /* NULL: the listener has never been busy */
    ULONG taken_count;          /* events that have been taken out and not counted yet */
    ULONG put_count;            /* events that ever came in */
    ULONG delivered_count;      /* events that went out again, delivered or dropped */
    ULONG lost_count;           /* events that never reach the listener */

    struct lane *next_finishing, **finishing_link; /* guarded by finishing_lock */
};

void lane_addref(struct lane *lane);
void lane_release(struct lane *lane);

/* Whether the calling thread is the lane's home. Its number alone does not tell: another thread may have got it, or the
 * thread have gone to another apartment. */
bool lane_is_home(const struct lane *lane);

/* Counts events that never reach the listener. The lane's lock is not held. */
void lane_count_lost(struct lane *lane, ULONG count);

/* Counts events that are not in the lane any more. The lane's lock is held. */
void lane_count_out(struct lane *lane, ULONG count);

/* Posts the job that delivers. The lane's lock is held. */
void lane_post_job(struct lane *lane);

/* The listener is busy: puts back what has been taken and is left, for the lane's job to deliver after a time, which is
 * longer each time in a row. The lane's lock is held, and the lane is not delivering any more. False: out of memory; the
 * events stay with the caller. */
bool lane_put_off(struct lane *lane, struct lane_entry *left);

/* Lets go of what lane_put_off needs. The lane has no reference any more. */
void lane_forget_rest(struct lane *lane);

/* That job, in the apartment. */
void lane_run_job(struct apartment_job *job);

/* In the apartment: does the oldest entry, and the ends that stand next behind it. False: there was none, or a
 * delivery is under way. The caller has a reference to the lane, since the last receiver's end gives back that of
 * the receiver. */
bool lane_deliver_one(struct lane *lane);
void lane_deliver_all(struct lane *lane);

/* In the apartment, with a reference to the lane: does the ends that stand first, but no event. */
void lane_do_ends(struct lane *lane);

/* An apartment_member's functions. */
void lane_on_apartment_end(struct apartment_member *member);
void lane_on_apartment_lost(struct apartment_member *member);

/* Takes the receiver out of the lane's list. True: it was the last one, and the lane is out of the source's list:
 * nobody finds it from here on. */
bool lane_leave(struct lane *lane, struct lane_receiver *receiver);

/* The lane is told of the end of its apartment no more; gives the apartment's reference to the lane back. On a thread
 * of the apartment, with a reference to the lane. */
void lane_leave_apartment(struct lane *lane);

/* Takes the lane out of the list of those that are finishing: all is delivered, or it is let go. */
void lane_forget_finishing(struct lane *lane);

#endif
