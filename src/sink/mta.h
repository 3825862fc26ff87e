/* Work that a single-threaded apartment leaves to the multithreaded one. */
#ifndef VMEVENTS_SINK_MTA_H
#define VMEVENTS_SINK_MTA_H

#include "com/apartment.h"

/* Keeps the process's multithreaded apartment, and with it what lives there, until mta_let_go; each mta_hold has one.
 * S_OK, E_OUTOFMEMORY, or why the apartment cannot be entered. */
HRESULT mta_hold(void);
void mta_let_go(void);

/* A sink that sources call there comes, and has been released by all of them: before that Wine must not end the apartment. */
void mta_note_callee(void);
void mta_forget_callee(void);

/* A call from one apartment to the multithreaded one; stands in its owner. */
struct mta_call
{
    struct apartment_job job;
    void (*function)(void *context);
    void *context;
    HANDLE done;
};

/* Has ready what calls need: none of those that follow can fail. The call is zeroed. S_OK, E_OUTOFMEMORY */
HRESULT mta_call_prepare(struct mta_call *call);
void mta_call_cleanup(struct mta_call *call);

/* Runs the function in the multithreaded apartment and returns when it has: on the spot if the caller is there
 * already, else on a thread of the pool, while the caller's apartment goes on serving calls. One at a time. */
void mta_call(struct mta_call *call, void (*function)(void *context), void *context);

#endif
