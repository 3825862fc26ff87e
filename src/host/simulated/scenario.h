/*
 * Scenario files: their syntax. Knows neither events nor Windows, only lines and words.
 *
 *     # Text in UTF-8, an event a line:
 *     # milliseconds since the start, the event, its arguments, and its details.
 *     0    OnStateChange vmVMState_TurningOn
 *     1500 OnConfigurationChanged "memory/ram_size" 2048
 *     2000 OnGuestLogoff vmLogoff_Normal "user=alice"
 *
 * Words are separated by spaces or tabs. A word in double quotes is a string; a double quote in it is written twice.
 * `#` where a word could begin starts a comment. Times never decrease from line to line.
 */
#ifndef VMEVENTS_HOST_SCENARIO_H
#define VMEVENTS_HOST_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/line_text.h"

/* An event with more arguments, and details behind them, has not been heard of: it is refused early. */
#define SCENARIO_MAX_ARGS 8

/* UTF-8, not terminated, within the text that was parsed; without the quotes around it. */
struct scenario_word
{
    const char *start;
    size_t length;
    bool quoted; /* a string; its doubled quotes are still doubled */
};

struct scenario_line
{
    uint32_t time_ms;
    uint32_t number; /* of the line in the file, from 1 up */
    struct scenario_word event;
    uint32_t arg_count;
    struct scenario_word args[SCENARIO_MAX_ARGS];
};

struct scenario
{
    struct scenario_line *lines;
    size_t count;
    size_t size;
};

/* What is wrong, and where. */
struct scenario_fault
{
    uint32_t line;
    const char *reason; /* a plain sentence without its full stop, in ASCII; it may be the text */
    char text[LINE_TEXT_FAULT_SIZE];
};

/*
 * Parses size bytes of text, which the result points into. To be ended by scenario_cleanup when it succeeds. False:
 * *fault tells why; line 0 means that it is out of memory.
 */
bool scenario_parse(struct scenario *scenario, const char *text, size_t size, struct scenario_fault *fault);

void scenario_cleanup(struct scenario *scenario);

/* Copies the characters that the word means, with a terminator, to a buffer of length + 1 bytes. Returns how many
 * there are. */
size_t scenario_word_copy(const struct scenario_word *word, char *buffer);

#endif
