/*
 * A source of events as a program may have written one: connection points over some of the four interfaces, each for
 * one sink. It stands where the test puts it, with one reference of the test's own.
 */
#ifndef VMEVENTS_TESTS_SOURCE_H
#define VMEVENTS_TESTS_SOURCE_H

#include "sink/samples.h"

struct source;

struct source_point
{
    IConnectionPoint IConnectionPoint_iface;
    struct source *source;
    const IID *iid;
    IDispatch *sink; /* while advised */
    DWORD thread;    /* that advised or unadvised last */
    LONG advised, unadvised;
};

struct source
{
    IDispatch IDispatch_iface; /* with a property Name */
    IConnectionPointContainer IConnectionPointContainer_iface;
    LONG refcount;
    const WCHAR *name;    /* NULL: there is no such property */
    UINT name_length;     /* of one with a NUL inside; 0: up to its end */
    bool by_dispatch;     /* Advise asks for IDispatch, not for the dispinterface */
    bool is_no_container; /* has no connection points at all */
    LONG failing_advise;  /* the Advise that fails, counted from 1; 0: none */
    HRESULT unadvise_answer;
    void (*on_unadvise)(struct source *source); /* inside of each Unadvise */
    void (*on_release)(struct source *source);  /* inside of each Release but the last */
    void (*on_free)(struct source *source);     /* inside of the last; NULL: that is for source_end to see */
    bool freed;
    bool (*allows)(const char *what);           /* NULL, or asked where the source itself may run out of memory */
    void *context;
    LONG advises;
    volatile LONG connected; /* points that have a sink */
    UINT count;
    struct source_point points[2 * DIID_COUNT];
};

/* With points for the interfaces whose bits are set, in the order of diids. */
void source_init(struct source *source, unsigned int interfaces);

/* One more, for another interface. */
void source_offer(struct source *source, const IID *iid);

/* Sees that nobody has a reference any more, nor the test one that it has given away (on_free). */
void source_end(struct source *source);

/* Fires the sample at the sink that is advised for its interface. */
HRESULT source_fire(struct source *source, const struct sample *sample);

#endif
