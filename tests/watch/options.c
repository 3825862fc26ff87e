/* The command line of vmwatch: what is understood, and what is refused, with what would be right. */
#include "support/test.h"

#include "event/catalogue.h"
#include "watch/options.h"

#include <wchar.h>

#define WORDS_MAX 16

/* Parses a command line whose words are parted by bars. */
static bool parse(const WCHAR *line, struct options *options, BSTR *description)
{
    static WCHAR buffer[4096], *words[WORDS_MAX + 1];
    int count = 1;

    words[0] = L"vmwatch";
    wcsncpy(buffer, line, ARRAYSIZE(buffer) - 1);
    for (WCHAR *next = buffer; *line && next; ++count)
    {
        assert_true(count <= WORDS_MAX);
        words[count] = next;
        if ((next = wcschr(next, '|')))
            *next++ = 0;
    }
    return options_parse(count, words, options, description);
}

static void test_what_is_refused(void **state)
{
    static const struct
    {
        const WCHAR *line, *description;
    } refused[] = {
            {L"", L"which machine? vmwatch --help tells how to call it"},
            {L"Office|--fast", L"there is no option --fast; vmwatch --help lists them"},
            {L"Office|--fast=1", L"there is no option --fast; vmwatch --help lists them"},
            {L"Office|--fa\x1bst", L"there is no option --fa<U+001B>st; vmwatch --help lists them"},
            {L"Office|--json=yes", L"--json takes no value"},
            {L"Office|--count", L"--count needs a value behind it"},
            {L"Office|--count|1.5", L"--count is 1.5; it has to be a whole number from 1 up"},
            {L"Office|--count=0", L"--count is 0; it has to be a whole number from 1 up"},
            {L"Office|--timeout|-1", L"--timeout is -1; it has to be a number of seconds, 4000000 at most"},
            {L"Office|--speed|fast", L"--speed is fast; it has to be a number above 0, like 0.5 or 10"},
            {L"Office|--color=red", L"--color is red; it has to be auto, always or never"},
            {L"Office|--clock|noon", L"--clock is noon; it has to be local, utc or relative"},
            {L"Office|Home|--play|day.txt", L"--play is for one machine, or with --all for those of a recording"},
            {L"Office|--speed|2", L"--speed is of no use without --play"},
            {L"--all|--only=",
                    L"--only is empty; it has to be an event's name, a pattern like \"OnGuest*\", or several of them "
                    L"with commas; vmwatch --events lists what there is"},
            {L"Office|--play|", L"--play is empty"},
            {L"--all|Home", L"--all is every machine; Home is one of them, or none"},
            {L"Office|--name|Home", L"--name is for one machine that is given by its address"},
            {L"qemu:a:1|qemu:a:2|--name|Home", L"--name is for one machine that is given by its address"},
            {L"--list|--count|1", L"--count is of no use with --list"},
            {L"--events|--record|day.jsonl", L"--record is of no use with --events"},
            {L"Office|--play|a.txt|--play=b.txt", L"--play is given twice"},
            {L"Office|--count|1|--count|1", L"--count is given twice"},
            {L"--from|a.jsonl|--from|b.jsonl", L"--from is given twice"},
            {L"--list|--events", L"--list is of no use with --events"},
            {L"--events|--list", L"--events is of no use with --list"},
            {L"--list|Office", L"no machine can be named beside --list"},
            {L"--from|day.jsonl|Office", L"no machine can be named beside --from"},
            {L"--from|day.jsonl|--timeout|1", L"--timeout is of no use with --from"},
            {L"--from|day.jsonl|--list", L"--list is of no use with --from"},
    };
    struct options options;
    BSTR description;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(refused); ++i)
    {
        assert_false(parse(refused[i].line, &options, &description));
        if (wcscmp(description, refused[i].description) != 0)
            fail_msg("%ls: \"%ls\" instead of \"%ls\"", refused[i].line, description, refused[i].description);
        SysFreeString(description);
    }
}

static void test_events_that_there_are_not(void **state)
{
    static const WCHAR *const lines[] = {L"A|--only|OnNothing", L"A|--only|OnReset,,OnReset", L"A|--only=",
            L"A|--only|OnReset, On Guest*", L"A|--only|,", L"A|--only|Other.*"};
    struct options options;
    BSTR description;

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(lines); ++i)
    {
        assert_false(parse(lines[i], &options, &description));
        assert_non_null(
                wcsstr(description, L"; it has to be an event's name, a pattern like \"OnGuest*\", or several"));
        SysFreeString(description);
    }
}

static uint32_t mask_of(const WCHAR *name)
{
    return event_mask_from_name(name, wcslen(name));
}

static void test_what_is_understood(void **state)
{
    struct options options;
    BSTR description;

    (void)state;
    assert_true(parse(L"Office|--only|onreset , IVMDVDDriveEvents.*|--count=3|Home|--clock|utc|--timeout|1.5", &options,
            &description));
    assert_int_equal(options.mode, MODE_WATCH);
    assert_int_equal(options.machine_count, 2);
    assert_int_equal(wcscmp(options.machines[0], L"Office"), 0);
    assert_int_equal(wcscmp(options.machines[1], L"Home"), 0);
    assert_int_equal(options.only,
            mask_of(L"OnReset") | mask_of(L"IVMDVDDriveEvents.OnMediaInsert")
                    | mask_of(L"IVMDVDDriveEvents.OnMediaEject"));
    assert_int_equal(options.count, 3);
    assert_int_equal(options.clock, CLOCK_UTC);
    assert_int_equal(options.timeout_ms, 1500);
    assert_true(parse(L"--all|--color|always|--record|a=b|--timeline|c", &options, &description));
    assert_true(options.all);
    assert_int_equal(options.colour, COLOUR_ALWAYS);
    assert_int_equal(wcscmp(options.record, L"a=b"), 0);
    assert_int_equal(options.only & EVENT_ALL_MASK, EVENT_ALL_MASK);
    assert_true(options.speed == 1);
    assert_true(parse(L"--play|day.jsonl|--all|--speed|0.5", &options, &description));
    assert_true(options.speed == 0.5);
    assert_int_equal(wcscmp(options.play, L"day.jsonl"), 0);
    assert_true(parse(L"--from|day.jsonl|--timeline|day.html", &options, &description));
    assert_int_equal(options.mode, MODE_FROM);
    assert_true(parse(L"--events|--only|OnReset", &options, &description));
    assert_int_equal(options.mode, MODE_EVENTS);
    /* Whatever else there is, these are answered. */
    for (size_t i = 0; i < 3; ++i)
    {
        static const WCHAR *const lines[] = {L"--list|Office|--help", L"/?", L"-h|--fast"};

        assert_true(parse(lines[i], &options, &description));
        assert_int_equal(options.mode, MODE_HELP);
    }
    assert_true(parse(L"--version|--fast", &options, &description));
    assert_int_equal(options.mode, MODE_VERSION);
}

/* No line of the usage is wider than a console. */
static void test_usage(void **state)
{
    BSTR usage = options_usage();
    size_t width;

    (void)state;
    assert_non_null(usage);
    for (const WCHAR *line = usage; *line; line += width + 1)
    {
        width = wcscspn(line, L"\n");
        if (width > 110)
            fail_msg("%.*ls", (int)width, line);
    }
    assert_non_null(wcsstr(usage, L"\n  --record FILE     writes them"));
    /* The longest of the options too is parted from what it means. */
    assert_non_null(wcsstr(usage, L"\n  --record-raw FILE shows nothing"));
    SysFreeString(usage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_what_is_refused),
            cmocka_unit_test(test_events_that_there_are_not),
            cmocka_unit_test(test_what_is_understood),
            cmocka_unit_test(test_usage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
