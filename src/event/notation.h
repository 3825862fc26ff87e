/* How values are written down, in text or in JSON: what differs, and the walk through arrays that does not. */
#ifndef VMEVENTS_EVENT_NOTATION_H
#define VMEVENTS_EVENT_NOTATION_H

#include "event/text.h"
#include "event/value.h"

struct notation
{
    /* Anything but an array. */
    void (*append_plain)(struct text *text, const struct value *value);
    /* An array by its sizes, in place of its elements or in front of them. */
    void (*append_sizes)(struct text *text, const struct value *value);
    bool sizes_first;
    const WCHAR *separator; /* of elements */
};

/* The elements of an array that are written, those of arrays inside it counted too, and how deep these may be. What
 * has more, or is deeper, is written by its sizes. */
#define NOTATION_ELEMENTS_MAX 1000
#define NOTATION_DEPTH_MAX 8

void notation_append(struct text *text, const struct notation *notation, const VARIANT *variant);

/* "Array(2, 3)" */
void notation_append_array_sizes(struct text *text, const struct value *array);

#endif
