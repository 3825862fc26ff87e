/* One sample of each event, as the contract has them. */
#ifndef VMEVENTS_TESTS_SAMPLES_H
#define VMEVENTS_TESTS_SAMPLES_H

#include "sink/library.h"

#define SAMPLE_COUNT 20

struct sample_arg
{
    const WCHAR *name;
    VARTYPE type; /* VT_I4, VT_BOOL: the number; VT_BSTR: the string */
    LONG number;
    const WCHAR *string;
    VARTYPE declared;  /* VT_VARIANT for configData, else the same as type */
    LONG values;       /* of the enumeration: 0 to values - 1; 0: no enumeration */
    const WCHAR *legal; /* how a complaint names them */
};

struct sample
{
    const IID *iid;
    const WCHAR *interface_name;
    DISPID id;
    const WCHAR *name;
    UINT count;
    struct sample_arg args[2];
    const WCHAR *text;
};

extern const struct sample samples[SAMPLE_COUNT];

/* NULL: there is no such event. */
const struct sample *sample_find(const IID *iid, DISPID id);

/* The arguments in the order of DISPPARAMS, the last first; freed by sample_clear. */
void sample_arguments(const struct sample *sample, VARIANT args[2]);
void sample_clear(const struct sample *sample, VARIANT args[2]);

/* Fires the sample through the sink's face for it, which has to take it. */
void sample_fire(const struct sample *sample, IVMEventSink *sink);

/* Whether the values, in the order of declaration, are the sample's. */
bool sample_has_arguments(const struct sample *sample, const VARIANT *args);

/* Invoke of a face with a complete set of arguments by position. */
HRESULT invoke(void *face, DISPID id, VARIANT *args, UINT count);

/* OnStateChange(state) through the machine events' face; has to succeed. */
void fire_state(IVMEventSink *sink, LONG state);

#endif
