/* Event sinks of a test: IDispatch objects that write down what they are told. */
#ifndef VMEVENTS_TESTS_HOST_RECORDER_H
#define VMEVENTS_TESTS_HOST_RECORDER_H

#include "client.h"

#define JOURNAL_MAX 1024

/* What several recorders heard, in the order of hearing: "IVMDVDDriveEvents.2 C:\a.iso". */
struct journal
{
    SRWLOCK lock;
    CONDITION_VARIABLE grown;
    UINT count;
    WCHAR lines[JOURNAL_MAX][80];
};

struct recorder
{
    IDispatch IDispatch_iface;
    LONG refcount;
    IID events;
    const WCHAR *name; /* of the interface; NULL: the recorder blocks for ever instead of writing */
    struct journal *journal;
    DWORD delay_ms; /* what it takes before it writes */
};

void journal_init(struct journal *journal);

/* Waits until there are so many lines; more are an error, fewer too. */
void journal_await(struct journal *journal, UINT count);

/*
 * Waits for just these lines, and begins anew. Of each interface they must come in this order; those of different
 * recorders go ways of their own, and may overtake each other when the client is slow.
 */
void journal_expect(struct journal *journal, UINT count, const WCHAR *const *lines);

/* The recorder is static, or outlives the program's tests otherwise: the host releases it when it has let go of its connection,
 * which may be after the test has returned. */
void recorder_init(struct recorder *recorder, struct journal *journal, REFIID events, const WCHAR *name);

/* Advises a recorder on the connection point of its interface, and ends that. */
DWORD recorder_advise(struct recorder *recorder, void *source);
void recorder_unadvise(struct recorder *recorder, void *source, DWORD cookie);

/* How many connections the source's point for the interface has. */
UINT count_connections(void *source, REFIID events);

/* Waits until it has so many: those of a machine that is removed end when all has been delivered, behind its return. */
void await_connections(void *source, REFIID events, UINT count);

IConnectionPoint *get_connection_point(void *source, REFIID events);

#endif
