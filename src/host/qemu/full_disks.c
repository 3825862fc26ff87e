#include "host/qemu/full_disks.h"

#include <string.h>

/* A disk whose writes have not failed for so long had room meanwhile: that it is full is news again. */
#define QUIET_US 60000000

bool full_disks_init(struct full_disks *disks)
{
    *disks = (struct full_disks){.known = json_object()};
    return disks->known != NULL;
}

void full_disks_cleanup(struct full_disks *disks)
{
    json_decref(disks->known);
    disks->known = NULL;
}

bool full_disks_add(struct full_disks *disks, const char *disk, bool stops, int64_t time_us, bool *is_news)
{
    json_int_t before_us = json_integer_value(json_object_get(disks->known, disk)), quiet_us;
    bool remembered = !json_object_set_new_nocheck(disks->known, disk, json_integer(time_us));

    /* QEMU's clock may have been set back. */
    quiet_us = time_us >= before_us ? time_us - before_us : QUIET_US;
    *is_news = !before_us || (!stops && quiet_us >= QUIET_US);
    return remembered;
}

void full_disks_clear(struct full_disks *disks)
{
    json_object_clear(disks->known);
}

void full_disks_note_deletion(struct full_disks *disks)
{
    disks->device_deleted = true;
}

/* Whether a block device has that name, or the node that is in it. */
static bool has_disk(const json_t *blocks, const char *disk)
{
    json_t *block;
    size_t i;

    json_array_foreach(blocks, i, block)
    {
        const char *device = json_string_value(json_object_get(block, "device"));
        const char *node = json_string_value(json_object_get(json_object_get(block, "inserted"), "node-name"));

        if ((device && !strcmp(device, disk)) || (node && !strcmp(node, disk)))
            return true;
    }
    return false;
}

void full_disks_update(struct full_disks *disks, const json_t *blocks)
{
    const char *disk;
    json_t *time;
    void *next;

    if (!disks->device_deleted)
        return;
    disks->device_deleted = false;
    json_object_foreach_safe(disks->known, next, disk, time)
    {
        if (!has_disk(blocks, disk))
            json_object_del(disks->known, disk);
    }
}
