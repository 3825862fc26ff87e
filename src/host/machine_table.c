#include "host/machine_table.h"

#include "host/machine_name.h"
#include "platform/memory.h"

#define FIRST_SIZE 16

/* One of the places where a live machine may be. */
struct machine_place
{
    struct machine_place *next; /* in its bucket */
    struct machine_entry *entry;
    uint32_t hash;
};

struct machine_entry
{
    struct machine *machine;
    struct live *live;
    ULONGLONG number;           /* ascends in the order, so that its place there is found by halving */
    struct machine_entry *next; /* in its bucket */
    uint32_t name_hash;
    UINT place_count;
    struct machine_place places[];
};

/* Buckets */

static struct machine_entry **name_bucket(const struct machine_table *table, uint32_t hash)
{
    return &table->by_name[hash & (table->bucket_count - 1)];
}

static struct machine_place **place_bucket(const struct machine_table *table, uint32_t hash)
{
    return &table->by_place[hash & (table->bucket_count - 1)];
}

static void put_into_buckets(struct machine_table *table, struct machine_entry *entry)
{
    struct machine_entry **first = name_bucket(table, entry->name_hash);

    entry->next = *first;
    *first = entry;
    for (UINT i = 0; i < entry->place_count; ++i)
    {
        struct machine_place **place = place_bucket(table, entry->places[i].hash);

        entry->places[i].next = *place;
        *place = &entry->places[i];
    }
}

static void take_out_of_buckets(struct machine_table *table, struct machine_entry *entry)
{
    struct machine_entry **link = name_bucket(table, entry->name_hash);

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    for (UINT i = 0; i < entry->place_count; ++i)
    {
        struct machine_place **place = place_bucket(table, entry->places[i].hash);

        while (*place != &entry->places[i])
            place = &(*place)->next;
        *place = entry->places[i].next;
    }
}

/* So many empty buckets in place of those there are. */
static BOOL replace_buckets(struct machine_table *table, UINT count)
{
    struct machine_entry **by_name = memory_alloc(count * sizeof(*by_name));
    struct machine_place **by_place = memory_alloc(count * sizeof(*by_place));

    if (!by_name || !by_place)
    {
        memory_free(by_name);
        memory_free(by_place);
        return FALSE;
    }
    memory_free(table->by_name);
    memory_free(table->by_place);
    table->by_name = by_name;
    table->by_place = by_place;
    table->bucket_count = count;
    return TRUE;
}

/* Room for one more, and a bucket for each. */
static BOOL make_room(struct machine_table *table)
{
    UINT size = table->size ? table->size * 2 : FIRST_SIZE;
    struct machine_entry **larger;

    if (table->count < table->size)
        return TRUE;
    if (!(larger = memory_resize(table->order, size * sizeof(*larger))))
        return FALSE;
    table->order = larger;
    if (!replace_buckets(table, size))
        return FALSE;
    table->size = size;
    for (UINT i = 0; i < table->count; ++i)
        put_into_buckets(table, table->order[i]);
    return TRUE;
}

/* Finding */

static struct machine_entry *find_entry(const struct machine_table *table, BSTR name)
{
    uint32_t hash = machine_name_hash(name);
    struct machine_entry *entry = table->bucket_count ? *name_bucket(table, hash) : NULL;

    while (entry && (entry->name_hash != hash || !machine_names_are_equal(machine_name(entry->machine), name)))
        entry = entry->next;
    return entry;
}

struct machine *machine_table_find(const struct machine_table *table, BSTR name)
{
    const struct machine_entry *entry = find_entry(table, name);

    return entry ? entry->machine : NULL;
}

struct machine *machine_table_find_place(const struct machine_table *table, const struct live *live)
{
    uint32_t hashes[LIVE_PLACES_MAX];
    UINT count = live && table->bucket_count ? live_places(live, hashes) : 0;

    for (UINT i = 0; i < count; ++i)
    {
        for (const struct machine_place *place = *place_bucket(table, hashes[i]); place; place = place->next)
        {
            if (place->hash == hashes[i] && live_is_same_place(place->entry->live, live))
                return place->entry->machine;
        }
    }
    return NULL;
}

struct machine *machine_table_at(const struct machine_table *table, UINT place)
{
    return table->order[place]->machine;
}

/* Where the entry of that number stands in the order. */
static UINT place_in_order(const struct machine_table *table, ULONGLONG number)
{
    UINT first = 0, end = table->count;

    while (end - first > 1)
    {
        UINT middle = first + (end - first) / 2;

        if (table->order[middle]->number <= number)
            first = middle;
        else
            end = middle;
    }
    return first;
}

/* Adding and taking */

static struct machine_entry *entry_create(struct machine *machine, struct live *live)
{
    uint32_t hashes[LIVE_PLACES_MAX];
    UINT count = live ? live_places(live, hashes) : 0;
    struct machine_entry *entry = memory_alloc(sizeof(*entry) + count * sizeof(entry->places[0]));

    if (!entry)
        return NULL;
    entry->machine = machine;
    entry->live = live;
    entry->name_hash = machine_name_hash(machine_name(machine));
    entry->place_count = count;
    for (UINT i = 0; i < count; ++i)
    {
        entry->places[i].entry = entry;
        entry->places[i].hash = hashes[i];
    }
    return entry;
}

BOOL machine_table_add(struct machine_table *table, struct machine *machine, struct live *live)
{
    struct machine_entry *entry;

    if (!make_room(table) || !(entry = entry_create(machine, live)))
        return FALSE;
    entry->number = ++table->last_number;
    table->order[table->count++] = entry;
    put_into_buckets(table, entry);
    return TRUE;
}

BOOL machine_table_take(struct machine_table *table, const struct machine *machine)
{
    struct machine_entry *entry = find_entry(table, machine_name(machine));
    UINT place;

    if (!entry || entry->machine != machine)
        return FALSE;
    take_out_of_buckets(table, entry);
    place = place_in_order(table, entry->number);
    memmove(&table->order[place], &table->order[place + 1], (--table->count - place) * sizeof(*table->order));
    memory_free(entry);
    return TRUE;
}

void machine_table_cleanup(struct machine_table *table)
{
    memory_free(table->order);
    memory_free(table->by_name);
    memory_free(table->by_place);
    *table = (struct machine_table){0};
}
