#include "host/hyperv/recording_parts.h"

#include <string.h>

#include "platform/memory.h"

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

void hv_recording_append_text(struct hv_recording *recording, struct hv_line *line, const char *name, const char *text)
{
    struct hv_line replaced = {0};

    if (!recording->names.are_replaced || is_harmless(name))
        hv_line_append_quoted(line, text);
    else if ((!strcmp(name, "InstanceID") || !strcmp(name, "Name") || !strcmp(name, "SystemName")
                     || !strcmp(name, "VirtualSystemIdentifier"))
            && hv_names_append_guids(&recording->names, &replaced, text))
        hv_line_append_quoted(line, replaced.text ? replaced.text : "");
    else
        hv_line_append_quoted(line, hv_names_stand_in(&recording->names, text, false));
    line->failed |= replaced.failed;
    memory_free(replaced.text);
}

uint64_t hv_recording_now_ms(const struct hv_recording *recording)
{
    return recording->source->now_ms(recording->source_context) - recording->begin_ms;
}

void hv_recording_append_row(
        struct hv_recording *recording, struct hv_line *line, const char *class_name, const struct hv_row *row)
{
    hv_line_append(line, class_name);
    for (size_t i = 0; i < row->count; ++i)
    {
        const char *name = row->text + row->values[i].name;
        bool begins = !i || strcmp(name, row->text + row->values[i - 1].name);
        bool ends = i + 1 == row->count || strcmp(name, row->text + row->values[i + 1].name);

        if (begins)
        {
            hv_line_append(line, " ");
            hv_line_append(line, name);
            hv_line_append(line, ends ? "=" : "=[");
        }
        if (row->values[i].text == SIZE_MAX)
            hv_line_append_number(line, row->values[i].number);
        else
            hv_recording_append_text(recording, line, name, row->text + row->values[i].text);
        if (!begins || !ends)
            hv_line_append(line, ends ? "]" : ",");
    }
}

void hv_recording_write_held(struct hv_recording *recording)
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

/* The line with its time, which is freed; without a text: memory was lacking. */
static struct hv_line whole_line(struct hv_recording *recording, uint64_t ms, struct hv_line *rest)
{
    struct hv_line line = {0};

    hv_line_append_number(&line, (long long)ms);
    hv_line_append(&line, " ");
    hv_line_append(&line, rest->text ? rest->text : "");
    hv_line_append(&line, "\n");
    if (line.failed || rest->failed)
    {
        recording->lost_memory = true;
        memory_free(line.text);
        line = (struct hv_line){0};
    }
    memory_free(rest->text);
    return line;
}

void hv_recording_put_now(struct hv_recording *recording, uint64_t ms, struct hv_line *rest)
{
    struct hv_line line = whole_line(recording, ms, rest);

    if (line.text)
        recording->write(recording->context, line.text, line.length);
    memory_free(line.text);
}

void hv_recording_write_held_if_late(struct hv_recording *recording, uint64_t ms)
{
    if (recording->held_length && ms - recording->held_ms > HV_RECORDING_WAIT_MS)
        hv_recording_write_held(recording);
}

void hv_recording_put(struct hv_recording *recording, uint64_t ms, struct hv_line *rest, bool waits)
{
    struct hv_line line;

    hv_recording_write_held_if_late(recording, hv_recording_now_ms(recording));
    if (!waits && !recording->held_length)
    {
        hv_recording_put_now(recording, ms, rest);
        return;
    }
    /* A player asks as soon as it is told the first, so that what belongs together is said at once. */
    if (!recording->held_length)
        recording->held_ms = ms;
    line = whole_line(recording, recording->held_ms, rest);
    if (line.text)
        recording->lost_memory |= !hold(recording, line.text, line.length);
    memory_free(line.text);
}

void hv_recording_append_moment(
        const struct hv_recording *recording, struct hv_line *line, uint64_t ms, int64_t time_us)
{
    int64_t ago_ms = (recording->source->time_us(recording->source_context) - time_us) / 1000;

    if (ago_ms > 0 && (uint64_t)ago_ms <= ms)
    {
        hv_line_append(line, " @");
        hv_line_append_number(line, (long long)ms - ago_ms);
    }
}
