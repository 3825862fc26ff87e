/*
 * A handler that has its names for IDispatchEx only, as Wine's VBScript has, and that may run out of memory itself:
 * it asks refusal_allows. It is an object with the method OnReset.
 */
#ifndef VMEVENTS_TESTS_EXTENDED_H
#define VMEVENTS_TESTS_EXTENDED_H

#include <dispex.h>

struct extended
{
    IDispatchEx IDispatchEx_iface;
    LONG refcount; /* one is the test's own */
    LONG calls;
};

void extended_init(struct extended *extended);

#endif
