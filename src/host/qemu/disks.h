/*
 * Which QEMU it is, by what query-blockstats shows of its disks: the thread of the first processor has the same number
 * again when a container is started again. A QEMU that lives counts on, and keeps the names that it has made up for the
 * nodes that got none.
 */
#ifndef VMEVENTS_HOST_DISKS_H
#define VMEVENTS_HOST_DISKS_H

#include <stdbool.h>

#include <jansson.h>

struct disks
{
    json_t *known; /* an object: for each disk, by its device, its name for the node and its counters */
};

bool disks_init(struct disks *disks);
void disks_cleanup(struct disks *disks);
void disks_forget(struct disks *disks);

/* Takes the answer. False: out of memory. */
bool disks_update(struct disks *disks, const json_t *stats);

/* Whether the answer is of another QEMU than the one before. removable: an object; the drives of which it has the paths
 * may have got another medium, and with it another node. */
bool disks_are_others(const struct disks *disks, const json_t *stats, const json_t *removable);

#endif
