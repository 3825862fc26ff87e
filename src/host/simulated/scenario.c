#include "host/simulated/scenario.h"

#include "platform/memory.h"

#include <string.h>

/* What is left of a line. */
struct cursor
{
    const char *next;
    const char *end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool cursor_is_at_end(const struct cursor *cursor)
{
    return cursor->next == cursor->end;
}

/* Passes over blanks, and over a comment. */
static void cursor_skip_blanks(struct cursor *cursor)
{
    while (!cursor_is_at_end(cursor) && is_blank(*cursor->next))
        ++cursor->next;
    if (!cursor_is_at_end(cursor) && *cursor->next == '#')
        cursor->next = cursor->end;
}

/* Behind the opening quote. */
static const char *read_string(struct cursor *cursor, struct scenario_word *word)
{
    word->start = cursor->next;
    word->quoted = true;
    for (; !cursor_is_at_end(cursor); ++cursor->next)
    {
        if (*cursor->next != '"')
            continue;
        word->length = cursor->next++ - word->start;
        if (cursor_is_at_end(cursor) || is_blank(*cursor->next))
            return NULL;
        if (*cursor->next != '"')
            return "a space is missing behind a closing double quote (a double quote in a string is written twice)";
    }
    return "the closing double quote of a string is missing";
}

/* Reads a word; there is one. NULL, or what is wrong. */
static const char *read_word(struct cursor *cursor, struct scenario_word *word)
{
    if (*cursor->next == '"')
    {
        ++cursor->next;
        return read_string(cursor, word);
    }
    word->start = cursor->next;
    word->quoted = false;
    for (; !cursor_is_at_end(cursor) && !is_blank(*cursor->next); ++cursor->next)
    {
        if (*cursor->next == '"')
            return "there is a double quote inside a word; a string begins with one";
    }
    word->length = cursor->next - word->start;
    return NULL;
}

static const char *read_time(struct cursor *cursor, uint32_t *time_ms)
{
    struct scenario_word word;
    uint64_t time = 0;

    if (read_word(cursor, &word) || word.quoted)
        return "the line must begin with a time in milliseconds since the start";
    for (size_t i = 0; i < word.length; ++i)
    {
        if (word.start[i] < '0' || word.start[i] > '9')
            return "the line must begin with a time in milliseconds since the start, digits only";
        time = time * 10 + (uint64_t)(word.start[i] - '0');
        if (time > UINT32_MAX)
            return "the time is greater than 4294967295 milliseconds";
    }
    *time_ms = (uint32_t)time;
    return NULL;
}

static const char *read_event(struct cursor *cursor, struct scenario_line *line)
{
    const char *reason;

    if ((reason = read_time(cursor, &line->time_ms)))
        return reason;
    cursor_skip_blanks(cursor);
    if (cursor_is_at_end(cursor))
        return "the name of an event is missing behind the time";
    if ((reason = read_word(cursor, &line->event)))
        return reason;
    if (line->event.quoted)
        return "the name of the event must stand without quotes";
    for (cursor_skip_blanks(cursor); !cursor_is_at_end(cursor); cursor_skip_blanks(cursor))
    {
        if (line->arg_count == SCENARIO_MAX_ARGS)
            return "there are too many arguments; no event has more than two, and six details";
        if ((reason = read_word(cursor, &line->args[line->arg_count++])))
            return reason;
    }
    return NULL;
}

static struct scenario_line *scenario_add_line(struct scenario *scenario)
{
    size_t size = scenario->size ? scenario->size * 2 : 64;
    struct scenario_line *lines;

    if (scenario->count == scenario->size)
    {
        if (!(lines = memory_resize(scenario->lines, size * sizeof(*lines))))
            return NULL;
        scenario->lines = lines;
        scenario->size = size;
    }
    memset(&scenario->lines[scenario->count], 0, sizeof(*lines));
    return &scenario->lines[scenario->count++];
}

static bool scenario_parse_line(
        struct scenario *scenario, const char *text, const char *end, struct scenario_fault *fault)
{
    struct cursor cursor = {text, end};
    struct scenario_line *line;

    fault->reason = line_text_fault(text, end - text, "the only ones that may stand there are tabs", fault->text);
    if (fault->reason)
        return false;
    cursor_skip_blanks(&cursor);
    if (cursor_is_at_end(&cursor))
        return true;
    if (!(line = scenario_add_line(scenario)))
    {
        *fault = (struct scenario_fault){.reason = "there is not enough memory"};
        return false;
    }
    line->number = fault->line;
    if ((fault->reason = read_event(&cursor, line)))
        return false;
    if (scenario->count > 1 && line->time_ms < line[-1].time_ms)
    {
        fault->reason = "the time is earlier than that of the event before; events stand in the order of their times";
        return false;
    }
    return true;
}

bool scenario_parse(struct scenario *scenario, const char *text, size_t size, struct scenario_fault *fault)
{
    const char *end = text + size, *newline, *line_end;

    memset(scenario, 0, sizeof(*scenario));
    *fault = (struct scenario_fault){0};
    if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
        text += 3;
    while (text < end)
    {
        ++fault->line;
        if (!(newline = memchr(text, '\n', end - text)))
            newline = end;
        line_end = newline > text && newline[-1] == '\r' ? newline - 1 : newline;
        if (!scenario_parse_line(scenario, text, line_end, fault))
        {
            scenario_cleanup(scenario);
            return false;
        }
        text = newline < end ? newline + 1 : end;
    }
    return true;
}

void scenario_cleanup(struct scenario *scenario)
{
    memory_free(scenario->lines);
    memset(scenario, 0, sizeof(*scenario));
}

size_t scenario_word_copy(const struct scenario_word *word, char *buffer)
{
    size_t length = 0;

    for (size_t i = 0; i < word->length; ++i)
    {
        buffer[length++] = word->start[i];
        /* Inside a string every double quote stands twice. */
        if (word->quoted && word->start[i] == '"')
            ++i;
    }
    buffer[length] = 0;
    return length;
}
