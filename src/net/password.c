#include "net/password.h"

#include <stdio.h>
#include <string.h>

#include <uv.h>

#include "platform/memory.h"

#define PASSWORD_MOST 4096

/* What no compiler takes for a store that nobody reads. */
static void wipe(void *memory, size_t size)
{
    volatile char *byte = memory;

    while (size--)
        *byte++ = 0;
}

void password_free(char *password)
{
    if (password)
        wipe(password, strlen(password));
    memory_free(password);
}

/* So many bytes of the file, at once: without a loop libuv waits. Below 0: an error of libuv's. */
static ssize_t read_file(const char *path, char *bytes, unsigned int size)
{
    uv_buf_t buffer = uv_buf_init(bytes, size);
    uv_file file;
    ssize_t count;
    uv_fs_t request;

    file = uv_fs_open(NULL, &request, path, UV_FS_O_RDONLY, 0, NULL);
    uv_fs_req_cleanup(&request);
    if (file < 0)
        return file;
    count = uv_fs_read(NULL, &request, file, &buffer, 1, 0, NULL);
    uv_fs_req_cleanup(&request);
    uv_fs_close(NULL, &request, file, NULL);
    uv_fs_req_cleanup(&request);
    return count;
}

static char *copy_of(const char *bytes, size_t count)
{
    char *copy = memory_alloc(count + 1);

    if (copy)
        memcpy(copy, bytes, count);
    return copy;
}

char *password_read_file(const char *path, char fault[PASSWORD_FAULT_SIZE])
{
    char bytes[PASSWORD_MOST + 1] = {0}, *password = NULL;
    ssize_t count = read_file(path, bytes, PASSWORD_MOST + 1);
    size_t length = strcspn(bytes, "\r\n");

    *fault = 0;
    if (count < 0)
        snprintf(fault, PASSWORD_FAULT_SIZE, "cannot read the password-file %.200s: %s", path, uv_strerror((int)count));
    else if (length > PASSWORD_MOST || count > PASSWORD_MOST)
        snprintf(fault, PASSWORD_FAULT_SIZE, "the password-file %.200s has more than %d bytes", path, PASSWORD_MOST);
    else if (!length)
        snprintf(fault, PASSWORD_FAULT_SIZE, "the password-file %.200s has nothing in its first line", path);
    else
        password = copy_of(bytes, length);
    wipe(bytes, sizeof(bytes));
    return password;
}
