/* --record and --play: what was recorded is fired again, the same events with VARIANTs of the same types, in the same order. */
#include "program.h"

#include "../host/client.h"
#include "../recording/samples.h"

#include <string.h>
#include <wchar.h>

static IVMEventHost *host;
static WCHAR folder[MAX_PATH];

static const WCHAR *path_of(const WCHAR *name, WCHAR path[MAX_PATH])
{
    swprintf(path, MAX_PATH, L"%ls\\%ls", folder, name);
    return path;
}

static void delete_files(void)
{
    static const WCHAR *const names[] = {L"first", L"second", L"third", L"fourth", L"cut"};
    WCHAR path[MAX_PATH];

    for (size_t i = 0; i < ARRAYSIZE(names); ++i)
        DeleteFileW(path_of(names[i], path));
    RemoveDirectoryW(folder);
}

static int setup(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    assert_true(GetTempPathW(MAX_PATH - 60, folder));
    swprintf(folder + wcslen(folder), 60, L"vmevents-record-%lu", (unsigned long)GetCurrentProcessId());
    /* A test with that number may have been killed. */
    delete_files();
    assert_true(CreateDirectoryW(folder, NULL));
    return 0;
}

static int teardown(void **state)
{
    delete_files();
    client_release(host);
    return client_await_no_host(state);
}

/* All of a file, ended by a NUL, for free. */
static char *read_file(const WCHAR *name)
{
    WCHAR path[MAX_PATH];
    HANDLE file = CreateFileW(
            path_of(name, path), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    DWORD size, read;
    char *text;

    assert_true(file != INVALID_HANDLE_VALUE);
    size = GetFileSize(file, NULL);
    assert_non_null(text = calloc(size + 1, 1));
    assert_true(ReadFile(file, text, size, &read, NULL) && read == size);
    CloseHandle(file);
    return text;
}

static void write_file(const WCHAR *name, const char *text, size_t size)
{
    WCHAR path[MAX_PATH];
    HANDLE file = CreateFileW(path_of(name, path), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;

    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)size, &written, NULL));
    CloseHandle(file);
}

/* Starts vmwatch with the format's arguments, in which the folder is given as often as it is wanted. */
static void start(struct program *program, const WCHAR *format)
{
    WCHAR arguments[3 * MAX_PATH];

    swprintf(arguments, ARRAYSIZE(arguments), format, folder, folder);
    program_start(program, arguments);
}

static UINT count_lines(const char *text)
{
    UINT count = 0;

    for (; (text = strchr(text, '\n')); ++text)
        ++count;
    return count;
}

static const char *part_of(const char *line, const char *beginning)
{
    const char *part = strstr(line, beginning);

    assert_non_null(part);
    return part;
}

/* That all lines of the two are the same from that part on. */
static void assert_same_from(const char *first, const char *second, const char *beginning)
{
    for (UINT i = 1; *first && *second; ++i)
    {
        const char *a = part_of(first, beginning), *b = part_of(second, beginning);
        size_t length = strcspn(a, "\n");

        if (length != strcspn(b, "\n") || memcmp(a, b, length) != 0)
            fail_msg("line %u:\n%.600s\n%.600s", i, a, b);
        first = a + length + 1;
        second = b + length + 1;
    }
    assert_int_equal(*first, 0);
    assert_int_equal(*second, 0);
}

/* The event is all of a line but its number, its time and whose it was. */
static void assert_same_events(const char *first, const char *second)
{
    assert_same_from(first, second, "\"interface\"");
}

/* Waits until vmwatch has connected, and takes out of its output what that took. */
static void await_connection(struct program *program, IVMEventMachine *machine)
{
    DWORD begun = GetTickCount();

    while (!program_has_output(program))
    {
        assert_true(GetTickCount() - begun < PATIENCE_MS);
        client_raise(machine, L"OnReset", 0);
        Sleep(50);
    }
}

/* Records an event with each of the samples, and some others between them. */
static void record_samples(void)
{
    IVMEventMachine *machine = client_create_machine(host, L"First");
    static char line[LINE_MAX_LENGTH];
    struct program program;
    WCHAR key[16];
    VARIANT value;

    start(&program, L"First --record \"%ls\\first\"");
    await_connection(&program, machine);
    for (UINT i = 0; sample_make(i, &value); ++i)
    {
        swprintf(key, ARRAYSIZE(key), L"sample %u", i);
        client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(key), value);
        client_raise(
                machine, i % 2 ? L"IVMFloppyDriveEvents.OnMediaEject" : L"OnMediaInsert", 1, value_bstr(L"A:\\\xe4"));
        VariantClear(&value);
    }
    client_raise(machine, L"OnGuestLogoff", 1, value_i4(vmLogoff_External));
    client_remove_machine(host, L"First");
    do
        assert_true(program_read_line(&program, line));
    while (!strstr(line, "vmVMState_DeleteMachine"));
    program_stop_reading(&program);
    assert_int_equal(program_end(&program), 1);
    client_release(machine);
}

static void play(const WCHAR *arguments)
{
    struct program program;
    static char line[LINE_MAX_LENGTH];

    start(&program, arguments);
    while (program_read_line(&program, line))
        ;
    assert_int_equal(program_end(&program), 0);
}

/* As a source that knows more of its events: every other line has details. */
static void add_details(void)
{
    static const char details[] =
            ",\"details\":{\"user\":\"al\xc3\xac"
            "ce\",\"tries\":3,\"share\":0.5,\"whole\":5,\"first\":true},"
            "\"exactDetails\":{\"whole\":{\"type\":\"VT_R8\",\"value\":\"5\"}}";
    char *before = read_file(L"first"), *after = malloc(strlen(before) + count_lines(before) * sizeof(details));
    char *end = after, *line = before;

    assert_non_null(after);
    for (UINT i = 0; *line; ++i)
    {
        size_t length = strcspn(line, "\n") + 1, place = strstr(line, ",\"text\":\"") - line;

        assert_true(place < length);
        memcpy(end, line, place);
        end += place;
        if (i % 2)
        {
            memcpy(end, details, sizeof(details) - 1);
            end += sizeof(details) - 1;
        }
        memcpy(end, line + place, length - place);
        end += length - place;
        line += length;
    }
    write_file(L"first", after, end - after);
    free(before);
    free(after);
}

static void test_every_type(void **state)
{
    char *first, *second, *third, *fourth;
    VARIANT value;
    UINT samples = 0;

    (void)state;
    record_samples();
    add_details();
    for (; sample_make(samples, &value); ++samples)
        VariantClear(&value);
    play(L"Second --only * --clock utc --play \"%ls\\first\" --record \"%ls\\second\"");
    play(L"Third --speed 1000 --play \"%ls\\second\" --record \"%ls\\third\"");
    play(L"--from \"%ls\\first\" --record \"%ls\\fourth\"");
    first = read_file(L"first");
    fourth = read_file(L"fourth");
    second = read_file(L"second");
    third = read_file(L"third");
    assert_true(count_lines(first) >= 2 * samples + 3);
    assert_same_events(first, second);
    assert_same_events(second, third);
    assert_string_equal(fourth, first);
    free(fourth);
    free(first);
    free(second);
    free(third);
}

/* Whoever recorded was ended within a line: it is left out, and taken out where recording goes on. */
static void test_cut_line(void **state)
{
    static const char whole[] =
            "{\"sequence\":1,\"time\":\"2026-01-31T09:05:01.000Z\",\"source\":\"Web\",\"interface\":"
            "\"IVMVirtualMachineEvents\",\"name\":\"OnReset\",\"id\":3,\"arguments\":{},\"text\":"
            "\"OnReset()\"}\n";
    char text[2 * sizeof(whole)], *file;

    (void)state;
    memcpy(text, whole, sizeof(whole) - 1);
    memcpy(text + sizeof(whole) - 1, whole, 60);
    write_file(L"cut", text, sizeof(whole) - 1 + 60);
    play(L"Web --play \"%ls\\cut\" --record \"%ls\\second\"");
    file = read_file(L"second");
    assert_int_equal(count_lines(file), 1);
    free(file);
    write_file(L"first", whole, sizeof(whole) - 1);
    play(L"Web --play \"%ls\\first\" --record \"%ls\\cut\"");
    file = read_file(L"cut");
    assert_int_equal(count_lines(file), 2);
    assert_memory_equal(file, whole, sizeof(whole) - 1);
    assert_same_events(file, file);
    assert_non_null(strstr(file + sizeof(whole) - 1, "\"name\":\"OnReset\""));
    free(file);
    /* One that lacks its end alone is whole. */
    write_file(L"cut", whole, sizeof(whole) - 2);
    play(L"--from \"%ls\\first\" --record \"%ls\\cut\"");
    file = read_file(L"cut");
    assert_int_equal(count_lines(file), 2);
    assert_memory_equal(file, whole, sizeof(whole) - 1);
    assert_string_equal(file + sizeof(whole) - 1, whole);
    free(file);
}

#define LINE(time, source, name)                                                                                       \
    "{\"time\":\"2026-01-31T09:05:0" time "Z\",\"source\":\"" source                                                   \
    "\",\"interface\":\"IVMVirtualMachineEvents\","                                                                    \
    "\"name\":\"" name "\",\"arguments\":{}}\n"

static struct outcome play_machine(IVMEventMachine *machine, LONG *fired)
{
    VARIANT args[2] = {{.vt = VT_EMPTY}, {.vt = VT_R8}}, result;
    WCHAR path[MAX_PATH];
    struct outcome outcome;

    args[0] = value_bstr(path_of(L"first", path));
    V_R8(&args[1]) = 1000;
    outcome = client_call(machine, L"Play", &result, 2, args);
    *fired = outcome.hr ? 0 : V_I4(&result);
    return outcome;
}

/* Of several machines' each plays its own; a clock that was set back is no matter. */
static void test_several_machines(void **state)
{
    static const char text[] = LINE("1.000", "Web", "OnReset") LINE("3.000", "Database", "OnTripleFault")
            LINE("2.000", "WEB", "OnGuestShutdown") LINE("9.000", "Web", "OnReset");
    IVMEventMachine *web = client_create_machine(host, L"Web"), *other = client_create_machine(host, L"Other");
    struct outcome outcome;
    LONG fired;

    (void)state;
    write_file(L"first", text, sizeof(text) - 1);
    assert_int_equal(play_machine(web, &fired).hr, S_OK);
    assert_int_equal(fired, 3);
    outcome = play_machine(other, &fired);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(has(outcome.description, L"several machines, \"Web\" and \"Database\" among them"));
    assert_true(has(outcome.description, L"\"Other\""));
    client_release(web);
    client_release(other);
}

#define MACHINES 3

static VMVMState last_states[MACHINES];

/* Some hours of some machines, an event a second: their states, and a setting of one after the other in no order of theirs. */
static char *write_hours(UINT count)
{
    char *text = malloc(count * 300), *end = text;

    assert_non_null(text);
    for (UINT i = 0; i < count; ++i)
    {
        UINT machine = i * i % 7 % MACHINES;
        VMVMState next = i % 8 ? vmVMState_Paused : vmVMState_Running;

        end += sprintf(end,
                "{\"sequence\":%u,\"time\":\"2026-01-%02uT%02u:%02u:%02u.000Z\",\"source\":\"vm-%u\",\"interface\":"
                "\"IVMVirtualMachineEvents\",",
                i + 1, 1 + i / 86400, i / 3600 % 24, i / 60 % 60, i % 60, machine);
        if (i % 4)
            end += sprintf(end,
                    "\"name\":\"OnConfigurationChanged\",\"id\":6,\"arguments\":{\"configKey\":\"n\",\"configData\":%u}"
                    ","
                    "\"text\":\"OnConfigurationChanged(configKey=\\\"n\\\", configData=%u)\"}\n",
                    i, i);
        else
        {
            last_states[machine] = next;
            end += sprintf(end,
                    "\"name\":\"OnStateChange\",\"id\":1,\"arguments\":{\"virtualMachineState\":%u},"
                    "\"text\":\"OnStateChange(virtualMachineState=%s)\"}\n",
                    next, next == vmVMState_Paused ? "vmVMState_Paused" : "vmVMState_Running");
        }
    }
    write_file(L"first", text, end - text);
    return text;
}

/* All machines of a recording play it as one timeline, as fast as it may be: whose each event is, and the order of them all. */
static void test_all_machines_at_once(void **state)
{
    static const WCHAR *const commands[] = {
            L"--all --json --speed 1e9 --play \"%ls\\first\" --record \"%ls\\second\"",
            L"--all --speed 20000 --play \"%ls\\second\" --record \"%ls\\third\"",
    };
    /* By `./run stress` more than a lane holds, and a queue. */
    char *first = write_hours(getenv("VMEVENTS_TEST_MANY") ? 200000 : 3000), *again;

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(commands); ++i)
    {
        play(commands[i]);
        again = read_file(i ? L"third" : L"second");
        assert_same_from(first, again, "\"source\"");
        free(again);
        for (UINT machine = 0; machine < MACHINES; ++machine)
        {
            WCHAR name[16];

            swprintf(name, ARRAYSIZE(name), L"VM-%u", machine);
            assert_int_equal(client_find_state(host, name), last_states[machine]);
        }
    }
    free(first);
}

static void test_wrong_line(void **state)
{
    static const char text[] = LINE("1.000", "Web", "OnReset") LINE("1.000", "Web", "OnGuestLogoff");
    IVMEventMachine *web = client_create_machine(host, L"Web");
    struct outcome outcome;
    LONG fired;

    (void)state;
    write_file(L"first", text, sizeof(text) - 1);
    outcome = play_machine(web, &fired);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(has(outcome.description, L"first, line 2: the argument \"logoffType\" of OnGuestLogoff is missing"));
    client_release(web);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_every_type, setup, teardown),
            cmocka_unit_test_setup_teardown(test_cut_line, setup, teardown),
            cmocka_unit_test_setup_teardown(test_several_machines, setup, teardown),
            cmocka_unit_test_setup_teardown(test_all_machines_at_once, setup, teardown),
            cmocka_unit_test_setup_teardown(test_wrong_line, setup, teardown),
    };
    const struct client_tests all_tests = {.name = "vmwatch --record", .tests = tests, .count = ARRAYSIZE(tests)};
    bool done;
    int result = client_run_tests(&all_tests, argc, argv, &done);

    return done ? result : 1;
}
