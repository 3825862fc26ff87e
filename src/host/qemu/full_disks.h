/*
 * The disks that QEMU has said to be full. A full disk fails each write, and QEMU has an event for each: one event is
 * fired for all of them.
 */
#ifndef VMEVENTS_HOST_FULL_DISKS_H
#define VMEVENTS_HOST_FULL_DISKS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct full_disks
{
    json_t *known;       /* an object: for each disk, when a write to it last failed, by QEMU's clock */
    bool device_deleted; /* since the block devices were last listed: some of these disks may be gone */
};

/* False: out of memory; full_disks_cleanup is to be called all the same. */
bool full_disks_init(struct full_disks *disks);
void full_disks_cleanup(struct full_disks *disks);

/*
 * A write to the disk has failed for want of space. *is_news: an event is to be fired, because the disk was not known
 * to be full, or had room meanwhile. stops: the machine stops then, so that there is no write before RESUME. False: out
 * of memory; *is_news is set all the same.
 */
bool full_disks_add(struct full_disks *disks, const char *disk, bool stops, int64_t time_us, bool *is_news);

/* No disk counts as full any more: the machine goes on, has been reset, or has ended. */
void full_disks_clear(struct full_disks *disks);

/* A device is gone, maybe a disk; the next list of block devices shows it. */
void full_disks_note_deletion(struct full_disks *disks);

/* Takes the answer to query-block, and forgets the disks that are gone: another disk of the same name is not full. */
void full_disks_update(struct full_disks *disks, const json_t *blocks);

#endif
