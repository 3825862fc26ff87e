/*
 * What WMI and the event log may say of Hyper-V's machines: whatever it is, memory stays bounded, and each thing that is heard
 * can be fired. An input is a conversation (tests/host/hyperv/conversations has the format and the seeds), and what is
 * to be heard in it is left out. Each is played again with single requests for memory refused.
 */
#include "fuzz/target.h"
#include "host/hyperv/play.h"

#include <string.h>

#include "support/counted_memory.h"

#define LINES_MAX 512

/* Time is cheap, and steps are not. */
#define LONGEST_MS 200000
#define AFTER_MS 6000

static void hear(void *context, const char *text)
{
    (void)context;
    REQUIRE(*text && !strstr(text, "(null)"));
}

/* The lines of the input, with times that rise. NULL memory: what was read so far is played. */
static size_t read_lines(struct said *lines[LINES_MAX], const char *text)
{
    uint64_t latest_ms = 0;
    size_t count = 0;

    for (; *text && count < LINES_MAX; text += strcspn(text, "\n"), text += *text == '\n')
    {
        struct said *said = malloc(sizeof(*said));

        REQUIRE(said);
        said_parse(said, text);
        if (said->verb == SAID_NOTHING || said->verb == SAID_WRONG || said->verb == SAID_HEARS)
        {
            said_cleanup(said);
            free(said);
            continue;
        }
        said->ms = said->ms < latest_ms ? latest_ms : said->ms > LONGEST_MS ? LONGEST_MS : said->ms;
        latest_ms = said->ms;
        lines[count++] = said;
    }
    return count;
}

static void play_input(const char *text)
{
    struct said *lines[LINES_MAX];
    struct play *play = calloc(1, sizeof(*play));
    size_t count = read_lines(lines, text);

    REQUIRE(play);
    play_init(play, hear, NULL);
    play_lines(play, lines, count, AFTER_MS);
    for (size_t i = 0; i < play->machine_count; ++i)
        REQUIRE(play->machines[i].machine.vm.order.count <= HV_ORDER_HELD_MAX + 1);
    play_cleanup(play);
    free(play);
    REQUIRE(!counted_memory_get()->live().blocks);
}

static unsigned int requests, refused;

static bool refuse_one(void)
{
    return ++requests != refused;
}

/* With single requests for memory refused: the first, then later and later ones, to the last. */
static void play_without_memory(const char *text)
{
    counted_memory_get()->set_gate(refuse_one);
    for (unsigned int next = 1; next; next = requests >= refused ? next + 1 + next / 4 : 0)
    {
        refused = next;
        requests = 0;
        play_input(text);
    }
    counted_memory_get()->set_gate(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    REQUIRE(text);
    memcpy(text, data, size);
    text[size] = 0;
    play_input(text);
    play_without_memory(text);
    free(text);
    return 0;
}
