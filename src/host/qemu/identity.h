/*
 * Which QEMU it is. A connection that is made again may lead to another QEMU, started at the same address meanwhile:
 * then the machine of before has ended, and all that was known of it is void.
 *
 * It shows by the thread of the first processor, which has another number on the host. In a container that is started
 * again it may have the same number; then it shows by the disks, in query-blockstats: a QEMU that lives never counts
 * back, and keeps the names that it has made up for nodes that were given none.
 *
 * A machine that is migrated goes on in another QEMU, which is known by the UUID that both were given.
 */
#ifndef VMEVENTS_HOST_IDENTITY_H
#define VMEVENTS_HOST_IDENTITY_H

#include "host/qemu/drives.h"

#include <stdbool.h>

#include <jansson.h>

#define IDENTITY_UUID_SIZE 40

struct identity
{
    json_int_t thread;             /* of the first processor; 0: not known */
    json_t *disks;                 /* an object: what query-blockstats has of each disk, by its device */
    char uuid[IDENTITY_UUID_SIZE]; /* of the machine, also when its QEMU has ended; empty: not known */
};

/* False: out of memory; identity_cleanup is to be called all the same. */
bool identity_init(struct identity *identity);
void identity_cleanup(struct identity *identity);

/* What is known of the QEMU is void: the machine has ended, or goes on in another. */
void identity_forget(struct identity *identity);

/* Takes the answer to query-uuid, as whoever asks it does; the UUID, "" when it is not known. */
void identity_read_uuid(const json_t *answer, char uuid[IDENTITY_UUID_SIZE]);
void identity_set_uuid(struct identity *identity, const json_t *answer);
const char *identity_uuid(const struct identity *identity);

/* The thread in the answer to query-cpus-fast; 0: it has none. Whether it is known to be another one. */
json_int_t identity_thread_of(const json_t *cpus);
bool identity_is_other_thread(const struct identity *identity, json_int_t thread);
void identity_set_thread(struct identity *identity, json_int_t thread);
json_int_t identity_thread(const struct identity *identity);

/* Whether the answer to query-blockstats is another QEMU's than the one before. The node in a drive with removable
 * media says nothing, since it is another one with each medium. */
bool identity_has_other_disks(const struct identity *identity, const json_t *stats, const struct drives *drives);

/* Takes the answer. False: out of memory. */
bool identity_set_disks(struct identity *identity, const json_t *stats);

#endif
