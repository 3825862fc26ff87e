/* The trace: which channels are on, and where lines go. */
#include "platform/trace.h"
#include "platform/trace_line.h"
#include "support/test.h"
#include "support/threads.h"
#include "trace_file.h"

#include <string.h>

#ifdef _WIN32
#define PATH "platform_trace_windows.txt"
#else
#define PATH "platform_trace_native.txt"
#endif

static int setup(void **state)
{
    (void)state;
    remove_file(PATH);
    set_variable("VMEVENTS_TRACE", NULL);
    set_variable("VMEVENTS_TRACE_FILE", PATH);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    trace_close();
    remove_file(PATH);
    return 0;
}

static void open_with(const char *channels)
{
    set_variable("VMEVENTS_TRACE", channels);
    trace_open("test", L"1.2.3");
}

static void trace_each(void)
{
    trace(TRACE_SINK, "heard %d", 1);
    trace(TRACE_HOST, "fired %d", 2);
    trace(TRACE_QEMU, "asked %d", 3);
    trace(TRACE_COM, "advised %d", 4);
}

/* How often the text has it. */
static unsigned int count(const char *text, const char *part)
{
    unsigned int found = 0;

    for (; (text = strstr(text, part)); text += strlen(part))
        ++found;
    return found;
}

static void test_off(void **state)
{
    (void)state;
    open_with(NULL);
    trace_each();
    assert_false(trace_is_on(TRACE_ALL));
    assert_null(read_file(PATH));
    open_with("");
    trace_each();
    assert_null(read_file(PATH));
}

/* Which lines are written for a value of VMEVENTS_TRACE, each with its channel's name. */
static void test_channels(void **state)
{
    static const struct
    {
        const char *value;
        bool sink, host, qemu, com;
    } rows[] = {
            {"sink", true, false, false, false},
            {"host", false, true, false, false},
            {"qemu", false, false, true, false},
            {"com", false, false, false, true},
            {"all", true, true, true, true},
            {"sink,qemu", true, false, true, false},
            {" Host , COM ,", false, true, false, true},
            {"all,sink", true, true, true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i)
    {
        char *text;

        remove_file(PATH);
        open_with(rows[i].value);
        trace_each();
        trace_close();
        trace_each();
        assert_non_null(text = read_file(PATH));
        assert_int_equal(count(text, " trace: test 1.2.3, "), 1);
        assert_int_equal(count(text, " sink: heard 1\n"), rows[i].sink);
        assert_int_equal(count(text, " host: fired 2\n"), rows[i].host);
        assert_int_equal(count(text, " qemu: asked 3\n"), rows[i].qemu);
        assert_int_equal(count(text, " com: advised 4\n"), rows[i].com);
        assert_int_equal(count(text, "\n"), 1u + rows[i].sink + rows[i].host + rows[i].qemu + rows[i].com);
        free(text);
    }
}

/* It says which there are, and those that are named beside it are on. */
static void test_unknown_channel(void **state)
{
    char *text;

    (void)state;
    open_with("sinks,host,\n");
    trace_each();
    assert_int_equal(trace_channels, TRACE_HOST);
    assert_non_null(text = read_file(PATH));
    assert_int_equal(
            count(text,
                    " trace: VMEVENTS_TRACE: there is no channel \"sinks\"; there are sink, host, qemu, com, hyperv, "
                    "all\n"),
            1);
    assert_int_equal(count(text, "there is no channel \"<U+000A>\""), 1);
    assert_int_equal(count(text, "\n"), 4);
    free(text);
}

static void test_too_many_names(void **state)
{
    char names[400], *text;

    (void)state;
    memset(names, 's', sizeof(names) - 1);
    names[sizeof(names) - 1] = 0;
    open_with(names);
    trace_each();
    assert_int_equal(trace_channels, 0);
    assert_non_null(text = read_file(PATH));
    assert_int_equal(count(text, "VMEVENTS_TRACE is longer than 255 characters; nothing is traced\n"), 1);
    free(text);
}

/* Time, process, thread, channel, text. */
static void test_form(void **state)
{
    unsigned int year, month, day, hour, minute, second, ms;
    unsigned long process, thread;
    char *text, *line, channel[8];

    (void)state;
    open_with("host");
    trace(TRACE_HOST, "machine \"%s\"", "a\r\nb\x1b[2J");
    assert_non_null(text = read_file(PATH));
    assert_non_null(line = strchr(text, '\n'));
    assert_int_equal(sscanf(line + 1, "%4u-%2u-%2uT%2u:%2u:%2u.%3uZ %lu %lu %7s", &year, &month, &day, &hour, &minute,
                             &second, &ms, &process, &thread, channel),
            10);
    assert_true(year >= 2020 && month && month <= 12 && day && day <= 31 && hour < 24 && minute < 60 && second <= 60);
    assert_true(process && thread);
    assert_string_equal(channel, "host:");
    assert_non_null(strstr(line, "Z "));
    assert_string_equal(strstr(line, "host: "), "host: machine \"a<U+000D><U+000A>b<U+001B>[2J\"\n");
    free(text);
}

/* Behind what is there. */
static void test_appends(void **state)
{
    char *text;

    (void)state;
    open_with("host");
    trace(TRACE_HOST, "first");
    trace_close();
    open_with("host");
    trace(TRACE_HOST, "second");
    assert_non_null(text = read_file(PATH));
    assert_int_equal(count(text, "\n"), 4);
    assert_non_null(strstr(strstr(text, "first\n"), "second\n"));
    free(text);
}

static void test_no_file_named(void **state)
{
    char *text;

    (void)state;
    set_variable("VMEVENTS_TRACE_FILE", NULL);
    catch_begin();
    open_with("host");
    trace(TRACE_HOST, "to nobody in particular");
    text = catch_end();
    assert_int_equal(count(text, " trace: test 1.2.3, "), 1);
    assert_int_equal(count(text, " host: to nobody in particular\n"), 1);
    free(text);
}

static void test_file_cannot_be_opened(void **state)
{
    char *text;

    (void)state;
    set_variable("VMEVENTS_TRACE_FILE", "there is no such folder/trace.txt");
    catch_begin();
    open_with("host");
    trace(TRACE_HOST, "goes on");
    text = catch_end();
    assert_int_equal(
            count(text, "VMEVENTS_TRACE_FILE \"there is no such folder/trace.txt\" cannot be opened (error "), 1);
    assert_int_equal(count(text, " host: goes on\n"), 1);
    assert_null(read_file(PATH));
    free(text);
}

static void test_keeps_last_error(void **state)
{
    (void)state;
    open_with("host");
    set_last_error(3);
    trace(TRACE_HOST, "line");
    assert_int_equal(last_error(), 3);
}

#define WRITERS 3
#define LINES 1000

/* They begin when all of them are there. */
static void wait_for_writers(void)
{
    uint64_t end = test_time_ms() + TEST_PATIENCE_MS;
    unsigned int begun;

    do
    {
        char *text = read_file(PATH);

        CHECK(text);
        begun = count(text, " trace: writer ");
        free(text);
        CHECK(test_time_ms() < end);
    } while (begun < WRITERS);
}

/* Of many lengths, so that a line that is written over another leaves a piece of it. */
static void write_lines(void)
{
    char padding[200];

    for (unsigned int i = 0; i < LINES; ++i)
    {
        memset(padding, 'x', i % sizeof(padding));
        padding[i % sizeof(padding)] = 0;
        trace(TRACE_HOST, "<%s>", padding);
    }
}

static void test_processes_share(void **state)
{
    void *processes[WRITERS];
    char *text, *line, *end;
    unsigned int lines = 0;

    (void)state;
    set_variable("VMEVENTS_TRACE", "host");
    for (int i = 0; i < WRITERS; ++i)
        processes[i] = self_start("writer");
    for (int i = 0; i < WRITERS; ++i)
        self_join(processes[i]);
    assert_non_null(text = read_file(PATH));
    for (line = text; (end = strchr(line, '\n')); line = end + 1)
    {
        *end = 0;
        assert_true(line[0] == '2' && line[23] == 'Z');
        if (!strstr(line, " host: <"))
            continue;
        assert_int_equal(count(line, "<"), 1);
        assert_int_equal(end[-1], '>');
        ++lines;
    }
    assert_int_equal(*line, 0);
    assert_int_equal(lines, WRITERS * LINES);
    free(text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_off, setup, teardown),
            cmocka_unit_test_setup_teardown(test_channels, setup, teardown),
            cmocka_unit_test_setup_teardown(test_unknown_channel, setup, teardown),
            cmocka_unit_test_setup_teardown(test_too_many_names, setup, teardown),
            cmocka_unit_test_setup_teardown(test_form, setup, teardown),
            cmocka_unit_test_setup_teardown(test_appends, setup, teardown),
            cmocka_unit_test_setup_teardown(test_no_file_named, setup, teardown),
            cmocka_unit_test_setup_teardown(test_file_cannot_be_opened, setup, teardown),
            cmocka_unit_test_setup_teardown(test_keeps_last_error, setup, teardown),
            cmocka_unit_test_setup_teardown(test_processes_share, setup, teardown),
    };

    (void)argv;
    if (argc < 2)
        return cmocka_run_group_tests(tests, NULL, NULL);
    trace_open("writer", L"1.2.3");
    wait_for_writers();
    write_lines();
    trace_close();
    return 0;
}
