/*
 * An IDispatch that writes down how it is called: a script's function, a script's object, an advised sink.
 *
 * It stands where the test puts it and has one reference of the test's own, so that its refcount is 1 again when
 * everybody has let go of it.
 */
#ifndef VMEVENTS_TESTS_RECORDER_H
#define VMEVENTS_TESTS_RECORDER_H

#include "sink/library.h"

#define RECORDER_CALLS 512

/* The DISPID of an object's first method; the others follow. */
#define FIRST_METHOD 1000

struct recorder_call
{
    DISPID id;
    WORD flags;
    DWORD thread;
    BOOL single_threaded;
    UINT count;
    VARIANT args[2]; /* copies, in the order of declaration */
};

struct recorder
{
    IDispatch IDispatch_iface;
    LONG refcount;
    const IID *answers;          /* QueryInterface answers it, besides IDispatch */
    const WCHAR *const *methods; /* what GetIDsOfNames knows, ended by NULL; NULL: a function */
    HRESULT names_answer;        /* what GetIDsOfNames returns, if it is an error */
    HRESULT answer;              /* what Invoke returns */
    const VARIANT *value;        /* its result, or NULL */
    void (*act)(struct recorder *recorder, const struct recorder_call *call); /* inside of Invoke */
    void (*on_free)(struct recorder *recorder); /* NULL, or the test has given its reference away: the last is gone */
    void *context;
    volatile LONG calls; /* counted when the call ends */
    volatile LONG begun;
    struct recorder_call log[RECORDER_CALLS];
};

void recorder_init(struct recorder *recorder);

/* Frees what was written down; nobody may have a reference any more. */
void recorder_end(struct recorder *recorder);

/* The recorder as an argument; borrowed. */
VARIANT recorder_variant(struct recorder *recorder);

/* Subscribes the recorder to the event of that name. The cookie. */
LONG recorder_subscribe(struct recorder *recorder, IVMEventSink *sink, const WCHAR *event);

#endif
