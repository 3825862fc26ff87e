/*
 * An apartment from inside: shared by what posts jobs and runs them (apartment.c) and what ends an apartment
 * (apartment_ends.c).
 */
#ifndef VMEVENTS_COM_APARTMENT_PARTS_H
#define VMEVENTS_COM_APARTMENT_PARTS_H

#include "com/apartment.h"
#include "platform/lock.h"
#include "platform/platform.h"

#include <objbase.h>
#include <objidl.h>

struct apartment
{
    IInitializeSpy IInitializeSpy_iface;
    LONG refcount; /* of the memory: the thread, COM as holder of the spy, and each user */
    LONG users;    /* those who called apartment_get_current or apartment_addref */
    HWND window;
    HANDLE thread; /* to see when it has gone */
    ULARGE_INTEGER spy_cookie;

    struct lock lock;
    struct apartment_job *first_job, **last_job;
    UINT job_count;
    bool posted;                     /* a message is under way that runs the jobs */
    bool ended;                      /* takes no more jobs */
    bool is_ending, has_parted;      /* on its own thread: apartment_end goes on, inside of which it was to part */
    bool is_gone;                    /* COM has let go of what lived there */
    struct apartment_job *late_jobs; /* which wait for that */
    struct apartment_member *members;
    struct apartment_job loss; /* prepared; ends the members when the thread has gone without doing so */
};

/* The calling thread's apartment, while that has not ended; NULL: none has been made. */
extern platform_thread_slot apartment_slot;

/* What tells the end of a single-threaded apartment, and what does its work when the thread is gone. */
void apartment_init_ends(struct apartment *apartment);

/* Ends the apartment on its own thread: its members let go of what they hold. False: it has been ended before. */
bool apartment_end(struct apartment *apartment);

/* Behind its end, when COM has let go of what lived there, or nothing did: the late jobs have their turn, and the thread
 * gives its reference back. Once; a second call does nothing. Inside of apartment_end it waits for that. */
void apartment_part(struct apartment *apartment);

/* Takes the oldest job that waits; NULL: there is none. Whoever has run it calls module_release. */
struct apartment_job *apartment_take_job(struct apartment *apartment);

/* The class of the windows: registered with the first apartment, taken back with the last. */
void apartment_window_class_release(void);

#endif
