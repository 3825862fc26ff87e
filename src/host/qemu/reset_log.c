#include "host/qemu/reset_log.h"

#include "platform/memory.h"

#include <fcntl.h>
#include <string.h>

#include <uv.h>

#define TRIPLE_FAULT "Triple fault"
#define RESET "CPU Reset (CPU 0)"

/* A reset is logged in a few thousand bytes. In a file that grows by more, between two resets, other things are logged
 * too; then the last of it is looked at. */
#define READ_MAX (256 << 10)

/* Answers at once, without a loop: the file is a local one. */
static int64_t file_size(uv_file file)
{
    uv_fs_t request;
    int64_t size = uv_fs_fstat(NULL, &request, file, NULL) ? 0 : (int64_t)request.statbuf.st_size;

    uv_fs_req_cleanup(&request);
    return size;
}

static uv_file open_file(const struct reset_log *log)
{
    uv_fs_t request;
    uv_file file = *log->path ? uv_fs_open(NULL, &request, log->path, O_RDONLY, 0, NULL) : -1;

    if (*log->path)
        uv_fs_req_cleanup(&request);
    return file;
}

static void close_file(uv_file file)
{
    uv_fs_t request;

    uv_fs_close(NULL, &request, file, NULL);
    uv_fs_req_cleanup(&request);
}

void reset_log_skip(struct reset_log *log)
{
    uv_file file = open_file(log);

    if (file < 0)
        return;
    log->offset = file_size(file);
    close_file(file);
}

/* The text behind the offset, terminated; the caller frees it by memory_free. NULL: there is none. */
static char *read_text(struct reset_log *log)
{
    uv_file file = open_file(log);
    char *text = NULL;
    int64_t size;
    uv_fs_t request;
    uv_buf_t buffer;
    int count = -1;

    if (file < 0)
        return NULL;
    size = file_size(file);
    if (size < log->offset)
        log->offset = 0; /* it was begun anew */
    if (size - log->offset > READ_MAX)
        log->offset = size - READ_MAX;
    if (size > log->offset && (text = memory_alloc(READ_MAX + 1)))
    {
        buffer = uv_buf_init(text, (unsigned int)(size - log->offset));
        count = uv_fs_read(NULL, &request, file, &buffer, 1, log->offset, NULL);
        uv_fs_req_cleanup(&request);
    }
    close_file(file);
    /* A guest may have had anything logged; what is read is passed over as a whole. */
    for (int i = 0; i < count; ++i)
    {
        if (!text[i])
            text[i] = ' ';
    }
    if (count > 0)
        return text;
    memory_free(text);
    return NULL;
}

/* The first of the two that the log has behind what was read before. */
static bool take(struct reset_log *log, bool without_reset)
{
    char *text = read_text(log), *reset = text ? strstr(text, RESET) : NULL;
    char *fault = text ? strstr(text, TRIPLE_FAULT) : NULL;

    if (text)
        log->offset += (int64_t)strlen(text);
    memory_free(text);
    return fault && (reset ? fault < reset : without_reset);
}

bool reset_log_take(struct reset_log *log)
{
    return take(log, false);
}

bool reset_log_take_last(struct reset_log *log)
{
    return take(log, true);
}
