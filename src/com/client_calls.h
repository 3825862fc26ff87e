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

/* False: there are as many as there may be; *returned is when one has returned last, by clock_ms, or 0. */
bool client_calls_begin(struct client_calls *client, ULONGLONG *returned);
void client_calls_end(struct client_calls *client);

/* Runs it in the multithreaded apartment, on a thread of the pool: those of a client one after the other, since letting go
 * of an object of a client that hangs does not return either. */
void client_calls_let_go(struct client_calls *client, struct client_release *release);

#endif
