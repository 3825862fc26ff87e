/*
 * What a VARIANT says: the one description of it that its text and its JSON are made of, so that both say the same.
 * Needs no memory, and asks no object anything: one may belong to a process that hangs.
 */
#ifndef VMEVENTS_EVENT_VALUE_H
#define VMEVENTS_EVENT_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include <windows.h>
#include <oleauto.h>

enum value_kind
{
    VALUE_NOTHING, /* Empty, Null, Nothing */
    VALUE_TRUTH,   /* True, False */
    VALUE_NUMBER,  /* as JSON writes it too: -12, 0.5, 1E+20 */
    VALUE_STRING,
    VALUE_ARRAY,
    VALUE_OTHER /* Object, NaN, a date, an error, "?" for what cannot be written */
};

#define VALUE_WORD_SIZE 48

/* Borrows from the VARIANT, and stays where it is. */
struct value
{
    enum value_kind kind;
    const WCHAR *string; /* the string, or the word that it is written as; not of an array */
    size_t length;
    const SAFEARRAY *array; /* of an array; NULL: there is none */
    VARTYPE type;           /* of its elements */
    WCHAR word[VALUE_WORD_SIZE];
};

void value_describe(struct value *value, const VARIANT *variant);

/* The number of dimensions of an array, and of elements along one of them, the leftmost being 0. */
UINT value_dimensions(const struct value *value);
ULONG value_elements(const struct value *value, UINT dimension);

/* The element at a place in the array's memory, where those of the leftmost dimension lie side by side. Borrowed. */
void value_get_element(const struct value *value, size_t place, VARIANT *element);

#endif
