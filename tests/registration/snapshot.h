/* What stands in the registry, to be compared with what stands there later. */
#ifndef VMEVENTS_TESTS_SNAPSHOT_H
#define VMEVENTS_TESTS_SNAPSHOT_H

#include <stdbool.h>

#include <windows.h>

struct snapshot
{
    HKEY root;
    WCHAR **lines; /* one for each key and value, sorted */
    size_t count, capacity;
};

/*
 * Takes Software\Classes of the machine or the user, as the 64-bit view has it, where the 32-bit one is Wow6432Node.
 *
 * snapshot_take has the names of all keys where registration writes, and what stands in those that have to do with
 * vmevents. snapshot_take_all has everything, which takes some seconds for the machine.
 */
void snapshot_take(struct snapshot *snapshot, HKEY root);
void snapshot_take_all(struct snapshot *snapshot, HKEY root);

/* Adds everything that stands in a key, as the 64-bit view has it, or nothing where there is no such key. */
void snapshot_add_key(struct snapshot *snapshot, HKEY root, const WCHAR *path);

/* Adds the names of all files and folders in a folder. */
void snapshot_add_files(struct snapshot *snapshot, const WCHAR *folder);

/* Says whether both are the same, and prints what differs if not. Frees both. */
bool snapshots_equal(struct snapshot *before, struct snapshot *after);

void snapshot_free(struct snapshot *snapshot);

#endif
