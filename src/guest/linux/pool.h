/*
 * The files in which Linux' part of the data exchange (hv_kvp_daemon) keeps items: pool 0 has those of the host for the guest,
 * pool 1 those of the guest. A file is a row of records of one size. Whoever reads or writes one holds a lock of fcntl's
 * on the whole of it meanwhile, as the daemon does.
 */
#ifndef VMEVENTS_GUEST_LINUX_POOL_H
#define VMEVENTS_GUEST_LINUX_POOL_H

#include <stdbool.h>
#include <stddef.h>

#define POOL_FOLDER "/var/lib/hyperv"

#define POOL_KEY_SIZE 512
#define POOL_VALUE_SIZE 2048

struct pool_record
{
    char key[POOL_KEY_SIZE], value[POOL_VALUE_SIZE]; /* each with a NUL behind it */
};

enum pool
{
    POOL_OF_HOST = 0,
    POOL_OF_GUEST = 1
};

/* Both wait a second at most for whoever holds the lock. They return 0 or errno. */

/* Calls take for each record, whose texts end by a NUL. A file that is not there has none. */
int pool_read(const char *folder, enum pool pool, void (*take)(void *context, const struct pool_record *record),
        void *context);

/* Writes the item in place of the one of that key, or behind all others; value NULL: takes it out. */
int pool_write(const char *folder, enum pool pool, const char *key, const char *value);

#endif
