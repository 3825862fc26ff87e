#include "said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_spaces(const char *text)
{
    while (*text == ' ')
        ++text;
    return text;
}

static bool is_end(char c)
{
    return !c || c == '\n' || c == '\r';
}

static const char *take_word(const char *text, char word[SAID_WORD_MAX + 1])
{
    size_t length;

    text = skip_spaces(text);
    length = strcspn(text, " \r\n");
    snprintf(word, SAID_WORD_MAX + 1, "%.*s", (int)(length < SAID_WORD_MAX ? length : SAID_WORD_MAX), text);
    return text + length;
}

/* The text in quotes, of which the first has been read; NULL: it does not end, or is too long. */
static const char *take_text(const char *text, char value[SAID_REST_MAX + 1], size_t *length)
{
    for (*length = 0; *text != '"'; ++text)
    {
        text += *text == '\\';
        if (is_end(*text) || *length == SAID_REST_MAX)
            return NULL;
        value[(*length)++] = *text;
    }
    value[*length] = 0;
    return text + 1;
}

/* So often. */
static bool add_repeated(struct hv_row *row, const char *name, const char *value, size_t length, size_t times)
{
    char *text;
    bool added;

    if (times == 1)
        return hv_row_add_text(row, name, value, length);
    if (!length || times > SAID_TEXT_MAX / length || !(text = malloc(length * times + 1)))
        return false;
    for (size_t i = 0; i < times; ++i)
        memcpy(text + i * length, value, length);
    text[length * times] = 0;
    added = hv_row_add_text(row, name, text, length * times);
    free(text);
    return added;
}

/* One value, a number or a text in quotes; NULL: it is neither. */
static const char *take_value(const char *text, struct hv_row *row, const char *name)
{
    char value[SAID_REST_MAX + 1], *end;
    size_t length, times = 1;
    int64_t number;

    if (*text != '"')
    {
        number = strtoll(text, &end, 10);
        return end != text && hv_row_add_number(row, name, number) ? end : NULL;
    }
    if (!(text = take_text(text + 1, value, &length)))
        return NULL;
    if (*text == '*')
    {
        times = strtoul(text + 1, &end, 10);
        text = end;
    }
    return add_repeated(row, name, value, length, times) ? text : NULL;
}

/* name=value or name=[value,value]. */
static const char *take_property(const char *text, struct hv_row *row)
{
    size_t length = strcspn(text, "= \r\n");
    char name[SAID_WORD_MAX + 1];

    if (!length || length > SAID_WORD_MAX || text[length] != '=')
        return NULL;
    memcpy(name, text, length);
    name[length] = 0;
    text += length + 1;
    if (*text != '[')
        return take_value(text, row, name);
    if (*++text == ']')
        return text + 1;
    for (;;)
    {
        if (!(text = take_value(text, row, name)))
            return NULL;
        if (*text++ == ']')
            return text;
        if (text[-1] != ',')
            return NULL;
    }
}

static bool take_properties(struct said *said, const char *text)
{
    for (text = skip_spaces(text); !is_end(*text); text = skip_spaces(text))
    {
        if (*text == '@')
            said->at_ms = strtoull(text + 1, (char **)&text, 10);
        else if (!(text = take_property(text, &said->row)))
            return false;
    }
    return true;
}

static void take_rest(struct said *said, const char *text)
{
    size_t length;

    text = skip_spaces(text);
    length = strcspn(text, "\r\n");
    snprintf(said->rest, sizeof(said->rest), "%.*s", (int)(length < SAID_REST_MAX ? length : SAID_REST_MAX), text);
}

static const struct
{
    const char *word;
    enum said_verb verb;
    unsigned int words;
} verbs[] = {
        {"is", SAID_IS, 1},
        {"gone", SAID_GONE, 2},
        {"tells", SAID_TELLS, 2},
        {"logs", SAID_LOGS, 4},
        {"fails", SAID_FAILS, 2},
        {"slows", SAID_SLOWS, 2},
        {"opens", SAID_OPENS, 0},
        {"closes", SAID_CLOSES, 0},
        {"logs_off", SAID_LOGS_OFF, 0},
};

void said_parse(struct said *said, const char *line)
{
    char verb[SAID_WORD_MAX + 1], *end;

    *said = (struct said){.verb = SAID_WRONG};
    line = skip_spaces(line);
    if (is_end(*line) || *line == '#')
    {
        said->verb = SAID_NOTHING;
        return;
    }
    if (*line == '>')
    {
        said->verb = SAID_HEARS;
        take_rest(said, line + 1);
        return;
    }
    said->ms = said->at_ms = strtoull(line, &end, 10);
    if (end == line)
        return;
    line = take_word(end, verb);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); ++i)
    {
        if (strcmp(verb, verbs[i].word))
            continue;
        for (unsigned int j = 0; j < verbs[i].words; ++j)
            line = take_word(line, said->words[j]);
        if (!verbs[i].words)
            take_rest(said, line);
        else if (!take_properties(said, line))
            return;
        said->verb = verbs[i].verb;
    }
}

void said_cleanup(struct said *said)
{
    hv_row_cleanup(&said->row);
}
