/*
 * Apartments: where a handler's code may run, and how work gets there from another thread.
 *
 * Work for a single-threaded apartment waits in the apartment until its thread pumps: a message to a hidden
 * window tells that there is some, so any message loop will do. Work for the multithreaded apartment runs
 * on the process's thread pool. A thread that never initialised COM counts as multithreaded.
 */
#ifndef VMEVENTS_COM_APARTMENT_H
#define VMEVENTS_COM_APARTMENT_H

#include <stdbool.h>

#include <windows.h>

struct apartment;

/* A piece of work; stands in its owner, which sets `run` and keeps it until that has been called. */
struct apartment_job
{
    struct apartment_job *next;
    void (*run)(struct apartment_job *job);
    TP_WORK *work; /* of a prepared job for the multithreaded apartment */
};

/* Someone who is told when the apartment ends; stands in its owner. It has left by then, so that it is told once, and
 * may join, leave and end others while it is told. */
struct apartment_member
{
    struct apartment_member *next, **link; /* link is NULL outside the apartment's list */
    /* On the apartment's thread, while COM is still there. */
    void (*on_end)(struct apartment_member *member);
    /* Instead of it, on a thread of the pool, when the apartment's thread has ended without leaving COM: what belongs
     * to the apartment cannot be called any more, not even to be released. */
    void (*on_lost)(struct apartment_member *member);
};

/* Sets up and down; with DllMain or main. */
bool apartments_init(void);
void apartments_cleanup(void);

/* The calling thread ends: DLL_THREAD_DETACH. Its apartment, if it is still in one, is lost. */
void apartments_thread_exit(void);

/* The calling thread's apartment, with a reference. NULL: out of memory. */
struct apartment *apartment_get_current(void);

/* The multithreaded apartment, of which references are not counted. */
struct apartment *apartment_get_mta(void);

void apartment_addref(struct apartment *apartment);
void apartment_release(struct apartment *apartment);

/* Whether the calling thread is in that apartment, which has not ended. */
bool apartment_is_current(const struct apartment *apartment);
bool apartment_is_single_threaded(const struct apartment *apartment);

/* Has ready what the thread pool needs for the job, whose `run` is set: posting it cannot fail for want of memory then.
 * Undone by apartment_job_cleanup, which may be called while the job runs. False: out of memory. */
bool apartment_prepare_job(struct apartment *apartment, struct apartment_job *job);
void apartment_job_cleanup(struct apartment_job *job);

/* Hands the job to the apartment. False: the apartment has ended, or the thread pool refused. The module stays
 * in use until the job has run. */
bool apartment_post(struct apartment *apartment, struct apartment_job *job);

/* For what would disturb a single-threaded apartment that ends: runs the job on a thread of the pool once COM has let go
 * of all that lived there. The apartment takes no more jobs. False: the thread pool refused. */
bool apartment_post_late(struct apartment *apartment, struct apartment_job *job);

/* Runs the oldest job that waits for the calling thread's apartment, without dispatching messages. False: there
 * is none. */
bool apartment_run_job(void);

/* Joins and leaves the list of those who are told of the end; on the apartment's own thread only. The multithreaded
 * apartment tells nobody: joining it does nothing. False: the apartment has ended, and has told everybody. */
bool apartment_join(struct apartment *apartment, struct apartment_member *member);
void apartment_leave(struct apartment_member *member);

#endif
