/* Scenario files: whatever bytes there are, they are read as lines and words within them, or refused with a reason. */
#include "fuzz/target.h"
#include "host/simulated/scenario.h"

#include <string.h>

#include "support/counted_memory.h"

/* The longest reason that the player passes on. */
#define LONGEST_REASON 255

static size_t count_lines(const char *text, size_t size)
{
    size_t count = 1;

    for (size_t i = 0; i < size; ++i)
        count += text[i] == '\n';
    return count;
}

/* The double quotes within a string stand in pairs. */
static size_t count_pairs(const struct scenario_word *word)
{
    size_t count = 0;

    for (size_t i = 0; i < word->length; ++i)
    {
        if (word->start[i] != '"')
            continue;
        REQUIRE(++i < word->length && word->start[i] == '"');
        ++count;
    }
    return count;
}

static void check_word(const struct scenario_word *word, const char *text, size_t size)
{
    char *copy = malloc(word->length + 1);
    size_t length;

    REQUIRE(copy);
    REQUIRE(word->start >= text && word->length <= size && word->start + word->length <= text + size);
    length = scenario_word_copy(word, copy);
    REQUIRE(length == word->length - count_pairs(word) && !copy[length] && !memchr(copy, 0, length));
    REQUIRE(word->quoted || (length && !memchr(copy, '"', length)));
    free(copy);
}

static void check_lines(const struct scenario *scenario, const char *text, size_t size)
{
    for (size_t i = 0; i < scenario->count; ++i)
    {
        const struct scenario_line *line = &scenario->lines[i];

        REQUIRE(line->number >= 1 && line->number <= count_lines(text, size));
        REQUIRE(!i || (line->number > line[-1].number && line->time_ms >= line[-1].time_ms));
        REQUIRE(!line->event.quoted && line->arg_count <= SCENARIO_MAX_ARGS);
        check_word(&line->event, text, size);
        for (uint32_t j = 0; j < line->arg_count; ++j)
            check_word(&line->args[j], text, size);
    }
}

static void check_fault(const struct scenario_fault *fault, const char *text, size_t size)
{
    REQUIRE(fault->line >= 1 && fault->line <= count_lines(text, size));
    REQUIRE(fault->reason && *fault->reason && strlen(fault->reason) <= LONGEST_REASON);
    for (const char *c = fault->reason; *c; ++c)
        REQUIRE(*c >= ' ' && *c <= '~');
}

static char *write_word(char *end, const struct scenario_word *word)
{
    *end++ = ' ';
    if (word->quoted)
        *end++ = '"';
    memcpy(end, word->start, word->length);
    end += word->length;
    if (word->quoted)
        *end++ = '"';
    return end;
}

static bool words_are_equal(const struct scenario_word *word, const struct scenario_word *other)
{
    return word->quoted == other->quoted && word->length == other->length
            && !memcmp(word->start, other->start, word->length);
}

/* What was understood, written down again, means the same. */
static void check_written_again(const struct scenario *scenario, size_t size)
{
    /* For each line a number, for each word a blank and two quotes; a word has a byte at least. */
    char *text = malloc(size * 4 + scenario->count * 16 + 1), *end = text;
    struct scenario_fault fault;
    struct scenario again;

    REQUIRE(text);
    for (size_t i = 0; i < scenario->count; ++i)
    {
        end += sprintf(end, "%lu", (unsigned long)scenario->lines[i].time_ms);
        end = write_word(end, &scenario->lines[i].event);
        for (uint32_t j = 0; j < scenario->lines[i].arg_count; ++j)
            end = write_word(end, &scenario->lines[i].args[j]);
        *end++ = '\n';
    }
    REQUIRE(scenario_parse(&again, text, (size_t)(end - text), &fault));
    REQUIRE(again.count == scenario->count);
    for (size_t i = 0; i < again.count; ++i)
    {
        const struct scenario_line *line = &again.lines[i], *original = &scenario->lines[i];

        REQUIRE(line->time_ms == original->time_ms && line->arg_count == original->arg_count);
        REQUIRE(words_are_equal(&line->event, &original->event));
        for (uint32_t j = 0; j < line->arg_count; ++j)
            REQUIRE(words_are_equal(&line->args[j], &original->args[j]));
    }
    scenario_cleanup(&again);
    free(text);
}

static unsigned int blocks_left;

static bool refuse_after_some(void)
{
    return blocks_left && blocks_left--;
}

/* With each block refused in its turn. */
static void check_without_memory(const char *text, size_t size)
{
    struct scenario_fault fault;
    struct scenario scenario;
    bool parsed = false;

    counted_memory_get()->set_gate(refuse_after_some);
    for (unsigned int i = 0; !parsed; ++i)
    {
        blocks_left = i;
        parsed = scenario_parse(&scenario, text, size, &fault);
        REQUIRE(parsed || !counted_memory_get()->live().blocks);
        if (!parsed && fault.line)
            break;
    }
    counted_memory_get()->set_gate(NULL);
    if (parsed)
        scenario_cleanup(&scenario);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct scenario_fault fault;
    struct scenario scenario;

    if (scenario_parse(&scenario, text, size, &fault))
    {
        check_lines(&scenario, text, size);
        check_written_again(&scenario, size);
        scenario_cleanup(&scenario);
    }
    else
    {
        check_fault(&fault, text, size);
    }
    check_without_memory(text, size);
    REQUIRE(!counted_memory_get()->live().blocks);
    return 0;
}
