/* What Raise refuses, of the host and of a machine: a table of calls, each with its error. */
#ifndef VMEVENTS_TESTS_HOST_REFUSALS_H
#define VMEVENTS_TESTS_HOST_REFUSALS_H

#include "client.h"

struct refusal
{
    HRESULT hr;
    const WCHAR *event;
    const WCHAR *description[3]; /* parts of it */
    UINT count;
    VARIANT args[2];
};

/* Has the object raise each, and expects its error from vmhost.exe. */
void assert_refused(void *object, const struct refusal *refusals, UINT count);

#endif
