/* VARIANTs of every type for the tests, and an object that counts its references. */
#ifndef VMEVENTS_TESTS_EVENT_VALUES_H
#define VMEVENTS_TESTS_EVENT_VALUES_H

#include <windows.h>
#include <oleauto.h>

#include "event/event.h"
#include "support/test.h"

/* An IDispatch that cannot do anything; not freed by its last Release, so that a test can look. */
struct counted
{
    IDispatch IDispatch_iface;
    LONG refcount;
    LONG calls; /* of anything but the counting of references */
};

void counted_init(struct counted *object);

/* The number of a VARTYPE without VT_BYREF and VT_ARRAY goes up to here, and beyond what there is. */
#define TYPE_COUNT 80

/*
 * A value of that type, to be cleared; what a type has no value for, or what is no type, is left zero. The object and
 * the record stay the test's.
 */
void value_make(VARIANT *value, VARTYPE type, struct counted *object);

/* Clears what value_make has made; VariantClear refuses the types that are none. */
void value_clear(VARIANT *value);

/* Whether VARIANTs of that type exist, by the table in [MS-OAUT] 2.2.7 and wtypes.h. */
bool type_exists(VARTYPE type);

/* A legal argument for the parameter, which needs no clearing. */
void value_make_legal(VARIANT *value, const struct event_param *param);

#endif
