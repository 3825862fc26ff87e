/*
 * Who is there: the machines by name, by what they are at, and by their numbers in the order of creation. Finding,
 * adding and taking one cost the same with a thousand machines as with one, but for the pointers that have to move when
 * one is taken out of the middle of the order. The owner's lock guards all of it.
 */
#ifndef VMEVENTS_HOST_MACHINE_TABLE_H
#define VMEVENTS_HOST_MACHINE_TABLE_H

#include "host/live_machine.h"

struct machine_entry;

/* Zeroed, it is empty. */
struct machine_table
{
    struct machine_entry **order; /* in the order of creation */
    UINT count, size;
    ULONGLONG last_number;          /* that was ever given */
    struct machine_entry **by_name; /* bucket_count of them each: the first of the entries with that hash */
    struct machine_place **by_place;
    UINT bucket_count; /* a power of two; 0: no bucket yet */
};

/* Gives back what an empty table has. */
void machine_table_cleanup(struct machine_table *table);

/* The machine of that name, in any case, without a reference; NULL: there is none. */
struct machine *machine_table_find(const struct machine_table *table, BSTR name);

/* The machine that is where `live` is; NULL: there is none, or live is NULL. What is there serves one client. */
struct machine *machine_table_find_place(const struct machine_table *table, const struct live *live);

/* The machine at that place of the order, from 0 up. */
struct machine *machine_table_at(const struct machine_table *table, UINT place);

/* Adds a machine whose name and place nobody has. live is what is behind it; NULL: it is simulated. The table has no
 * reference. FALSE: out of memory. */
BOOL machine_table_add(struct machine_table *table, struct machine *machine, struct live *live);

/* Takes the machine out. FALSE: it is not there. */
BOOL machine_table_take(struct machine_table *table, const struct machine *machine);

#endif
