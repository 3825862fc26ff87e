#include "host/qemu/reset_log.h"

#include "platform/memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#define TRIPLE_FAULT "Triple fault"
#define RESET "CPU Reset (CPU "

/* A reset is logged in a few thousand bytes. In a file that grows by more, between two looks, other things are logged
 * too; then the last of it is looked at. */
#define READ_MAX (256 << 10)

/* Where a PC has its firmware: below the first megabyte, and below the last of 4 GiB. */
#define FIRMWARE_LOW 0xe0000u
#define FIRMWARE_LOW_END 0x100000u
#define FIRMWARE_HIGH 0xff000000u

#define PAGING 0x80000000u

/* The file. Answers come at once, without a loop: it is a local one. */

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

/* How much of it could be read. */
static size_t read_file(uv_file file, int64_t offset, char *bytes, size_t size)
{
    uv_buf_t buffer = uv_buf_init(bytes, (unsigned int)size);
    uv_fs_t request;
    int count = uv_fs_read(NULL, &request, file, &buffer, 1, offset, NULL);

    uv_fs_req_cleanup(&request);
    return count > 0 ? (size_t)count : 0;
}

static void begin_anew(struct reset_log *log, int64_t offset)
{
    log->offset = offset;
    log->behind_size = 0;
}

/* Whether what stands before the offset is what was there. */
static bool is_same(const struct reset_log *log, uv_file file, int64_t size)
{
    char bytes[RESET_LOG_BEHIND];

    return size >= log->offset
            && read_file(file, log->offset - (int64_t)log->behind_size, bytes, log->behind_size) == log->behind_size
            && !memcmp(bytes, log->behind, log->behind_size);
}

struct text
{
    char *bytes; /* to be freed by memory_free; NULL: there is none */
    size_t size;
};

/* The text behind the offset. */
static struct text read_text(struct reset_log *log)
{
    uv_file file = open_file(log);
    struct text text = {0};
    int64_t size;

    if (file < 0)
        return text;
    size = file_size(file);
    if (log->behind_size ? !is_same(log, file, size) : size < log->offset)
        begin_anew(log, 0);
    if (size - log->offset > READ_MAX)
        begin_anew(log, size - READ_MAX);
    if (size > log->offset && (text.bytes = memory_alloc((size_t)(size - log->offset))))
        text.size = read_file(file, log->offset, text.bytes, (size_t)(size - log->offset));
    close_file(file);
    return text;
}

/* The first bytes of the text have been taken. */
static void advance(struct reset_log *log, const struct text *text, size_t size)
{
    size_t remembered = size < RESET_LOG_BEHIND ? size : RESET_LOG_BEHIND;

    if (!size)
        return;
    log->offset += (int64_t)size;
    memcpy(log->behind, text->bytes + size - remembered, remembered);
    log->behind_size = remembered;
}

/* Its lines */

struct line
{
    const char *text;
    size_t size;
};

/* The line that starts there, without its end; false: it has not been written to its end. */
static bool get_line(const struct text *text, size_t start, struct line *line, size_t *next)
{
    const char *end = start < text->size ? memchr(text->bytes + start, '\n', text->size - start) : NULL;

    if (!end)
        return false;
    *line = (struct line){text->bytes + start, (size_t)(end - text->bytes) - start};
    *next = start + line->size + 1;
    return true;
}

/* Where the words end in the line; NULL: it has not got them. */
static const char *behind(const struct line *line, const char *words)
{
    size_t size = strlen(words);

    for (size_t i = 0; i + size <= line->size; ++i)
    {
        if (!memcmp(line->text + i, words, size))
            return line->text + i + size;
    }
    return NULL;
}

/* A number of hexadecimal digits behind the words. */
static bool get_number(const struct line *line, const char *words, uint32_t *number)
{
    const char *start = behind(line, words);
    char digits[9] = {0}, *end;
    size_t left;

    if (!start)
        return false;
    left = line->size - (size_t)(start - line->text);
    memcpy(digits, start, left < 8 ? left : 8);
    *number = (uint32_t)strtoul(digits, &end, 16);
    return end == digits + 8;
}

/* Its records */

struct record
{
    unsigned int says;
    size_t start; /* of its line "CPU Reset" */
    size_t end;   /* of what has been written of it */
    bool complete;
    bool has_eip, has_base;
    uint32_t eip, base;
};

/* Without paging an address is that of the memory. */
static void locate(struct record *record, uint32_t cr0)
{
    uint32_t address = record->base + record->eip;
    bool low = address >= FIRMWARE_LOW && address < FIRMWARE_LOW_END, high = address >= FIRMWARE_HIGH;

    if (!record->has_eip || !record->has_base)
        return;
    record->says |= !(cr0 & PAGING) && (low || high) ? RESET_IN_FIRMWARE : RESET_IN_GUEST;
}

/* "CS =0008 00000000 ffffffff 00cf9b00 …": the base is behind the selector. */
static bool get_base(const struct line *line, uint32_t *base)
{
    const char *selector = behind(line, "CS =");
    struct line rest;

    if (!selector)
        return false;
    rest = (struct line){selector, line->size - (size_t)(selector - line->text)};
    return get_number(&rest, " ", base);
}

static void take_register(struct record *record, const struct line *line)
{
    uint32_t cr0;

    if (get_number(line, "EIP=", &record->eip))
        record->has_eip = true;
    else if (behind(line, "RIP="))
        record->says |= RESET_IN_GUEST; /* in 64-bit mode, where SeaBIOS never is */
    else if (get_base(line, &record->base))
        record->has_base = true;
    if (!get_number(line, "CR0=", &cr0))
        return;
    if (!(record->says & RESET_IN_GUEST))
        locate(record, cr0);
    record->complete = true;
}

/*
 * The first record behind a place in the text; false: there is none. Then its end is that of what need not be read
 * again: a triple fault may have its reset to come.
 */
static bool find_record(const struct text *text, size_t place, struct record *record)
{
    bool found = false, faulted = false;
    struct line line;
    size_t next;

    *record = (struct record){.end = place};
    for (; get_line(text, place, &line, &next); place = next)
    {
        const char *processor = behind(&line, RESET);
        bool fault = behind(&line, TRIPLE_FAULT) != NULL, first = processor && *processor == '0';

        if (found && (processor || fault))
        {
            record->complete = true;
            break;
        }
        faulted = faulted || fault;
        if (first)
        {
            record->says = RESET_RECORDED | (faulted ? RESET_BY_TRIPLE_FAULT : 0);
            record->start = place;
            found = true;
        }
        else if (found)
        {
            take_register(record, &line);
        }
        if (found || !faulted)
            record->end = next;
    }
    return found;
}

/* For its owner */

void reset_log_init(struct reset_log *log, const char *path)
{
    *log = (struct reset_log){.path = path, .due_ms = UINT64_MAX};
}

bool reset_log_is_kept(const struct reset_log *log)
{
    return *log->path != 0;
}

void reset_log_give_up(struct reset_log *log)
{
    log->silent = true;
}

void reset_log_set_due(struct reset_log *log, uint64_t due_ms)
{
    log->due_ms = due_ms;
}

uint64_t reset_log_due_ms(const struct reset_log *log)
{
    return log->due_ms;
}

void reset_log_skip(struct reset_log *log)
{
    uv_file file = open_file(log);
    size_t size = 0;

    begin_anew(log, 0);
    log->silent = false;
    if (file < 0)
        return;
    log->offset = file_size(file);
    if (log->offset > RESET_LOG_BEHIND)
        size = RESET_LOG_BEHIND;
    else if (log->offset > 0)
        size = (size_t)log->offset;
    log->behind_size = size && read_file(file, log->offset - (int64_t)size, log->behind, size) == size ? size : 0;
    close_file(file);
}

bool reset_log_is_written(const struct reset_log *log)
{
    uv_file file = log->silent ? -1 : open_file(log);

    if (file < 0)
        return false;
    close_file(file);
    return true;
}

unsigned int reset_log_take(struct reset_log *log, bool hasty)
{
    struct text text = read_text(log);
    struct record record;
    bool found = text.bytes && find_record(&text, 0, &record) && (record.complete || hasty);

    if (found)
    {
        advance(log, &text, record.end);
        log->silent = !record.complete;
    }
    memory_free(text.bytes);
    return found ? record.says : 0;
}

bool reset_log_take_last(struct reset_log *log)
{
    struct text text = read_text(log);
    size_t place = 0, next;
    bool faulted = false;
    struct line line;

    for (; text.bytes && get_line(&text, place, &line, &next); place = next)
    {
        if (behind(&line, TRIPLE_FAULT))
            faulted = true;
        else if (behind(&line, RESET))
            faulted = false;
    }
    if (text.bytes)
        advance(log, &text, place);
    memory_free(text.bytes);
    return faulted;
}

void reset_log_mark(struct reset_log *log)
{
    uv_file file = open_file(log);

    log->marked_size = 0;
    if (file < 0)
        return;
    log->marked_size = file_size(file);
    close_file(file);
}

void reset_log_pass(struct reset_log *log)
{
    int64_t size = log->marked_size;
    struct text text = size > log->offset ? read_text(log) : (struct text){0};
    struct record record;
    size_t place = 0;

    while (text.bytes && find_record(&text, place, &record) && log->offset + (int64_t)record.start < size)
        place = record.end;
    /* What is no record is not read again. */
    if (text.bytes && !record.says)
        place = record.end;
    advance(log, &text, place);
    memory_free(text.bytes);
}
