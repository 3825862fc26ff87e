/* A sink for tests: it hears events whose arguments are numbers, from 0 up in the order of firing, and the machine's end
 * behind them, in the time that it takes, and says what came otherwise. */
#ifndef VMEVENTS_TESTS_HOST_LISTENER_H
#define VMEVENTS_TESTS_HOST_LISTENER_H

#include "client.h"

#include <ocidl.h>

/* One object, whatever interfaces it is advised on. Static: the host releases it when it has let go of its connections,
 * which may be after the test has returned. */
struct listener
{
    IDispatch IDispatch_iface;
    IVMEventReceiver IVMEventReceiver_iface;
    bool receives; /* it has that interface, whose calls take as long as others and are answered by `failure` */
    LONG refcount;
    DWORD delay_ms;
    volatile LONG held;    /* its calls do not end */
    volatile LONG heard;   /* events with a number */
    volatile LONG deleted; /* vmVMState_DeleteMachine, which came behind as many */
    volatile LONG strange; /* whatever came out of order */
    WCHAR first_strange[32];
    volatile LONG rejecting; /* so many calls, RPC_E_CALL_REJECTED, as a program's message filter does */
    LONG fails_at;           /* the number of the event that it has heard, but answers by the other */
    HRESULT failure;
    void (*on_call)(LONG change); /* NULL, or called by 1 when a call comes, and by -1 when it returns */
};

void listener_init(struct listener *listener, DWORD delay_ms);

/* Advises it of one interface, or of all three of a machine; the cookie is that of the first. */
DWORD listener_advise(struct listener *listener, void *source, REFIID events);
DWORD listener_advise_on_all(struct listener *listener, void *machine);

/* The caller releases it. */
IConnectionPoint *listener_find_point(void *source, REFIID events);

/* Waits until the source has let go of the sink, behind its last call. */
void listener_await_release(struct listener *listener);

/* Whether it has heard so many events, and each in its order. */
void listener_assert_heard(const struct listener *listener, LONG count, IVMEventHost *host);

/* Waits until the number is reached, however long that takes on a busy machine. */
void await_number(volatile LONG *number, LONG wanted);

/* Fires the events with these numbers, on one interface after the other. */
void fire_numbers(IVMEventMachine *machine, LONG first, LONG count);

LONG host_count_dropped(IVMEventHost *host);

#endif
