/* What docs/com-api.md says that an event's Invoke answers to arguments, worked out without the library. */
#ifndef VMEVENTS_TESTS_FUZZ_ORACLE_H
#define VMEVENTS_TESTS_FUZZ_ORACLE_H

#include "fuzz/arguments.h"
#include "sink/samples.h"

/* One thing that is wrong. Of several any may be told. */
struct fault
{
    HRESULT hr;
    UINT arg;     /* what *puArgErr has to be; ANY_ARG: not said */
    bool counted; /* in Rejected */
};

#define ANY_ARG 0xfffffffeu
#define MAX_FAULTS 8

struct verdict
{
    struct fault faults[MAX_FAULTS]; /* none: the event is accepted */
    UINT fault_count;
    VARIANT values[2]; /* what listeners get then, in the order of declaration */
};

/* The call but for its arguments. */
struct call
{
    const struct sample *sample; /* NULL: the interface has no event of that DISPID */
    DISPID id;
    const IID *riid;
    WORD flags;
    LCID lcid;
};

void verdict_find(struct verdict *verdict, const struct call *call, const DISPPARAMS *params);
void verdict_clear(struct verdict *verdict);

/* The fault that the answer tells, with its *puArgErr or ANY_ARG; NULL: that may not be answered. */
const struct fault *verdict_fault(const struct verdict *verdict, HRESULT hr, UINT arg);

/* Whether a listener got what it had to. */
bool values_are_equal(const VARIANT *got, const VARIANT *expected);

#endif
