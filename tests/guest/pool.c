/* The files of hv_kvp_daemon: their format, byte by byte, and its lock. */
#include "guest/linux/pool.h"

#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct folder
{
    char path[64], file[96];
};

static int setup(void **state)
{
    static struct folder folder;

    strcpy(folder.path, "/tmp/vmevents-pools-XXXXXX");
    assert_non_null(mkdtemp(folder.path));
    snprintf(folder.file, sizeof(folder.file), "%s/.kvp_pool_1", folder.path);
    *state = &folder;
    return 0;
}

static int teardown(void **state)
{
    struct folder *folder = *state;

    unlink(folder->file);
    return rmdir(folder->path);
}

static size_t read_file(const struct folder *folder, char *bytes, size_t size)
{
    FILE *file = fopen(folder->file, "rb");
    size_t length;

    assert_non_null(file);
    length = fread(bytes, 1, size, file);
    fclose(file);
    return length;
}

static void append_bytes(const struct folder *folder, const char *bytes, size_t length)
{
    FILE *file = fopen(folder->file, "ab");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

#define RECORD 2560

static void assert_record(const char *bytes, const char *key, const char *value)
{
    char expected[RECORD] = {0};

    strcpy(expected, key);
    strcpy(expected + 512, value);
    assert_memory_equal(bytes, expected, RECORD);
}

static void writes_records_of_one_size(void **state)
{
    struct folder *folder = *state;
    char bytes[4 * RECORD];

    assert_int_equal(sizeof(struct pool_record), RECORD);
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "one", "a longer value"), 0);
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "two", "2"), 0);
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "three", "3"), 0);
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "one", "1"), 0);
    assert_int_equal(read_file(folder, bytes, sizeof(bytes)), 3 * RECORD);
    assert_record(bytes, "one", "1");
    assert_record(bytes + RECORD, "two", "2");
    assert_record(bytes + 2 * RECORD, "three", "3");
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "one", NULL), 0);
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "four", NULL), 0);
    assert_int_equal(read_file(folder, bytes, sizeof(bytes)), 2 * RECORD);
    assert_record(bytes, "two", "2");
    assert_record(bytes + RECORD, "three", "3");
}

static void refuses_what_has_no_room(void **state)
{
    struct folder *folder = *state;
    char longest[POOL_VALUE_SIZE + 1];

    memset(longest, 'x', sizeof(longest));
    longest[POOL_VALUE_SIZE] = 0;
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "key", longest), EFBIG);
    longest[POOL_VALUE_SIZE - 1] = 0;
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "key", longest), 0);
    assert_int_equal(pool_write("/nonexistent/folder", POOL_OF_GUEST, "key", "value"), ENOENT);
}

struct seen
{
    unsigned int count;
    char last[POOL_VALUE_SIZE];
};

static void see(void *context, const struct pool_record *record)
{
    struct seen *seen = context;

    ++seen->count;
    assert_true(strlen(record->key) < POOL_KEY_SIZE);
    strcpy(seen->last, record->value);
}

/* What others have written, without a NUL, and a record that is cut. */
static void reads_what_others_have_written(void **state)
{
    struct folder *folder = *state;
    char bytes[RECORD], read[4 * RECORD];
    struct seen seen = {0};

    assert_int_equal(pool_read(folder->path, POOL_OF_GUEST, see, &seen), 0);
    assert_int_equal(seen.count, 0);
    memset(bytes, 'k', sizeof(bytes));
    append_bytes(folder, bytes, RECORD);
    append_bytes(folder, bytes, 100);
    assert_int_equal(pool_read(folder->path, POOL_OF_GUEST, see, &seen), 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(strlen(seen.last), POOL_VALUE_SIZE - 1);
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "mine", "value"), 0);
    assert_int_equal(read_file(folder, read, sizeof(read)), 2 * RECORD);
    assert_memory_equal(read, bytes, RECORD);
    assert_record(read + RECORD, "mine", "value");
}

/* Another process, as the daemon is one. */
static void waits_for_the_lock(void **state)
{
    struct folder *folder = *state;
    int ready[2], status;
    char byte = 0;
    pid_t child;

    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "key", "before"), 0);
    assert_int_equal(pipe(ready), 0);
    if (!(child = fork()))
    {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int file = open(folder->file, O_RDWR);

        if (file < 0 || fcntl(file, F_SETLKW, &whole) || write(ready[1], &byte, 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "key", "meanwhile"), EBUSY);
    assert_int_equal(pool_read(folder->path, POOL_OF_GUEST, see, &(struct seen){0}), EBUSY);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    assert_int_equal(pool_write(folder->path, POOL_OF_GUEST, "key", "after"), 0);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(writes_records_of_one_size, setup, teardown),
            cmocka_unit_test_setup_teardown(refuses_what_has_no_room, setup, teardown),
            cmocka_unit_test_setup_teardown(reads_what_others_have_written, setup, teardown),
            cmocka_unit_test_setup_teardown(waits_for_the_lock, setup, teardown),
    };

    return cmocka_run_group_tests_name("pools of the data exchange", tests, NULL, NULL);
}
