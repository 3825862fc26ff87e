/*
 * Arbitrary DISPPARAMS. All that they point to is there and of the type that is said, or NULL, as a caller's must be,
 * but nothing else is as it should be: types, values, numbers, names, chains of references, arrays.
 *
 * The arrays of arguments and of names end where the readable memory ends. Types that no VARIANT may have come with
 * bytes that are no pointer at all, so nobody may follow them.
 */
#ifndef VMEVENTS_TESTS_FUZZ_ARGUMENTS_H
#define VMEVENTS_TESTS_FUZZ_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

#include <oleauto.h>

#include "fuzz/object.h"

/* A sequence of pseudo-random numbers (splitmix64): each case has one, found by its seed and number alone. */
struct random
{
    uint64_t state;
};

uint64_t random_next(struct random *random);

/* From 0 to limit - 1. */
uint32_t random_below(struct random *random, uint32_t limit);

/* True once in that many times. */
bool random_once_in(struct random *random, uint32_t times);

#define MAX_STORED 3     /* arguments and names that are really there */
#define MAX_PIECES 16    /* values that are pointed to */
#define MAX_ALLOCATED 16 /* strings and arrays */
#define MAX_ELEMENTS 3   /* of a dimension of an array */

struct piece
{
    VARIANT variant; /* of a chain, or what a reference points to */
};

struct arguments
{
    DISPPARAMS params;
    VARIANT *stored;
    UINT stored_count;
    DISPID *names;
    UINT name_count;

    struct piece pieces[MAX_PIECES];
    UINT piece_count;
    BSTR strings[MAX_ALLOCATED];
    UINT string_count;
    SAFEARRAY *arrays[MAX_ALLOCATED];
    UINT array_count;
    struct object objects[MAX_STORED];
    UINT object_count;
    uint64_t checksum; /* of all that there is */
};

/* For an event with so many parameters of such types (VT_I4, VT_BOOL, VT_BSTR, VT_VARIANT), each of which has so many
 * legal values (0: any). */
void arguments_make(
        struct arguments *arguments, struct random *random, UINT count, const VARTYPE *types, const LONG *values);

/* Just so many arguments of such types, none of them a reference. */
void arguments_make_plain(struct arguments *arguments, struct random *random, UINT count, const VARTYPE *types);

/* After a change by hand: what there is now is what has to stay. */
void arguments_seal(struct arguments *arguments);

/* Whether all is as it was made, but for references to objects. */
bool arguments_are_unchanged(const struct arguments *arguments);

/* Frees what there is. False: somebody still has a reference to an object, or has let go of one too many. */
bool arguments_free(struct arguments *arguments);

/* Whether a VARIANT may have the type at all. */
bool is_type_of_variants(VARTYPE type);

#endif
