/*
 * How many calls to one client process are under way at once. A client that hangs while it listens to many sources would
 * otherwise have a call of each on a thread of its own, until the pool has none for anybody else.
 */
#ifndef VMEVENTS_COM_CLIENT_CALLS_H
#define VMEVENTS_COM_CLIENT_CALLS_H

#include <stdbool.h>

#include <windows.h>

/* Windows' pool has 500 threads. */
#define CLIENT_CALLS_MAX 16

struct client_calls;

/* Those to the process of that number, with a reference. NULL: out of memory. */
struct client_calls *client_calls_get(DWORD process);
void client_calls_release(struct client_calls *client);

/* False: there are as many as there may be; *returned is when one has returned last, by clock_ms, or 0. */
bool client_calls_begin(struct client_calls *client, ULONGLONG *returned);
void client_calls_end(struct client_calls *client);

#endif
