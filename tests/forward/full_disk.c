#include "forward/full_disk.h"

#include "support/test.h"

#include <sqlite3.h>
#include <string.h>

_Atomic bool disk_is_full;

static sqlite3_vfs *below;
static sqlite3_vfs vfs;

/* SQLite's tables for the kinds of files that the system has, and ours above them. */
#define TABLES 4
static const sqlite3_io_methods *tables_below[TABLES];
static sqlite3_io_methods tables[TABLES];

static int write_if_not_full(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
    return disk_is_full ? SQLITE_FULL : tables_below[file->pMethods - tables]->xWrite(file, bytes, count, offset);
}

static const sqlite3_io_methods *table_above(const sqlite3_io_methods *table)
{
    size_t i = 0;

    while (i < TABLES - 1 && tables_below[i] && tables_below[i] != table)
        ++i;
    assert_true(!tables_below[i] || tables_below[i] == table);
    tables_below[i] = table;
    tables[i] = *table;
    tables[i].xWrite = write_if_not_full;
    return &tables[i];
}

/* The file is the system's own, but for its table of functions. */
static int open_file(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    int result = below->xOpen(below, name, file, flags, out_flags);

    (void)self;
    if (file->pMethods)
        file->pMethods = table_above(file->pMethods);
    return result;
}

void full_disk_install(void)
{
    below = sqlite3_vfs_find(NULL);
    vfs = *below;
    vfs.zName = "full_disk";
    vfs.xOpen = open_file;
    assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
}
