#include "host/qemu/identity.h"

#include <stdio.h>
#include <string.h>

/* Of those in query-blockstats, these never go back while QEMU lives. */
static const char *const counters[] = {"rd_operations", "wr_operations", "flush_operations", "rd_bytes", "wr_bytes"};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

bool identity_init(struct identity *identity)
{
    *identity = (struct identity){.disks = json_object()};
    return identity->disks != NULL;
}

void identity_cleanup(struct identity *identity)
{
    json_decref(identity->disks);
    identity->disks = NULL;
}

void identity_forget(struct identity *identity)
{
    identity->thread = 0;
    json_object_clear(identity->disks);
}

/* The machine */

void identity_read_uuid(const json_t *answer, char uuid[IDENTITY_UUID_SIZE])
{
    const char *text = json_string_value(json_object_get(answer, "UUID"));

    snprintf(uuid, IDENTITY_UUID_SIZE, "%s", text ? text : "");
}

void identity_set_uuid(struct identity *identity, const json_t *answer)
{
    identity_read_uuid(answer, identity->uuid);
}

const char *identity_uuid(const struct identity *identity)
{
    return identity->uuid;
}

/* The thread */

json_int_t identity_thread_of(const json_t *cpus)
{
    return json_integer_value(json_object_get(json_array_get(cpus, 0), "thread-id"));
}

bool identity_is_other_thread(const struct identity *identity, json_int_t thread)
{
    return identity->thread && thread && identity->thread != thread;
}

void identity_set_thread(struct identity *identity, json_int_t thread)
{
    identity->thread = thread;
}

json_int_t identity_thread(const struct identity *identity)
{
    return identity->thread;
}

/* The disks */

/* What a disk is known by; NULL: it is in no device. */
static const char *name_of(const json_t *disk)
{
    const char *name = json_string_value(json_object_get(disk, "qdev"));

    if (!name || !*name)
        name = json_string_value(json_object_get(disk, "device"));
    return name && *name ? name : NULL;
}

bool identity_set_disks(struct identity *identity, const json_t *stats)
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
    json_decref(identity->disks);
    identity->disks = table;
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

/* The name that QEMU has made up for the disk's node, like "#block142": each start makes up others. NULL: whoever
 * started QEMU has given it one. */
static const char *made_up_name(const json_t *disk)
{
    const char *name = json_string_value(json_object_get(disk, "node-name"));

    return name && *name == '#' ? name : NULL;
}

bool identity_has_other_disks(const struct identity *identity, const json_t *stats, const struct drives *drives)
{
    bool same_node = false, other_node = false;
    json_t *disk;
    size_t i;

    json_array_foreach(stats, i, disk)
    {
        const char *name = name_of(disk), *node = made_up_name(disk), *node_before;
        const json_t *before = name ? json_object_get(identity->disks, name) : NULL;

        if (!before)
            continue;
        if (counts_from_anew(before, disk))
            return true;
        node_before = made_up_name(before);
        if (!node || !node_before || drives_have(drives, name))
            continue;
        if (strcmp(node, node_before))
            other_node = true;
        else
            same_node = true;
    }
    return other_node && !same_node;
}
