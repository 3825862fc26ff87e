/*
 * COM is told of each reference through CoAddRefServerProcess: when the last goes it suspends the class object in the
 * same step, so that an activation that comes at that moment starts a new process instead of finding one that is about
 * to end.
 */
#include "host/process_life.h"

#include "platform/trace.h"

#include <objbase.h>

static LONG references;
static HANDLE wake;

BOOL process_life_init(void)
{
    return (wake = CreateEventW(NULL, FALSE, FALSE, NULL)) != NULL;
}

void process_addref(void)
{
    if (InterlockedIncrement(&references) == 1)
        trace(TRACE_HOST, "a client is here");
    CoAddRefServerProcess();
}

void process_release(void)
{
    if (!InterlockedDecrement(&references))
        trace(TRACE_HOST, "the last client has let go");
    if (!CoReleaseServerProcess())
        process_wake();
}

BOOL process_has_references(void)
{
    return InterlockedCompareExchange(&references, 0, 0) != 0;
}

void process_wake(void)
{
    SetEvent(wake);
}

void process_wait(DWORD timeout_ms)
{
    WaitForSingleObject(wake, timeout_ms);
}
