/* What vmwatch prints of records, for every event of the catalogue; names, clocks and colours. */
#include "support/test.h"

#include "event/catalogue.h"
#include "watch/output.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define LINE_SIZE 4096

/* A record of one event. */
static struct
{
    IVMEventRecord IVMEventRecord_iface;
    const struct event_type *type;
    const WCHAR *source;
    DATE time;
} record;

static HRESULT return_string(const WCHAR *string, BSTR *result)
{
    return (*result = SysAllocString(string)) ? S_OK : E_OUTOFMEMORY;
}

static HRESULT WINAPI record_get_Text(IVMEventRecord *iface, BSTR *text)
{
    (void)iface;
    return return_string(L"words", text);
}

static HRESULT WINAPI record_get_Json(IVMEventRecord *iface, BSTR *json)
{
    (void)iface;
    return return_string(L"{\"of\":\"it\"}", json);
}

static HRESULT WINAPI record_get_Time(IVMEventRecord *iface, DATE *time)
{
    (void)iface;
    *time = record.time;
    return S_OK;
}

static HRESULT WINAPI record_get_Source(IVMEventRecord *iface, BSTR *source)
{
    (void)iface;
    return return_string(record.source, source);
}

static HRESULT WINAPI record_get_Interface(IVMEventRecord *iface, BSTR *name)
{
    (void)iface;
    return return_string(record.type->interface_->name, name);
}

static HRESULT WINAPI record_get_Id(IVMEventRecord *iface, LONG *id)
{
    (void)iface;
    *id = record.type->id;
    return S_OK;
}

static IVMEventRecordVtbl record_vtbl = {
        .get_Text = record_get_Text,
        .get_Time = record_get_Time,
        .get_Source = record_get_Source,
        .get_Interface = record_get_Interface,
        .get_Id = record_get_Id,
        .get_Json = record_get_Json,
};

/* What output_event writes to standard output, as a string. */
static void print(struct output *output, char line[LINE_SIZE])
{
    HANDLE before = GetStdHandle(STD_OUTPUT_HANDLE), read, write;
    struct shown_event event;
    DWORD length = 0;
    HRESULT hr;

    record.IVMEventRecord_iface.lpVtbl = &record_vtbl;
    assert_int_equal(shown_event_from_record(&event, &record.IVMEventRecord_iface), S_OK);
    assert_ptr_equal(event.type, record.type);
    assert_true(CreatePipe(&read, &write, NULL, 2 * LINE_SIZE));
    assert_true(SetStdHandle(STD_OUTPUT_HANDLE, write));
    line_choose_colours(output->options->colour);
    hr = output_event(output, &event);
    SetStdHandle(STD_OUTPUT_HANDLE, before);
    CloseHandle(write);
    assert_int_equal(hr, S_OK);
    assert_true(ReadFile(read, line, LINE_SIZE - 1, &length, NULL));
    line[length] = 0;
    CloseHandle(read);
    shown_event_cleanup(&event);
}

static void assert_line(const struct options *options, const char *expected)
{
    struct output output = {.options = options};
    char line[LINE_SIZE];

    print(&output, line);
    assert_string_equal(line, expected);
}

static int setup(void **state)
{
    (void)state;
    record.type = &event_types[0];
    record.source = L"Demo";
    record.time = 0.5 + 1.0 / 86400000;
    return 0;
}

/* Virtual Server's too, which are records of other interfaces, of which one has a name of its own. */
static void test_every_event_is_found(void **state)
{
    const struct options options = {.json = true, .colour = COLOUR_NEVER};
    const struct event_interface *const tables[] = {event_interfaces, server_interfaces};

    (void)state;
    for (unsigned int i = 0; i < 2 * EVENT_INTERFACE_COUNT; ++i)
    {
        const struct event_interface *events = &tables[i / EVENT_INTERFACE_COUNT][i % EVENT_INTERFACE_COUNT];

        for (ULONG k = 0; k < events->count; ++k)
        {
            record.type = &events->first[k];
            /* Those of the same name are Virtual PC's. */
            if (i >= EVENT_INTERFACE_COUNT && i % EVENT_INTERFACE_COUNT != PC_EVENTS)
                record.type = &event_interfaces[i % EVENT_INTERFACE_COUNT].first[k];
            assert_line(&options, "{\"of\":\"it\"}\n");
        }
    }
}

static void test_clocks(void **state)
{
    const struct options utc = {.clock = CLOCK_UTC, .colour = COLOUR_NEVER};
    const struct options relative = {.clock = CLOCK_RELATIVE, .colour = COLOUR_NEVER};
    struct output output = {.options = &relative};
    char line[LINE_SIZE];

    (void)state;
    assert_line(&utc, "12:00:00.001Z  Demo  words\n");
    print(&output, line);
    assert_string_equal(line, "+00:00:00.000  Demo  words\n");
    record.time += 1 + 3.25 / 24;
    print(&output, line);
    assert_string_equal(line, "+27:15:00.000  Demo  words\n");
    /* A clock that was set back does not make the lines count backwards. */
    record.time -= 2;
    print(&output, line);
    assert_string_equal(line, "+00:00:00.000  Demo  words\n");
}

/* A name is a name alone: none looks like more than one part of a line. */
static void test_names(void **state)
{
    const struct options options = {.clock = CLOCK_UTC, .colour = COLOUR_NEVER};
    static const struct
    {
        const WCHAR *name;
        const char *shown;
    } names[] = {
            {L"", ""},
            {L"My machine", "My machine"},
            {L"A  OnReset()", "\"A  OnReset()\""},
            {L" A", "\" A\""},
            {L"A ", "\"A \""},
            {L"A\"", "\"A\"\"\""},
            {L"A\n12:00:00.000  B\x1b[2J", "\"A<U+000A>12:00:00.000  B<U+001B>[2J\""},
            {L"\x202e\x5d0", "<U+202E>\xd7\x90"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(names); ++i)
    {
        char expected[256];

        snprintf(expected, sizeof(expected), "12:00:00.001Z  %s  words\n", names[i].shown);
        record.source = names[i].name;
        assert_line(&options, expected);
    }
}

/* To a pipe there are colours only when they are asked for. */
static void test_colours(void **state)
{
    const struct options always = {.clock = CLOCK_UTC, .colour = COLOUR_ALWAYS};
    const struct options automatic = {.clock = CLOCK_UTC, .colour = COLOUR_AUTO};
    const struct options json = {.json = true, .colour = COLOUR_ALWAYS};
    struct output output = {.options = &always};
    char line[LINE_SIZE], *next, *rest = line;

    (void)state;
    print(&output, line);
    assert_memory_equal(line, "\x1b[", 2);
    /* Each that is begun is ended, and without them it is the line. */
    for (next = line; *next; ++next)
    {
        if (*next == '\x1b')
            next = strchr(next, 'm');
        else
            *rest++ = *next;
    }
    *rest = 0;
    assert_string_equal(line, "12:00:00.001Z  Demo  words\n");
    assert_line(&automatic, "12:00:00.001Z  Demo  words\n");
    assert_line(&json, "{\"of\":\"it\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_every_event_is_found, setup),
            cmocka_unit_test_setup(test_clocks, setup),
            cmocka_unit_test_setup(test_names, setup),
            cmocka_unit_test_setup(test_colours, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
