/* Each conversation of the folder: what is heard has to be what its own lines say, all of it and in their order. */
#include "play.h"

#include "support/test.h"
#include "support/test_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 1024

/* What may still come behind the last line. */
#define AFTER_MS 9000

static const char *const names[] = {
        "additions",
        "by_wmi",
        "crash",
        "deleted",
        "deleted_record_alone",
        "deleted_without_log",
        "disk_space",
        "disk_space_again",
        "drives",
        "failing_query",
        "guest",
        "guest_limits",
        "guest_log_off",
        "guest_names",
        "guest_nonsense",
        "guest_snapshot",
        "heartbeat",
        "heartbeat_again",
        "jobs",
        "late",
        "many_changes",
        "media",
        "moved",
        "names",
        "no_hyperv",
        "no_rights",
        "older_windows",
        "order",
        "polled",
        "reasons",
        "record_channels",
        "record_clocks",
        "record_flood",
        "renamed",
        "reset_by_log",
        "reset_by_wmi",
        "rights_lost",
        "same_machine",
        "service_down",
        "service_down_long",
        "service_restart",
        "session",
        "settings",
        "settings_nonsense",
        "shutdown",
        "silent_subscription",
        "slow",
        "stale",
        "states",
        "states_mixed",
        "states_of_version_1",
};

struct conversation
{
    struct said *lines[LINES_MAX];
    size_t count;
    char *expected[LINES_MAX];
    size_t expected_count, heard_count;
    bool failed;
};

static void read_line(struct conversation *conversation, const char *text)
{
    struct said *said = malloc(sizeof(*said));

    assert_non_null(said);
    said_parse(said, text);
    if (said->verb == SAID_WRONG)
        fail_msg("no line of a conversation: %s", text);
    if (said->verb == SAID_HEARS)
    {
        assert_true(conversation->expected_count < LINES_MAX);
        conversation->expected[conversation->expected_count++] = strdup(said->rest);
    }
    else if (said->verb != SAID_NOTHING)
    {
        assert_true(conversation->count < LINES_MAX);
        assert_true(!conversation->count || conversation->lines[conversation->count - 1]->ms <= said->ms);
        conversation->lines[conversation->count++] = said;
        return;
    }
    said_cleanup(said);
    free(said);
}

static void read_file(struct conversation *conversation, const char *name)
{
    char folder[900], path[1024], line[2048];
    FILE *file;

    test_data_folder(folder, sizeof(folder), "tests/host/hyperv/conversations");
    snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
    file = fopen(path, "r");
    if (!file)
        fail_msg("%s cannot be read", path);
    while (fgets(line, sizeof(line), file))
        read_line(conversation, line);
    fclose(file);
}

/* An expected text that ends by three dots is the beginning of what is heard. */
static bool matches(const char *expected, const char *heard)
{
    size_t length = strlen(expected);

    if (length > 3 && !strcmp(expected + length - 3, "..."))
        return !strncmp(expected, heard, length - 3);
    return !strcmp(expected, heard);
}

static void hear(void *context, const char *text)
{
    struct conversation *conversation = context;
    const char *expected = conversation->heard_count < conversation->expected_count
            ? conversation->expected[conversation->heard_count]
            : "nothing more";

    ++conversation->heard_count;
    if (matches(expected, text))
        return;
    conversation->failed = true;
    print_error("heard: %s\n      instead of: %s\n", text, expected);
}

static void play_conversation(void **state)
{
    struct conversation *conversation = calloc(1, sizeof(*conversation));
    struct play *play = calloc(1, sizeof(*play));
    bool failed;

    assert_non_null(conversation);
    assert_non_null(play);
    read_file(conversation, *state);
    assert_true(conversation->expected_count);
    play_init(play, hear, conversation);
    play_lines(play, conversation->lines, conversation->count, AFTER_MS);
    play_cleanup(play);
    while (conversation->heard_count < conversation->expected_count)
    {
        conversation->failed = true;
        print_error("not heard: %s\n", conversation->expected[conversation->heard_count++]);
    }
    for (size_t i = 0; i < conversation->expected_count; ++i)
        free(conversation->expected[i]);
    failed = conversation->failed;
    free(conversation);
    free(play);
    assert_false(failed);
}

int main(void)
{
    enum
    {
        COUNT = sizeof(names) / sizeof(names[0])
    };
    struct CMUnitTest tests[COUNT];

    for (int i = 0; i < COUNT; ++i)
        tests[i] = (struct CMUnitTest){names[i], play_conversation, NULL, NULL, (void *)names[i]};
    return cmocka_run_group_tests_name("what Hyper-V says", tests, NULL, NULL);
}
