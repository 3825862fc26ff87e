/* An object among arguments: it counts its references, and may have a default property, which may fail. */
#ifndef VMEVENTS_TESTS_FUZZ_OBJECT_H
#define VMEVENTS_TESTS_FUZZ_OBJECT_H

#include <windows.h>

#include <oleauto.h>

struct object
{
    IDispatch IDispatch_iface;
    LONG refcount;
    BOOL is_unknown; /* has no IDispatch */
    HRESULT answer;  /* of the default property */
    VARTYPE type;    /* VT_I4, VT_BSTR, VT_BOOL, VT_EMPTY */
    LONG number;
    volatile LONG calls; /* of Invoke */
};

/* With one reference. */
void object_init(struct object *object);

#endif
