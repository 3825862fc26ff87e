#include "host/qemu/disks.h"

#include <string.h>

/* Of those that never go back. */
static const char *const counters[] = {"rd_operations", "wr_operations", "flush_operations", "rd_bytes", "wr_bytes"};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

bool disks_init(struct disks *disks)
{
    disks->known = json_object();
    return disks->known != NULL;
}

void disks_cleanup(struct disks *disks)
{
    json_decref(disks->known);
    disks->known = NULL;
}

void disks_forget(struct disks *disks)
{
    json_object_clear(disks->known);
}

/* NULL: no device has it. */
static const char *name_of(const json_t *disk)
{
    const char *name = json_string_value(json_object_get(disk, "qdev"));

    if (!name || !*name)
        name = json_string_value(json_object_get(disk, "device"));
    return name && *name ? name : NULL;
}

bool disks_update(struct disks *disks, const json_t *stats)
{
    json_t *table = json_object(), *disk;
    size_t i;

    json_array_foreach(stats, i, disk)
    {
        const char *name = name_of(disk);

        if (table && name && json_object_set_nocheck(table, name, disk))
        {
            json_decref(table);
            return false;
        }
    }
    if (!table)
        return false;
    json_decref(disks->known);
    disks->known = table;
    return true;
}

static double counter(const json_t *disk, size_t number)
{
    return json_number_value(json_object_get(json_object_get(disk, "stats"), counters[number]));
}

static bool counts_from_anew(const json_t *before, const json_t *now)
{
    for (size_t i = 0; i < COUNTERS; ++i)
    {
        if (counter(now, i) < counter(before, i))
            return true;
    }
    return false;
}

/* The name that QEMU has made up for its node, another one each time: "#block142". NULL: it was given one. */
static const char *made_up_name(const json_t *disk)
{
    const char *name = json_string_value(json_object_get(disk, "node-name"));

    return name && *name == '#' ? name : NULL;
}

bool disks_are_others(const struct disks *disks, const json_t *stats, const json_t *removable)
{
    bool same_node = false, other_node = false;
    json_t *disk;
    size_t i;

    json_array_foreach(stats, i, disk)
    {
        const char *name = name_of(disk), *node = made_up_name(disk), *node_before;
        const json_t *before = name ? json_object_get(disks->known, name) : NULL;

        if (!before)
            continue;
        if (counts_from_anew(before, disk))
            return true;
        node_before = made_up_name(before);
        if (!node || !node_before || json_object_get(removable, name))
            continue;
        if (strcmp(node, node_before))
            other_node = true;
        else
            same_node = true;
    }
    return other_node && !same_node;
}
