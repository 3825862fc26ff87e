/*
 * What is under way at each client process: so many calls to its sinks at once, and one release of an object of its. A client
 * that hangs while it listens to many sources, or that has raised many events with objects, would otherwise have a thread
 * of the pool for each of them, until there is none for anybody else.
 */
#ifndef VMEVENTS_COM_CLIENT_CALLS_H
#define VMEVENTS_COM_CLIENT_CALLS_H

#include "com/apartment.h"

/* Windows' pool has 500 threads. */
#define CLIENT_CALLS_MAX 16

struct client_calls;

/* Tells the process that the call which the calling thread answers comes from; 0: from this one, or not known. A server of
 * other processes sets it, with main. NULL: callers are of this process. */
extern DWORD (*client_calls_caller)(void);

/* Something of the client's that is to be let go of; stands in its owner, which sets `run` and keeps it until that has been
 * called. */
struct client_release
{
    struct client_release *next;
    void (*run)(struct client_release *release);
};

/* Those to the process that calls, with a reference; *client is NULL where there is none. False: out of memory. */
bool client_calls_get(struct client_calls **client);
void client_calls_release(struct client_calls *client);

/* Whoever would call, and has to wait until another call returns. */
struct client_waiter
{
    struct client_waiter *next, **link; /* link is NULL while it does not wait */
    /* Called once it may call, on the thread of the call that has returned. False: it calls nobody any more. */
    bool (*wake)(struct client_waiter *waiter);
};

enum client_call
{
    CLIENT_CALL_BEGUN,
    CLIENT_CALL_WAITS,      /* from here on: there are as many as there may be */
    CLIENT_CALL_WAITS_STILL /* it waited already */
};

/* *returned is when a call has returned last, by clock_ms, or 0. */
enum client_call client_calls_begin(struct client_calls *client, struct client_waiter *waiter, ULONGLONG *returned);
void client_calls_end(struct client_calls *client);

/* False: it did not wait. */
bool client_calls_wait_no_more(struct client_calls *client, struct client_waiter *waiter);

/* Runs it in the multithreaded apartment, on a thread of the pool: those of a client one after the other, since letting go
 * of an object of a client that hangs does not return either. */
void client_calls_let_go(struct client_calls *client, struct client_release *release);

#endif
