/*
 * An object as a program gives it with an event: it belongs to the apartment of the thread that made it, and writes
 * down who calls it, and where. It stands where the test puts it and has one reference of the test's own.
 */
#ifndef VMEVENTS_TESTS_OWNED_OBJECT_H
#define VMEVENTS_TESTS_OWNED_OBJECT_H

#include "sink/library.h"

/* The method that counts; any other DISPID is not a member. To a sink it is OnReset. */
#define OWNED_METHOD 3

enum owned_place
{
    OWNED_QUERY,
    OWNED_ADDREF,
    OWNED_RELEASE,
    OWNED_PLACES
};

struct owned_object
{
    IDispatch IDispatch_iface;
    LONG refcount;
    DWORD home;            /* the thread that may call; 0: any of the multithreaded apartment */
    volatile LONG calls;   /* of the method */
    volatile LONG strange; /* calls of anything from where it does not belong */
    volatile LONG begun[OWNED_PLACES];
    /* Inside of each method of IUnknown that is called while owned_raise has the event under way; but not while it is
     * inside already. */
    void (*act)(struct owned_object *object, enum owned_place place);
    LONG acting;
};

/* Of the calling thread's single-threaded apartment, or of the multithreaded one. */
void owned_init(struct owned_object *object);

/* How an object may stand in a VARIANT. */
enum owned_shape
{
    SHAPE_DISPATCH,
    SHAPE_UNKNOWN,
    SHAPE_VARIANTS,
    SHAPE_DISPATCHES,
    SHAPE_UNKNOWNS,
    SHAPE_NESTED,
    SHAPE_COUNT
};

/* With references of its own. */
VARIANT owned_wrap(IDispatch *object, enum owned_shape shape);

/* The object that stands in the value, as it stands there, without a reference. */
IUnknown *owned_find(const VARIANT *value);

/* Calls the method of the object in the value. */
HRESULT owned_call(const VARIANT *value);

/* OnConfigurationChanged with the object. */
void owned_raise(IVMEventSink *sink, IDispatch *object, enum owned_shape shape);

#endif
