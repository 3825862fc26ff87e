#include "host/hyperv/recording_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/hyperv/address.h"
#include "platform/memory.h"

struct hv_failing
{
    struct hv_failing *next;
    int32_t code;
    char what[];
};

/* Failures */

/* What has been called returns that: written when it fails otherwise than before, or not any more. */
static int32_t note(struct hv_recording *recording, const char *what, int32_t code)
{
    int32_t failure = code < 0 ? code : HV_OK;
    struct hv_failing *failing;
    struct hv_line line = {0};
    char digits[16];

    for (failing = recording->failing; failing && strcmp(failing->what, what); failing = failing->next)
        ;
    if (failing ? failing->code == failure : failure == HV_OK)
        return code;
    if (!failing && (failing = memory_alloc(sizeof(*failing) + strlen(what) + 1)))
    {
        memcpy(failing->what, what, strlen(what) + 1);
        failing->next = recording->failing;
        recording->failing = failing;
    }
    if (!failing)
    {
        recording->lost_memory = true;
        return code;
    }
    failing->code = failure;
    snprintf(digits, sizeof(digits), " %08lX", (unsigned long)(uint32_t)failure);
    hv_line_append(&line, "fails ");
    hv_line_append(&line, what);
    hv_line_append(&line, failure ? digits : " 0");
    hv_recording_put(recording, hv_recording_now_ms(recording), &line, false);
    return code;
}

/* The GUID by which a query asks for one machine. False: it asks for all. */
static bool read_query(const char *query, struct hv_guid *guid)
{
    for (const char *quote = strchr(query, '\''); quote; quote = strchr(quote + 1, '\''))
    {
        const char *text = quote + 1 + (strncmp(quote + 1, "Microsoft:", 10) ? 0 : 10);

        if (hv_guid_parse_start(guid, text))
            return true;
    }
    return false;
}

/* As a source */

static int32_t recording_connect(void *context)
{
    struct hv_recording *recording = context;

    return note(recording, "connect", recording->source->connect(recording->source_context));
}

static void recording_disconnect(void *context)
{
    struct hv_recording *recording = context;

    recording->source->disconnect(recording->source_context);
}

static int32_t recording_query(void *context, const char *query, enum hv_class class_,
        void (*take)(void *taker, const struct hv_row *row), void *taker)
{
    struct hv_recording *recording = context;
    struct hv_asking asking = {recording, class_, hv_recording_now_ms(recording), NULL, take, taker};
    char what[96], job[160] = "";
    struct hv_guid guid;
    bool one = read_query(query, &guid);
    int32_t code;

    if (class_ == HV_CLASS_AFFECTED && strstr(query, "InstanceID=\""))
    {
        snprintf(job, sizeof(job), "%.*s", (int)strcspn(strstr(query, "InstanceID=\"") + 12, "\""),
                strstr(query, "InstanceID=\"") + 12);
        asking.job = job;
    }
    /* The associators of a job belong to the answer that had it. */
    if (asking.job)
        asking.ms = recording->jobs_ms;
    if (recording->held_length)
        asking.ms = recording->held_ms;
    if (class_ == HV_CLASS_JOB)
        recording->jobs_ms = asking.ms;
    hv_recording_expect_answer(recording);
    code = recording->source->query(recording->source_context, query, class_, hv_recording_take_row, &asking);
    if (code >= 0 && !asking.job && !strstr(query, "ElementName ="))
        hv_recording_put_gone(recording, &asking, one ? &guid : NULL);
    if (class_ == HV_CLASS_SYSTEM)
        hv_recording_write_held(recording);
    snprintf(what, sizeof(what), "query:%s", hv_recording_class_name(class_));
    return note(recording, what, code);
}

static int32_t recording_subscribe(void *context, const char *query)
{
    struct hv_recording *recording = context;

    return note(recording, strstr(query, " WITHIN ") ? "subscribe" : "push",
            recording->source->subscribe(recording->source_context, query));
}

static const char *const type_words[] = {"created", "modified", "deleted"};

static int32_t recording_next(
        void *context, uint32_t timeout_ms, struct hv_notification *notification, struct hv_row *row)
{
    struct hv_recording *recording = context;
    int32_t code = recording->source->next(recording->source_context, timeout_ms, notification, row);
    uint64_t ms = hv_recording_now_ms(recording);
    struct hv_line line = {0};

    hv_recording_write_held_if_late(recording, ms);
    note(recording, "next", code);
    if (code != HV_OK)
        return code;
    hv_line_append(&line, "tells ");
    hv_line_append(&line, type_words[notification->type]);
    hv_line_append(&line, " ");
    hv_recording_append_row(recording, &line, hv_class_name(notification->class_), row);
    hv_recording_append_moment(recording, &line, ms, notification->time_us);
    hv_recording_put(recording, ms, &line, notification->class_ == HV_CLASS_SYSTEM);
    return code;
}

static int32_t recording_open_log(void *context)
{
    struct hv_recording *recording = context;

    return note(recording, "log", recording->source->open_log(recording->source_context));
}

static void recording_close_log(void *context)
{
    struct hv_recording *recording = context;

    recording->source->close_log(recording->source_context);
}

/* What a record says besides, if it does. */
static void append_said(struct hv_recording *recording, struct hv_line *line, const char *name, const char *text)
{
    if (!*text)
        return;
    hv_line_append(line, " ");
    hv_line_append(line, name);
    hv_line_append(line, "=");
    hv_recording_append_text(recording, line, name, text);
}

static int32_t recording_next_record(void *context, struct hv_record *record)
{
    static const char *const providers[] = {"chipset", "worker", "vmms"};
    struct hv_recording *recording = context;
    int32_t code = recording->source->next_record(recording->source_context, record);
    uint64_t ms = hv_recording_now_ms(recording);
    struct hv_line line = {0};

    note(recording, "records", code);
    if (code != HV_OK)
        return code;
    hv_line_append(&line, record->channel == HV_CHANNEL_VMMS ? "logs vmms " : "logs worker ");
    hv_line_append(&line, providers[record->provider]);
    hv_line_append(&line, " ");
    hv_line_append_number(&line, record->id);
    hv_line_append(&line, " ");
    hv_line_append(&line, hv_names_stand_in(&recording->names, record->machine.text, true));
    hv_line_append(&line, " number=");
    hv_line_append_number(&line, (long long)record->number);
    append_said(recording, &line, "codes", record->codes);
    append_said(recording, &line, "message", record->message);
    hv_recording_append_moment(recording, &line, ms, record->time_us);
    hv_recording_put(recording, ms, &line, false);
    return code;
}

static uint64_t recording_now_ms(void *context)
{
    struct hv_recording *recording = context;

    return recording->source->now_ms(recording->source_context);
}

static int64_t recording_time_us(void *context)
{
    struct hv_recording *recording = context;

    return recording->source->time_us(recording->source_context);
}

const struct hv_source hv_recording_source = {
        .connect = recording_connect,
        .disconnect = recording_disconnect,
        .query = recording_query,
        .subscribe = recording_subscribe,
        .next = recording_next,
        .open_log = recording_open_log,
        .close_log = recording_close_log,
        .next_record = recording_next_record,
        .now_ms = recording_now_ms,
        .time_us = recording_time_us,
};

/* From outside */

void hv_recording_init(struct hv_recording *recording, const struct hv_source *source, void *source_context,
        bool replaces_names, void (*write)(void *context, const char *text, size_t length), void *context)
{
    *recording = (struct hv_recording){.source = source,
            .source_context = source_context,
            .names.are_replaced = replaces_names,
            .write = write,
            .context = context};
    recording->begin_ms = source->now_ms(source_context);
}

void hv_recording_cleanup(struct hv_recording *recording)
{
    struct hv_failing *failing;

    hv_recording_write_held(recording);
    hv_recording_free_answers(recording);
    while ((failing = recording->failing))
    {
        recording->failing = failing->next;
        memory_free(failing);
    }
    hv_names_cleanup(&recording->names);
    memory_free(recording->held);
}

void hv_recording_open(struct hv_recording *recording, const char *address)
{
    struct hv_address parsed;
    struct hv_line line = {0};
    char description[256];

    if (hv_address_parse(&parsed, address, description))
        return;
    hv_line_append(&line, "opens hyperv:");
    if (*parsed.name)
        hv_line_append(&line, hv_names_stand_in(&recording->names, parsed.name, false));
    else
    {
        hv_line_append(&line, "{");
        hv_line_append(&line, hv_names_stand_in(&recording->names, parsed.guid.text, true));
        hv_line_append(&line, "}");
    }
    hv_recording_put(recording, hv_recording_now_ms(recording), &line, false);
}

bool hv_recording_lost_memory(const struct hv_recording *recording)
{
    return recording->lost_memory || recording->names.lost_memory;
}
