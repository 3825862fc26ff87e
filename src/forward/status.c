#include "forward/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER(name, type, field, help)                                                                                \
    {                                                                                                                  \
        "vmforward_" name, type, help, offsetof(struct status, field)                                                  \
    }

static const struct
{
    const char *name, *type, *help;
    size_t offset;
} numbers[] = {
        NUMBER("running", "gauge", running, "Whether it runs; 0: it was ended."),
        NUMBER("machines", "gauge", machines, "Machines whose events are heard."),
        NUMBER("heard_total", "counter", heard, "Events heard since the start."),
        NUMBER("missed_total", "counter", missed, "Events lost on their way to the spool since the start."),
        NUMBER("spool_waiting", "gauge", waiting, "Messages in the spool that are not acknowledged."),
        NUMBER("spool_bytes", "gauge", spool_bytes, "Size of all messages in the spool, acknowledged ones too."),
        NUMBER("spool_limit_bytes", "gauge", spool_limit, "What spool_bytes may be."),
        NUMBER("dropped_total", "counter", dropped, "Messages that went from a full spool, since it was made."),
        NUMBER("published_total", "counter", published, "Messages sent since the start, repeats too."),
        NUMBER("acknowledged_total", "counter", acknowledged, "Messages acknowledged since the start."),
        NUMBER("last_fault_timestamp_seconds", "gauge", fault_seconds, "When there was a fault last; 0: never."),
        NUMBER("start_time_seconds", "gauge", start_seconds, "When it was started."),
        NUMBER("written_timestamp_seconds", "gauge", now_seconds, "When this was written."),
};

#define COUNT (sizeof(numbers) / sizeof(numbers[0]))

/* A label's value: backslashes, quotation marks and line feeds are escaped. */
static void append_label(struct utf8_text *text, const char *value)
{
    utf8_text_append(text, "\"");
    for (; *value; ++value)
    {
        if (*value == '\n')
            utf8_text_append(text, "\\n");
        else if ((unsigned char)*value < 0x20)
            utf8_text_append(text, "?");
        else
            utf8_text_append_format(text, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
    }
    utf8_text_append(text, "\"");
}

static void append_labelled(
        struct utf8_text *text, const char *name, const char *help, const char *label, const char *value, bool is)
{
    utf8_text_append_format(
            text, "# HELP vmforward_%s %s\n# TYPE vmforward_%s gauge\nvmforward_%s{%s=", name, help, name, name, label);
    append_label(text, value);
    utf8_text_append_format(text, "} %d\n", is);
}

void status_write(struct utf8_text *text, const struct status *status)
{
    append_labelled(text, "connected", "Whether there is a connection to a broker, and to which.", "broker",
            status->broker, *status->broker != 0);
    append_labelled(text, "fault", "Whether something is wrong, and what was last.", "text", status->fault,
            status->fault_goes_on);
    for (size_t i = 0; i < COUNT; ++i)
    {
        utf8_text_append_format(text, "# HELP %s %s\n# TYPE %s %s\n", numbers[i].name, numbers[i].help, numbers[i].name,
                numbers[i].type);
        utf8_text_append_format(text, "%s %" PRIu64 "\n", numbers[i].name,
                *(const uint64_t *)((const char *)status + numbers[i].offset));
    }
}

/* Reads a line `vmforward_NAME{LABEL="VALUE"} 0`. False: it is another. */
static bool read_labelled(const char *line, const char *name, char value[STATUS_TEXT_SIZE], bool *is)
{
    size_t length = strlen(name), count = 0;

    if (strncmp(line, name, length) != 0)
        return false;
    for (line += length; *line && *line != '"'; ++line)
    {
        if (*line == '\\' && line[1])
            ++line;
        if (count + 1 < STATUS_TEXT_SIZE)
        {
            value[count] = *line;
            if (*line == 'n' && line[-1] == '\\')
                value[count] = ' ';
            ++count;
        }
    }
    value[count] = 0;
    *is = !strcmp(line, "\"} 1");
    return true;
}

static void read_line(struct status *status, const char *line, size_t *found)
{
    size_t length;
    bool is;

    if (read_labelled(line, "vmforward_connected{broker=\"", status->broker, &is)
            || read_labelled(line, "vmforward_fault{text=\"", status->fault, &status->fault_goes_on))
    {
        ++*found;
        return;
    }
    for (size_t i = 0; i < COUNT; ++i)
    {
        length = strlen(numbers[i].name);
        if (strncmp(line, numbers[i].name, length) != 0 || line[length] != ' ')
            continue;
        *(uint64_t *)((char *)status + numbers[i].offset) = strtoull(line + length, NULL, 10);
        ++*found;
    }
}

bool status_read(struct status *status, const char *text, size_t size)
{
    char line[2 * STATUS_TEXT_SIZE + 64];
    size_t length, found = 0;
    const char *end;

    *status = (struct status){0};
    for (; size && (end = memchr(text, '\n', size)); size -= length + 1, text = end + 1)
    {
        length = (size_t)(end - text);
        if (length >= sizeof(line))
            continue;
        memcpy(line, text, length);
        line[length] = 0;
        read_line(status, line, &found);
    }
    return found == COUNT + 2;
}

static void append_age(struct utf8_text *text, uint64_t then, uint64_t now)
{
    uint64_t seconds = now > then ? now - then : 0;

    if (seconds < 120)
        utf8_text_append_format(text, "%" PRIu64 " s ago", seconds);
    else if (seconds < 7200)
        utf8_text_append_format(text, "%" PRIu64 " min ago", seconds / 60);
    else
        utf8_text_append_format(text, "%" PRIu64 " h ago", seconds / 3600);
}

bool status_is_of_one_that_runs(const struct status *status, uint64_t now_seconds)
{
    /* The clock may have been set back since; then the file is new. */
    return status->running && now_seconds <= status->now_seconds + STATUS_OLD_SECONDS;
}

void status_describe(struct utf8_text *text, const struct status *status, uint64_t now_seconds)
{
    bool old = !status_is_of_one_that_runs(status, now_seconds);

    if (old)
    {
        utf8_text_append(text, status->running ? "not running; this was written " : "not running; it was ended ");
        append_age(text, status->now_seconds, now_seconds);
        utf8_text_append(text, "\n");
    }
    utf8_text_append_format(text, "connected to  %s\n", old || !*status->broker ? "(nobody)" : status->broker);
    utf8_text_append_format(text, "machines      %" PRIu64 "\n", status->machines);
    utf8_text_append_format(text, "heard         %" PRIu64 "\n", status->heard);
    utf8_text_append_format(text, "waiting       %" PRIu64 " in the spool, which has %" PRIu64 " of %" PRIu64 " MB\n",
            status->waiting, status->spool_bytes >> 20, status->spool_limit >> 20);
    utf8_text_append_format(text, "published     %" PRIu64 "\n", status->published);
    utf8_text_append_format(text, "acknowledged  %" PRIu64 "\n", status->acknowledged);
    utf8_text_append_format(text, "dropped       %" PRIu64 " from the full spool, %" PRIu64 " on the way to it\n",
            status->dropped, status->missed);
    utf8_text_append(text, "last fault    ");
    if (!*status->fault)
        utf8_text_append(text, "(none)");
    else
    {
        append_age(text, status->fault_seconds, now_seconds);
        utf8_text_append_format(text, "%s: %s", status->fault_goes_on ? ", and it goes on" : "", status->fault);
    }
    utf8_text_append(text, "\n");
}
