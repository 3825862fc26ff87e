/*
 * What the source of an event knows besides its arguments: which user, which drive, what reason. Names and plain values,
 * shared by reference count, and never changed.
 */
#ifndef VMEVENTS_EVENT_DETAILS_H
#define VMEVENTS_EVENT_DETAILS_H

#include <stdbool.h>
#include <stddef.h>

#include "vmevents.h"

/* More than any source has to say of one event. */
#define DETAILS_MAX 16

/* No detail of ours has a longer name. */
#define DETAIL_NAME_LENGTH_MAX 32

struct details
{
    VMEVENTDETAILS view; /* first */
    LONG refcount;
    size_t bytes; /* that it takes, its strings included */
    VMEVENTDETAIL items[];
};

/* Whether a detail may have that name: letters and digits (of ASCII), a letter first. Others would not come through where
 * a name is a C string, or stands in front of "=". */
bool detail_is_name(const WCHAR *name, size_t length);

/*
 * Copies of so many details, DETAILS_MAX at most: each a name, and a VT_BSTR, VT_I4, VT_R8 or VT_BOOL. One that has no
 * name or one that is none (detail_is_name), or another type, is left out, as is a name that comes again.
 *
 * NULL: out of memory
 */
struct details *details_create(const VMEVENTDETAIL *given, UINT count);

struct details *details_addref(struct details *details);
void details_release(struct details *details);

/* The value of that name, in any case; NULL: there is none. */
const VARIANT *details_find(const VMEVENTDETAILS *details, const WCHAR *name, size_t length);

/* As they go to other processes: an array of VARIANT, each name followed by its value; VT_EMPTY when `details` is NULL or has
 * none. S_OK, E_OUTOFMEMORY */
HRESULT details_to_variant(const VMEVENTDETAILS *details, VARIANT *variant);

/* What such an array says; what is none, from a peer that is not to be trusted, says nothing. S_OK, with NULL when there is
 * nothing; E_OUTOFMEMORY */
HRESULT details_from_variant(const VARIANT *variant, struct details **details);

#endif
