/* What docs/com-api.md says that the host's Raise answers to a call, and what it fires, worked out without the library. */
#ifndef VMEVENTS_TESTS_FUZZ_RAISE_ORACLE_H
#define VMEVENTS_TESTS_FUZZ_RAISE_ORACLE_H

#include "fuzz/oracle.h"

#define HOST_EVENTS 4

/* The host's events: their names, DISPIDs and parameters; nothing else. */
extern const struct sample host_events[HOST_EVENTS];

#define MAX_ANSWERS 16

struct raise_verdict
{
    HRESULT answers[MAX_ANSWERS]; /* any of them may be given; none: the event is fired */
    UINT answer_count;
    const struct sample *event; /* what is fired */
    VARIANT values[2];          /* its arguments, in the order of declaration */
};

/* By Invoke: params has the event's name, a string, as its first argument, and no names. */
void raise_verdict_find(struct raise_verdict *verdict, LCID lcid, const DISPPARAMS *params);
void raise_verdict_clear(struct raise_verdict *verdict);

bool raise_verdict_allows(const struct raise_verdict *verdict, HRESULT answer);

#endif
