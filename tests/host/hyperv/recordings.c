/* Conversations are recorded while they are played, and what was recorded is played: the same events are heard. */
#include "play.h"

#include "support/test.h"
#include "support/test_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 4096
#define AFTER_MS 9000

static const char *const names[] = {
        "additions",
        "by_wmi",
        "crash",
        "deleted",
        "deleted_without_log",
        "disk_space",
        "drives",
        "failing_query",
        "heartbeat",
        "late",
        "media",
        "older_windows",
        "polled",
        "reasons",
        "record_channels",
        "reset_by_log",
        "reset_by_wmi",
        "session",
        "settings",
        "shutdown",
        "stale",
        "states",
        "states_of_version_1",
};

struct text
{
    char *text;
    size_t length, size;
};

static void append(void *context, const char *text, size_t length)
{
    struct text *to = context;

    if (to->length + length + 1 > to->size)
    {
        to->size = 2 * (to->length + length + 1);
        assert_non_null(to->text = realloc(to->text, to->size));
    }
    memcpy(to->text + to->length, text, length);
    to->length += length;
    to->text[to->length] = 0;
}

/* Events alone: the rest is said in other moments. */
static void hear(void *context, const char *text)
{
    const char *event = strstr(text, ": ") && text[0] != 'O' && text[0] != 'D' && text[0] != 'F'
            ? strstr(text, ": ") + 2
            : text;

    if (strncmp(event, "On", 2) && strncmp(event, "DVD.", 4) && strncmp(event, "Floppy.", 7)
            && strncmp(event, "removed", 7))
        return;
    append(context, event, strlen(event));
    append(context, "\n", 1);
}

static size_t parse(const char *text, struct said *lines[LINES_MAX])
{
    size_t count = 0;

    for (; text && *text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
    {
        struct said *said = malloc(sizeof(*said));

        assert_non_null(said);
        said_parse(said, text);
        if (said->verb == SAID_WRONG)
            fail_msg("no line of a conversation: %.200s", text);
        if (said->verb == SAID_NOTHING || said->verb == SAID_HEARS)
        {
            said_cleanup(said);
            free(said);
            continue;
        }
        assert_true(count < LINES_MAX);
        if (count && lines[count - 1]->ms > said->ms)
            fail_msg("not in order: %.200s", text);
        lines[count++] = said;
    }
    return count;
}

static void read_file(const char *name, struct text *text)
{
    char folder[900], path[1024], buffer[4096];
    FILE *file;
    size_t length;

    test_data_folder(folder, sizeof(folder), "tests/host/hyperv/conversations");
    snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
    assert_non_null(file = fopen(path, "r"));
    while ((length = fread(buffer, 1, sizeof(buffer), file)))
        append(text, buffer, length);
    fclose(file);
}

/* Plays the text; recorded NULL: nothing is recorded. */
static void play_text(const char *text, struct text *heard, struct text *recorded, bool replaces_names)
{
    struct said **lines = calloc(LINES_MAX, sizeof(*lines));
    struct play *play = calloc(1, sizeof(*play));
    size_t count;

    assert_non_null(lines);
    assert_non_null(play);
    count = parse(text, lines);
    if (recorded)
        play_init_recorded(play, hear, heard, replaces_names, append, recorded);
    else
        play_init(play, hear, heard);
    play_lines(play, lines, count, AFTER_MS);
    if (recorded)
        assert_false(hv_recording_lost_memory(&play->recording));
    play_cleanup(play);
    free(play);
    free(lines);
}

static void expect_same(const struct text *heard, const struct text *again, const struct text *recorded)
{
    if (!strcmp(heard->text ? heard->text : "", again->text ? again->text : ""))
        return;
    print_error("heard:\n%s\nfrom the recording:\n%s\n%s\n", heard->text, again->text, recorded->text);
    fail();
}

static void records(void **state)
{
    struct text text = {0}, heard = {0}, again = {0}, recorded = {0};

    /* Time passes between what is told and what is asked because of it, as it does in real. */
    append(&text, "0 slows next 7\n", 15);
    read_file(*state, &text);
    play_text(text.text, &heard, &recorded, false);
    play_text(recorded.text, &again, NULL, false);
    assert_true(heard.length);
    expect_same(&heard, &again, &recorded);
    free(text.text), free(heard.text), free(again.text), free(recorded.text);
}

/* Nothing of what is replaced is left, and the rest is as it was. */
static void replaces_names(void **state)
{
    static const char *const secrets[] = {"Web", "VMHOST01", "5AC1B4E8", "iso", ".vfd", "Microsoft:5", "OFFICE"};
    struct text text = {0}, heard = {0}, again = {0}, recorded = {0};

    (void)state;
    read_file("by_wmi", &text);
    play_text(text.text, &heard, &recorded, true);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); ++i)
    {
        if (strstr(recorded.text, secrets[i]))
            fail_msg("%s is in the recording:\n%s", secrets[i], recorded.text);
    }
    assert_non_null(strstr(recorded.text, "opens hyperv:name"));
    assert_non_null(strstr(recorded.text, "ResourceSubType=\"Microsoft:Hyper-V:Virtual CD/DVD Disk\""));
    play_text(recorded.text, &again, NULL, false);
    /* All but the paths. */
    for (const char *one = heard.text, *other = again.text;;)
    {
        assert_int_equal(strncmp(one, other, strcspn(one, "(")), 0);
        if (!(one = strchr(one, '\n')) || !(other = strchr(other, '\n')) || !one[1])
        {
            assert_true(one && other && !other[1]);
            break;
        }
        ++one, ++other;
    }
    free(text.text), free(heard.text), free(again.text), free(recorded.text);
}

int main(void)
{
    enum
    {
        COUNT = sizeof(names) / sizeof(names[0])
    };
    struct CMUnitTest tests[COUNT + 1];

    for (int i = 0; i < COUNT; ++i)
        tests[i] = (struct CMUnitTest){names[i], records, NULL, NULL, (void *)names[i]};
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(replaces_names);
    return cmocka_run_group_tests_name("what Hyper-V says, recorded", tests, NULL, NULL);
}
