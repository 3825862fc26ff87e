#include "guest/linux/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How long, and how often, the lock is tried for. */
#define LOCK_TRIES 50
#define LOCK_WAIT_NS 20000000

/* Of a file with more than that the rest is not looked at. */
#define RECORDS_MAX 4096

static int lock(int file, short type)
{
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};
    struct timespec wait = {0, LOCK_WAIT_NS};

    for (int i = 0; i < LOCK_TRIES; ++i)
    {
        if (!fcntl(file, F_SETLK, &whole))
            return 0;
        if (errno != EACCES && errno != EAGAIN && errno != EINTR)
            return errno;
        nanosleep(&wait, NULL);
    }
    return EBUSY;
}

/* Closing the file lets go of the lock. */
static int open_pool(const char *folder, enum pool pool, bool writes, int *file)
{
    char path[4096];
    int error;

    if (snprintf(path, sizeof(path), "%s/.kvp_pool_%d", folder, pool) >= (int)sizeof(path))
        return ENAMETOOLONG;
    /* As the daemon makes it, which may come later. */
    *file = open(path, (writes ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (*file < 0)
        return errno;
    if ((error = lock(*file, writes ? F_WRLCK : F_RDLCK)))
        close(*file);
    return error;
}

/* 1; 0: there is none at that place; -1: it cannot be read. */
static int read_record(int file, off_t place, struct pool_record *record)
{
    ssize_t length = pread(file, record, sizeof(*record), place * (off_t)sizeof(*record));

    if (length < 0)
        return -1;
    record->key[POOL_KEY_SIZE - 1] = record->value[POOL_VALUE_SIZE - 1] = 0;
    return place < RECORDS_MAX && length == (ssize_t)sizeof(*record);
}

static int write_record(int file, off_t place, const struct pool_record *record)
{
    ssize_t length = pwrite(file, record, sizeof(*record), place * (off_t)sizeof(*record));

    if (length < 0)
        return errno;
    return length == (ssize_t)sizeof(*record) ? 0 : ENOSPC;
}

int pool_read(const char *folder, enum pool pool, void (*take)(void *context, const struct pool_record *record),
        void *context)
{
    struct pool_record record;
    int file, read, error = open_pool(folder, pool, false, &file);

    if (error)
        return error == ENOENT ? 0 : error;
    for (off_t i = 0; (read = read_record(file, i, &record)) > 0; ++i)
        take(context, &record);
    error = read < 0 ? errno : 0;
    close(file);
    return error;
}

/* The place of the key, or the one behind the last; -1: the file cannot be read. */
static off_t find(int file, const char *key, bool *found)
{
    struct pool_record record;
    off_t place = 0;
    int read;

    *found = false;
    while ((read = read_record(file, place, &record)) > 0 && !(*found = !strcmp(record.key, key)))
        ++place;
    return read < 0 ? -1 : place;
}

/* Those behind it move up. */
static int take_out(int file, off_t place)
{
    struct pool_record record;
    int read, error = 0;

    while (!error && (read = read_record(file, place + 1, &record)) > 0)
        error = write_record(file, place++, &record);
    if (error || read < 0)
        return error ? error : errno;
    return ftruncate(file, place * (off_t)sizeof(record)) ? errno : 0;
}

/* A file of another size than that of whole records has been cut: what is left of the last counts for nothing. */
static int put(int file, const char *key, const char *value)
{
    struct pool_record record = {.key = ""};
    bool found;
    off_t place = find(file, key, &found);

    if (place < 0)
        return errno;
    if (!value)
        return found ? take_out(file, place) : 0;
    if (place == RECORDS_MAX || strlen(key) >= POOL_KEY_SIZE || strlen(value) >= POOL_VALUE_SIZE)
        return EFBIG;
    memcpy(record.key, key, strlen(key));
    memcpy(record.value, value, strlen(value));
    return write_record(file, place, &record);
}

int pool_write(const char *folder, enum pool pool, const char *key, const char *value)
{
    int file, error = open_pool(folder, pool, true, &file);

    if (error)
        return error;
    error = put(file, key, value);
    if (close(file) && !error)
        error = errno;
    return error;
}
