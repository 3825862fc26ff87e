#include "host/hyperv/recording_parts.h"

#include <string.h>

#include "platform/memory.h"

struct hv_recorded
{
    struct hv_recorded *next;
    enum hv_class class_;
    bool seen;           /* in the answer that is being read */
    struct hv_guid guid; /* of its machine; empty: it has none */
    char *key, *line;    /* the line as written, without its time */
};

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memory_alloc(size);

    if (copy)
        memcpy(copy, text, size);
    return copy;
}

const char *hv_recording_class_name(enum hv_class class_)
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

void hv_recording_take_row(void *context, const struct hv_row *row)
{
    struct hv_asking *asking = context;
    struct hv_recording *recording = asking->recording;
    struct hv_line key = {0}, line = {0};
    struct hv_recorded *recorded;

    asking->take(asking->taker, row);
    hv_line_append(&key, key_of(row));
    if (asking->job)
    {
        hv_line_append(&key, " ");
        hv_line_append(&key, asking->job);
    }
    hv_line_append(&line, "is ");
    hv_recording_append_row(recording, &line, hv_recording_class_name(asking->class_), row);
    if (asking->job)
    {
        hv_line_append(&line, " InstanceID=");
        hv_recording_append_text(recording, &line, "InstanceID", asking->job);
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
    hv_recording_put_now(recording, asking->ms, &line);
}

/* What is written of the key of an instance that is gone. */
static void append_key(struct hv_recording *recording, struct hv_line *line, const char *key)
{
    struct hv_line replaced = {0};

    if (hv_names_append_guids(&recording->names, &replaced, key))
        hv_line_append(line, replaced.text ? replaced.text : "");
    else
        hv_line_append(line, hv_names_stand_in(&recording->names, key, false));
    line->failed |= replaced.failed;
    memory_free(replaced.text);
}

void hv_recording_put_gone(struct hv_recording *recording, const struct hv_asking *asking, const struct hv_guid *only)
{
    struct hv_recorded **place = &recording->instances, *recorded;
    struct hv_line line;

    while ((recorded = *place))
    {
        if (recorded->class_ != asking->class_ || recorded->seen || (only && !hv_guid_equals(&recorded->guid, only)))
        {
            place = &recorded->next;
            continue;
        }
        line = (struct hv_line){0};
        hv_line_append(&line, "gone ");
        hv_line_append(&line, hv_recording_class_name(recorded->class_));
        hv_line_append(&line, " ");
        append_key(recording, &line, recorded->key);
        hv_recording_put_now(recording, asking->ms, &line);
        *place = recorded->next;
        free_recorded(recorded);
    }
}

void hv_recording_expect_answer(struct hv_recording *recording)
{
    for (struct hv_recorded *recorded = recording->instances; recorded; recorded = recorded->next)
        recorded->seen = false;
}

void hv_recording_free_answers(struct hv_recording *recording)
{
    struct hv_recorded *recorded;

    while ((recorded = recording->instances))
    {
        recording->instances = recorded->next;
        free_recorded(recorded);
    }
}
