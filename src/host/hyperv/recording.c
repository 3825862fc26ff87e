#include "host/hyperv/recording.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/hyperv/address.h"
#include "platform/memory.h"

struct hv_recorded
{
    struct hv_recorded *next;
    enum hv_class class_;
    bool seen;           /* in the answer that is being read */
    struct hv_guid guid; /* of its machine; empty: it has none */
    char *key, *line;    /* the line as written, without its time */
};

struct hv_replaced
{
    struct hv_replaced *next;
    bool is_guid;
    char *text, by[64];
};

struct hv_failing
{
    struct hv_failing *next;
    int32_t code;
    char what[];
};

/* A text that grows. */
struct line
{
    char *text;
    size_t length, size;
    bool failed;
};

static void append_part(struct line *line, const char *text, size_t length)
{
    char *larger;

    if (line->failed || line->length + length > HV_RECORDED_LINE_MAX)
        return;
    if (!line->text || line->length + length >= line->size)
    {
        if (!(larger = memory_resize(line->text, 2 * (line->length + length + 1))))
        {
            line->failed = true;
            return;
        }
        line->text = larger;
        line->size = 2 * (line->length + length + 1);
    }
    memcpy(line->text + line->length, text, length);
    line->length += length;
    line->text[line->length] = 0;
}

static void append(struct line *line, const char *text)
{
    append_part(line, text, strlen(text));
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memory_alloc(size);

    if (copy)
        memcpy(copy, text, size);
    return copy;
}

/* Names */

static bool is_same_text(const struct hv_replaced *replaced, const char *text)
{
    return hv_names_are_equal(replaced->text, text);
}

/* What stands for the text. */
static const char *replace(struct hv_recording *recording, const char *text, bool is_guid)
{
    struct hv_replaced *replaced;

    for (replaced = recording->names; replaced; replaced = replaced->next)
    {
        if (replaced->is_guid == is_guid && is_same_text(replaced, text))
            return replaced->by;
    }
    if (!(replaced = memory_alloc(sizeof(*replaced))) || !(replaced->text = copy_text(text)))
    {
        memory_free(replaced);
        recording->lost_memory = true;
        return "name";
    }
    replaced->is_guid = is_guid;
    if (is_guid)
        snprintf(replaced->by, sizeof(replaced->by), "00000000-0000-0000-0000-%012X", ++recording->guid_count);
    else
        snprintf(replaced->by, sizeof(replaced->by), "name%u", ++recording->name_count);
    replaced->next = recording->names;
    recording->names = replaced;
    return replaced->by;
}

/* Properties whose texts are Hyper-V's own words, times and numbers, and tell nothing of anybody. */
static bool is_harmless(const char *name)
{
    static const char *const names[] = {"OtherEnabledState", "OnTimeInMilliseconds", "TimeOfLastStateChange",
            "TimeOfLastConfigurationChange", "ResourceSubType", "VirtualSystemType", "VirtualQuantity", "Reservation",
            "Limit", "codes"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); ++i)
    {
        if (!strcmp(name, names[i]))
            return true;
    }
    return false;
}

/* In quotes, as much as there is room for. */
static void append_quoted(struct line *line, const char *text)
{
    append(line, "\"");
    for (size_t i = 0; i < HV_RECORDED_TEXT_MAX && text[i]; ++i)
    {
        /* A line stays one. */
        char c = (char)(text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]);

        if (c == '"' || c == '\\')
            append(line, "\\");
        append_part(line, &c, 1);
    }
    append(line, "\"");
}

/* With its GUIDs replaced. FALSE: there is none in it. */
static bool replace_guids(struct hv_recording *recording, struct line *line, const char *text)
{
    struct hv_guid guid;
    bool found = false;

    while (*text)
    {
        if (hv_guid_parse_start(&guid, text))
        {
            append(line, replace(recording, guid.text, true));
            text += strlen(guid.text);
            found = true;
            continue;
        }
        append_part(line, text++, 1);
    }
    return found;
}

static void append_text(struct hv_recording *recording, struct line *line, const char *name, const char *text)
{
    struct line replaced = {0};

    if (!recording->replaces_names || is_harmless(name))
        append_quoted(line, text);
    else if ((!strcmp(name, "InstanceID") || !strcmp(name, "Name") || !strcmp(name, "SystemName")
                     || !strcmp(name, "VirtualSystemIdentifier"))
            && replace_guids(recording, &replaced, text))
        append_quoted(line, replaced.text ? replaced.text : "");
    else
        append_quoted(line, replace(recording, text, false));
    line->failed |= replaced.failed;
    memory_free(replaced.text);
}

/* Lines */

static uint64_t now_ms(const struct hv_recording *recording)
{
    return recording->source->now_ms(recording->source_context) - recording->begin_ms;
}

static void append_number(struct line *line, long long number)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%lld", number);
    append(line, digits);
}

/* CLASS NAME=VALUE …; what stands next to each other by one name is an array. */
static void append_row(
        struct hv_recording *recording, struct line *line, const char *class_name, const struct hv_row *row)
{
    append(line, class_name);
    for (size_t i = 0; i < row->count; ++i)
    {
        const char *name = row->text + row->values[i].name;
        bool begins = !i || strcmp(name, row->text + row->values[i - 1].name);
        bool ends = i + 1 == row->count || strcmp(name, row->text + row->values[i + 1].name);

        if (begins)
        {
            append(line, " ");
            append(line, name);
            append(line, ends ? "=" : "=[");
        }
        if (row->values[i].text == SIZE_MAX)
            append_number(line, row->values[i].number);
        else
            append_text(recording, line, name, row->text + row->values[i].text);
        if (!begins || !ends)
            append(line, ends ? "]" : ",");
    }
}

static void write_held(struct hv_recording *recording)
{
    if (recording->held_length)
        recording->write(recording->context, recording->held, recording->held_length);
    recording->held_length = 0;
}

static bool hold(struct hv_recording *recording, const char *text, size_t length)
{
    char *larger;

    if (recording->held_length + length > recording->held_size)
    {
        if (!(larger = memory_resize(recording->held, 2 * (recording->held_length + length))))
            return false;
        recording->held = larger;
        recording->held_size = 2 * (recording->held_length + length);
    }
    memcpy(recording->held + recording->held_length, text, length);
    recording->held_length += length;
    return true;
}

/* Writes the line, with its time, or has it wait where others do. */
static void put(struct hv_recording *recording, uint64_t ms, struct line *rest, bool waits)
{
    struct line line = {0};

    if (recording->held_length && now_ms(recording) - recording->held_ms > HV_RECORDING_WAIT_MS)
        write_held(recording);
    /* A player asks as soon as it is told the first, so that what belongs together is said at once. */
    if (!recording->held_length)
        recording->held_ms = ms;
    ms = recording->held_ms;
    append_number(&line, (long long)ms);
    append(&line, " ");
    append(&line, rest->text ? rest->text : "");
    append(&line, "\n");
    recording->lost_memory |= line.failed || rest->failed;
    if (line.failed || rest->failed)
        ;
    else if (!waits && !recording->held_length)
        recording->write(recording->context, line.text, line.length);
    else
        recording->lost_memory |= !hold(recording, line.text, line.length);
    memory_free(line.text);
    memory_free(rest->text);
}

/* Failures */

/* What has been called returns that: written when it fails otherwise than before, or not any more. */
static int32_t note(struct hv_recording *recording, const char *what, int32_t code)
{
    int32_t failure = code < 0 ? code : HV_OK;
    struct hv_failing *failing;
    struct line line = {0};
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
    append(&line, "fails ");
    append(&line, what);
    append(&line, failure ? digits : " 0");
    put(recording, now_ms(recording), &line, false);
    return code;
}

/* Instances */

static const char *class_name_of(enum hv_class class_)
{
    return class_ == HV_CLASS_AFFECTED ? "Msvm_AffectedJobElement" : hv_class_name(class_);
}

static const char *key_of(const struct hv_row *row)
{
    static const char *const names[] = {"InstanceID", "SystemName", "Name", "VirtualSystemIdentifier"};
    const char *key = NULL;

    for (size_t i = 0; !key && i < sizeof(names) / sizeof(*names); ++i)
        key = hv_row_text(row, names[i], 0);
    return key ? key : "";
}

static void free_recorded(struct hv_recorded *recorded)
{
    memory_free(recorded->key);
    memory_free(recorded->line);
    memory_free(recorded);
}

/* The one with that key, which is made if there is none; NULL: out of memory. */
static struct hv_recorded *find_recorded(struct hv_recording *recording, enum hv_class class_, const char *key)
{
    struct hv_recorded *recorded;

    for (recorded = recording->instances; recorded; recorded = recorded->next)
    {
        if (recorded->class_ == class_ && !strcmp(recorded->key, key))
            return recorded;
    }
    if (!(recorded = memory_alloc(sizeof(*recorded))) || !(recorded->key = copy_text(key)))
    {
        memory_free(recorded);
        return NULL;
    }
    recorded->class_ = class_;
    recorded->next = recording->instances;
    return recording->instances = recorded;
}

struct asking
{
    struct hv_recording *recording;
    enum hv_class class_;
    uint64_t ms;     /* as of when the answer is written */
    const char *job; /* whose associators are asked for; NULL: none's */
    void (*take)(void *taker, const struct hv_row *row);
    void *taker;
};

/* Written in front of what waits for it. */
static void put_now(struct hv_recording *recording, uint64_t ms, struct line *rest)
{
    struct line line = {0};

    append_number(&line, (long long)ms);
    append(&line, " ");
    append(&line, rest->text ? rest->text : "");
    append(&line, "\n");
    recording->lost_memory |= line.failed || rest->failed;
    if (!line.failed && !rest->failed)
        recording->write(recording->context, line.text, line.length);
    memory_free(line.text);
    memory_free(rest->text);
}

static void take_row(void *context, const struct hv_row *row)
{
    struct asking *asking = context;
    struct hv_recording *recording = asking->recording;
    struct line key = {0}, line = {0};
    struct hv_recorded *recorded;

    asking->take(asking->taker, row);
    append(&key, key_of(row));
    if (asking->job)
    {
        append(&key, " ");
        append(&key, asking->job);
    }
    append(&line, "is ");
    append_row(recording, &line, class_name_of(asking->class_), row);
    if (asking->job)
    {
        append(&line, " InstanceID=");
        append_text(recording, &line, "InstanceID", asking->job);
    }
    recorded = key.failed || line.failed ? NULL : find_recorded(recording, asking->class_, key.text);
    memory_free(key.text);
    if (!recorded)
    {
        recording->lost_memory = true;
        memory_free(line.text);
        return;
    }
    recorded->seen = true;
    if (!hv_class_machine(asking->class_, row, &recorded->guid))
        *recorded->guid.text = 0;
    if (recorded->line && !strcmp(recorded->line, line.text))
    {
        memory_free(line.text);
        return;
    }
    memory_free(recorded->line);
    if (!(recorded->line = copy_text(line.text)))
        recording->lost_memory = true;
    put_now(recording, asking->ms, &line);
}

/* What is written of the key of an instance that is gone. */
static void append_key(struct hv_recording *recording, struct line *line, const char *key)
{
    struct line replaced = {0};

    if (!recording->replaces_names)
        append(line, key);
    else if (replace_guids(recording, &replaced, key))
        append(line, replaced.text);
    else
        append(line, replace(recording, key, false));
    line->failed |= replaced.failed;
    memory_free(replaced.text);
}

/* Those of the class that the answer had not are gone: all, or those of the machine that was asked for. */
static void put_gone(struct hv_recording *recording, const struct asking *asking, const struct hv_guid *only)
{
    struct hv_recorded **place = &recording->instances, *recorded;
    struct line line;

    while ((recorded = *place))
    {
        if (recorded->class_ != asking->class_ || recorded->seen || (only && !hv_guid_equals(&recorded->guid, only)))
        {
            place = &recorded->next;
            continue;
        }
        line = (struct line){0};
        append(&line, "gone ");
        append(&line, class_name_of(recorded->class_));
        append(&line, " ");
        append_key(recording, &line, recorded->key);
        put_now(recording, asking->ms, &line);
        *place = recorded->next;
        free_recorded(recorded);
    }
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
    struct asking asking = {recording, class_, now_ms(recording), NULL, take, taker};
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
    for (struct hv_recorded *recorded = recording->instances; recorded; recorded = recorded->next)
        recorded->seen = false;
    code = recording->source->query(recording->source_context, query, class_, take_row, &asking);
    if (code >= 0 && !asking.job && !strstr(query, "ElementName ="))
        put_gone(recording, &asking, one ? &guid : NULL);
    if (class_ == HV_CLASS_SYSTEM)
        write_held(recording);
    snprintf(what, sizeof(what), "query:%s", class_name_of(class_));
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
    uint64_t ms = now_ms(recording);
    struct line line = {0};
    int64_t ago_ms;

    if (recording->held_length && ms - recording->held_ms > HV_RECORDING_WAIT_MS)
        write_held(recording);
    note(recording, "next", code);
    if (code != HV_OK)
        return code;
    append(&line, "tells ");
    append(&line, type_words[notification->type]);
    append(&line, " ");
    append_row(recording, &line, hv_class_name(notification->class_), row);
    ago_ms = (recording->source->time_us(recording->source_context) - notification->time_us) / 1000;
    if (ago_ms > 0 && (uint64_t)ago_ms <= ms)
    {
        append(&line, " @");
        append_number(&line, (long long)ms - ago_ms);
    }
    put(recording, ms, &line, notification->class_ == HV_CLASS_SYSTEM);
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
static void append_said(struct hv_recording *recording, struct line *line, const char *name, const char *text)
{
    if (!*text)
        return;
    append(line, " ");
    append(line, name);
    append(line, "=");
    append_text(recording, line, name, text);
}

static int32_t recording_next_record(void *context, struct hv_record *record)
{
    static const char *const providers[] = {"chipset", "worker", "vmms"};
    struct hv_recording *recording = context;
    int32_t code = recording->source->next_record(recording->source_context, record);
    uint64_t ms = now_ms(recording);
    struct line line = {0};
    int64_t ago_ms;

    note(recording, "records", code);
    if (code != HV_OK)
        return code;
    append(&line, record->channel == HV_CHANNEL_VMMS ? "logs vmms " : "logs worker ");
    append(&line, providers[record->provider]);
    append(&line, " ");
    append_number(&line, record->id);
    append(&line, " ");
    append(&line, recording->replaces_names ? replace(recording, record->machine.text, true) : record->machine.text);
    append(&line, " number=");
    append_number(&line, (long long)record->number);
    append_said(recording, &line, "codes", record->codes);
    append_said(recording, &line, "message", record->message);
    ago_ms = (recording->source->time_us(recording->source_context) - record->time_us) / 1000;
    if (ago_ms > 0 && (uint64_t)ago_ms <= ms)
    {
        append(&line, " @");
        append_number(&line, (long long)ms - ago_ms);
    }
    put(recording, ms, &line, false);
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
            .replaces_names = replaces_names,
            .write = write,
            .context = context};
    recording->begin_ms = source->now_ms(source_context);
}

void hv_recording_cleanup(struct hv_recording *recording)
{
    struct hv_recorded *recorded;
    struct hv_replaced *replaced;
    struct hv_failing *failing;

    write_held(recording);
    while ((recorded = recording->instances))
    {
        recording->instances = recorded->next;
        free_recorded(recorded);
    }
    while ((replaced = recording->names))
    {
        recording->names = replaced->next;
        memory_free(replaced->text);
        memory_free(replaced);
    }
    while ((failing = recording->failing))
    {
        recording->failing = failing->next;
        memory_free(failing);
    }
    memory_free(recording->held);
}

void hv_recording_open(struct hv_recording *recording, const char *address)
{
    struct hv_address parsed;
    struct line line = {0};
    char description[256];

    if (hv_address_parse(&parsed, address, description))
        return;
    append(&line, "opens hyperv:");
    if (*parsed.name)
        append(&line, recording->replaces_names ? replace(recording, parsed.name, false) : parsed.name);
    else
    {
        append(&line, "{");
        append(&line, recording->replaces_names ? replace(recording, parsed.guid.text, true) : parsed.guid.text);
        append(&line, "}");
    }
    put(recording, now_ms(recording), &line, false);
}

bool hv_recording_lost_memory(const struct hv_recording *recording)
{
    return recording->lost_memory;
}
