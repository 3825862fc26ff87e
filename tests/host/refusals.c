#include "refusals.h"

void assert_refused(void *object, const struct refusal *refusals, UINT count)
{
    for (UINT i = 0; i < count; ++i)
    {
        VARIANT args[3] = {value_bstr(refusals[i].event), refusals[i].args[0], refusals[i].args[1]};
        struct outcome outcome = client_call(object, L"Raise", NULL, 1 + refusals[i].count, args);

        if (outcome.hr != refusals[i].hr)
            fail_msg("%u: %08lx %ls", i, (unsigned long)outcome.hr, outcome.description);
        assert_true(!wcscmp(outcome.source, L"VMEvents.Host"));
        for (UINT j = 0; j < ARRAYSIZE(refusals[i].description); ++j)
            assert_true(has(outcome.description, refusals[i].description[j]));
    }
}
