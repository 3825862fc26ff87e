/*
 * Lists of names, as items have them: 1 BOOT NUMBER NAME …, in ASCII. A character that has another meaning there, or is none of
 * ASCII, is written by its bytes: %20. Behind a name may stand what became of it: NAME=1.
 */
#ifndef VMEVENTS_GUEST_NAMES_H
#define VMEVENTS_GUEST_NAMES_H

#include "guest/summary.h"

/* In bytes; of a longer name the beginning counts. */
#define GUEST_NAME_MAX 127

/* Writing */

struct guest_names_writer
{
    char *value;
    size_t length;
    bool full;
};

void guest_names_begin(
        struct guest_names_writer *writer, char value[GUEST_VALUE_SIZE], const char *boot, uint32_t number);

/* Adds a name, with what stands behind it. One for which there is no room is the last: dots stand for it. */
void guest_names_add(struct guest_names_writer *writer, const char *name, const char *behind);

/* Reading */

struct guest_names_reader
{
    const char *text; /* what has not been read */
    uint32_t number;
    char name[GUEST_NAME_MAX + 1]; /* the last that was read: bytes that anybody may have written, but no NUL */
    int type;                      /* the VMLogoffType behind it; -1: there is none */
};

/* False: it is no such list, or one of another start of the guest. */
bool guest_names_open(struct guest_names_reader *reader, const char *value, const char *boot);

/* The next. False: there is none any more, or what stands there is none. */
bool guest_names_next(struct guest_names_reader *reader);

#endif
