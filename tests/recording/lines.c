/* Lines of a recording: what event_to_json writes is read as the same event; what is wrong is told, and none does harm. */
#include "samples.h"
#include "support/test.h"

#include "event/json.h"
#include "platform/memory.h"
#include "recording/recording.h"

#include <math.h>
#include <string.h>
#include <wchar.h>

static const struct event_type *configuration_changed(void)
{
    return event_type_find(&event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_ConfigurationChanged);
}

/* A line in UTF-8, for free. */
static char *line_with_details(const struct event_type *type, const VARIANT *args, const VMEVENTDETAILS *details)
{
    struct json_event event = {7, 46053.5, L"Demo", type, args, L"words"};
    BSTR json = event_to_json_with_details(&event, details);
    int size;
    char *line;

    assert_non_null(json);
    size = WideCharToMultiByte(CP_UTF8, 0, json, (int)SysStringLen(json), NULL, 0, NULL, NULL);
    assert_non_null(line = calloc((size_t)size + 1, 1));
    WideCharToMultiByte(CP_UTF8, 0, json, (int)SysStringLen(json), line, size, NULL, NULL);
    SysFreeString(json);
    return line;
}

static char *line_of(const struct event_type *type, const VARIANT *args)
{
    return line_with_details(type, args, NULL);
}

static void assert_read(struct recorded_event *event, const char *line)
{
    BSTR reason;

    if (recorded_event_read(event, line, strlen(line), &reason) != S_OK)
        fail_msg("%s: %ls", line, reason ? reason : L"out of memory");
    assert_null(reason);
}

/* How many bytes of a VARIANT are its value, where that is a number. */
static size_t plain_size(VARTYPE type)
{
    switch (type)
    {
        case VT_I1:
        case VT_UI1:
            return 1;
        case VT_I2:
        case VT_UI2:
        case VT_BOOL:
            return 2;
        case VT_I4:
        case VT_UI4:
        case VT_INT:
        case VT_UINT:
        case VT_R4:
        case VT_ERROR:
            return 4;
        case VT_I8:
        case VT_UI8:
        case VT_R8:
        case VT_CY:
        case VT_DATE:
        case VT_DECIMAL:
            return 8;
        default:
            return 0;
    }
}

static void test_every_type_survives(void **state)
{
    VARIANT args[2] = {{.vt = VT_BSTR}}, value;
    UINT count = 0;

    (void)state;
    V_BSTR(&args[0]) = SysAllocString(L"key");
    for (; sample_make(count, &value); ++count)
    {
        struct recorded_event event;
        char *line, *again;

        args[1] = value;
        line = line_of(configuration_changed(), args);
        assert_read(&event, line);
        assert_ptr_equal(event.type, configuration_changed());
        assert_int_equal(event.sequence, 7);
        assert_true(fabs(recorded_event_date(&event) - 46053.5) < 1e-9);
        assert_int_equal(V_VT(&event.args[1]), V_VT(&value));
        again = line_of(event.type, event.args);
        assert_string_equal(again, line);
        assert_memory_equal(&V_I8(&event.args[1]), &V_I8(&value), plain_size(V_VT(&value)));
        free(again);
        free(line);
        recorded_event_cleanup(&event);
        VariantClear(&value);
    }
    assert_true(count > 60);
    SysFreeString(V_BSTR(&args[0]));
}

static struct details *create_details(void)
{
    VMEVENTDETAIL given[] = {{L"us\"er\x202e", {.vt = VT_BSTR}}, {L"half", {.vt = VT_BSTR}},
            {L"empty", {.vt = VT_BSTR}}, {L"tries", {.vt = VT_I4}}, {L"share", {.vt = VT_R8}},
            {L"whole", {.vt = VT_R8}}, {L"size", {.vt = VT_R8}}, {L"nothing", {.vt = VT_R8}},
            {L"configData", {.vt = VT_BOOL}}};
    struct details *details;

    V_BSTR(&given[0].value) = SysAllocString(L"\x4d0 \x1b[31m");
    V_BSTR(&given[1].value) = SysAllocString(L"\xd800");
    V_I4(&given[3].value) = MINLONG;
    V_R8(&given[4].value) = 0.1;
    V_R8(&given[5].value) = 5;
    V_R8(&given[6].value) = 5e9;
    V_R8(&given[7].value) = NAN;
    V_BOOL(&given[8].value) = VARIANT_TRUE;
    assert_non_null(details = details_create(given, ARRAYSIZE(given)));
    for (size_t i = 0; i < ARRAYSIZE(given); ++i)
        VariantClear(&given[i].value);
    return details;
}

/* With its types, and what JSON has no number and no character for. */
static void test_details_survive(void **state)
{
    VARIANT args[2] = {{.vt = VT_BSTR}, {.vt = VT_I4}};
    struct details *details = create_details();
    struct recorded_event event;
    char *line, *again;

    (void)state;
    line = line_with_details(configuration_changed(), args, &details->view);
    assert_non_null(strstr(line, "\"whole\":5,"));
    assert_read(&event, line);
    assert_non_null(event.details);
    assert_int_equal(event.details->view.count, details->view.count);
    for (UINT i = 0; i < details->view.count; ++i)
    {
        const VMEVENTDETAIL *is = &event.details->items[i], *was = &details->items[i];

        assert_int_equal(wcscmp(is->name, was->name), 0);
        assert_int_equal(V_VT(&is->value), V_VT(&was->value));
        assert_memory_equal(&V_I8(&is->value), &V_I8(&was->value), plain_size(V_VT(&was->value)));
        if (V_VT(&was->value) == VT_BSTR)
            assert_int_equal(wcscmp(V_BSTR(&is->value), V_BSTR(&was->value)), 0);
    }
    again = line_with_details(event.type, event.args, &event.details->view);
    assert_string_equal(again, line);
    free(again);
    free(line);
    recorded_event_cleanup(&event);
    details_release(details);
}

/* What a record or an array that is too deep had is not kept, and is no fault of the line. */
static void test_what_is_not_kept(void **state)
{
    VARIANT args[2] = {{.vt = VT_BSTR}, {.vt = VT_RECORD}};
    struct recorded_event event;
    char *line = line_of(configuration_changed(), args);

    (void)state;
    assert_read(&event, line);
    assert_int_equal(V_VT(&event.args[1]), VT_EMPTY);
    recorded_event_cleanup(&event);
    free(line);
}

static void test_every_event_is_read(void **state)
{
    (void)state;
    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        VARIANT args[EVENT_MAX_ARGS];
        struct recorded_event event;
        char *line;

        for (UINT k = 0; k < event_types[i].param_count; ++k)
        {
            memset(&args[k], 0, sizeof(args[k]));
            V_VT(&args[k]) = event_types[i].params[k].type == VT_VARIANT ? VT_I4 : event_types[i].params[k].type;
        }
        line = line_of(&event_types[i], args);
        assert_read(&event, line);
        assert_ptr_equal(event.type, &event_types[i]);
        recorded_event_cleanup(&event);
        free(line);
    }
}

#define BEGINNING "{\"time\":\"2026-01-31T09:05:01.223Z\",\"source\":\"\","
#define LOGOFF BEGINNING "\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnGuestLogoff\","
#define SETTING BEGINNING "\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnConfigurationChanged\","
#define DETAILS BEGINNING "\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnReset\",\"arguments\":{},\"details\":"
#define EXACT SETTING "\"arguments\":{\"configKey\":\"\"},\"exact\":{\"configData\":"

static void test_wrong_lines(void **state)
{
    static const struct
    {
        const char *line;
        const WCHAR *reason;
    } wrong[] = {
            {"{", L"no JSON object"},
            {"[]", L"no JSON object"},
            {"{} {}", L"no JSON object"},
            {"{\"a\":\"\\ud800\"}", L"no JSON object"},
            {"{\"a\":\"\xc0\x80\"}", L"a byte that is not UTF-8 text"},
            {"{\"a\":\"B\xfcro\"}", L"a byte that is not UTF-8 text; save the file as UTF-8"},
            {"{\"a\":\"\x1b[2J\"}\r",
                    L"character 7 of the line is the control character U+001B; in a string of JSON it is written "
                    L"by its number, as \\u001B"},
            {"{\"a\":}\r", L"the line is no JSON object"},
            {"{\"a\":01}", L"no JSON object"},
            {"{}", L"\"time\" is no time"},
            {"{\"time\":\"2026-02-30T09:05:01.223Z\"}", L"\"time\" is no time"},
            {"{\"time\":\"2026-01-31T09:05:01.223+\"}", L"\"time\" is no time"},
            {"{\"time\":\"2026-01-31T09:05:01.223Z\"}", L"\"source\" is no string"},
            {BEGINNING "\"name\":\"OnReset\"}", L"\"interface\" is missing"},
            {BEGINNING "\"interface\":\"IVMDVDDriveEvents\",\"name\":\"OnReset\"}", L"no event of that interface"},
            {LOGOFF "\"arguments\":{}}", L"\"logoffType\" of OnGuestLogoff is missing"},
            {LOGOFF "\"arguments\":{\"logoffType\":3}}", L"2 (vmLogoff_External)"},
            {LOGOFF "\"arguments\":{\"logoffType\":\"vmLogoff_Normal\"}}", L"none that it can be"},
            {LOGOFF "\"arguments\":{\"logoffType\":1.5}}", L"none that it can be"},
            {EXACT "{\"type\":\"VT_I1\",\"value\":\"128\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_UI8\",\"value\":\"18446744073709551616\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_UI1\",\"value\":\"-1\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_I2\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_VARIANT\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_I3\",\"value\":\"1\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_R8\",\"value\":\"0x10\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_R8\",\"value\":\"1e999\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_CY\",\"value\":\"922337203685477.5808\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_DECIMAL\",\"value\":\"79228162514264337593543950336\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_BSTR\",\"bytes\":\"0\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_BSTR\",\"bytes\":\"0g\"}}}", L"configData"},
            {EXACT "{\"type\":\"VT_ARRAY|VT_I2\",\"bounds\":[]}}}", L"configData"},
            {EXACT "{\"type\":\"VT_ARRAY|VT_I2\",\"bounds\":[[0,2147483647],[0,2147483647]]}}}", L"configData"},
            {EXACT "{\"type\":\"VT_ARRAY|VT_I2\",\"bounds\":[[0,1]],\"elements\":[]}}}", L"configData"},
            {EXACT "{\"type\":\"VT_ARRAY|VT_I2\",\"bounds\":[[0,1]],\"elements\":[{\"type\":\"VT_I4\",\"value\":\"1\"}]"
                   "}}}",
                    L"configData"},
            {DETAILS "[]}", L"\"details\" is no object"},
            {DETAILS "{\"user\":[]}}", L"\"details\" has a value that is no string, number, true or false"},
            {DETAILS "{\"user\":null}}",
                    L"\"details\" has a name twice, one that is not of letters and digits, or a value that is no "
                    L"string"},
            {DETAILS "{\"\":1}}", L"\"details\" has a name twice, one that is not of letters"},
            {DETAILS "{\"us er\":1}}", L"\"details\" has a name twice, one that is not of letters"},
            {DETAILS "{\"user\":1,\"USER\":2}}", L"\"details\" has a name twice"},
            {DETAILS "{\"us\\u0000er\":1}}", L"\"details\" has a name with a NUL"},
            {DETAILS "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,"
                     "\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1}}",
                    L"which is 16"},
            {DETAILS "{\"user\":1},\"exactDetails\":{\"user\":{\"type\":\"VT_I2\",\"value\":\"1\"}}}",
                    L"\"details\" has a name twice, one that is not of letters and digits, or a value that is no "
                    L"string"},
            {DETAILS "{\"user\":1},\"exactDetails\":{\"user\":{\"type\":\"VT_R8\",\"value\":\"one\"}}}",
                    L"\"details\" has a value that is no string"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(wrong); ++i)
    {
        struct recorded_event event;
        BSTR reason;

        assert_int_equal(recorded_event_read(&event, wrong[i].line, strlen(wrong[i].line), &reason), E_INVALIDARG);
        if (!wcsstr(reason, wrong[i].reason))
            fail_msg("%s: \"%ls\" is not in \"%ls\"", wrong[i].line, wrong[i].reason, reason);
        SysFreeString(reason);
    }
}

/* Whatever a byte of a line is changed to, and wherever it is cut, it is read or refused, and leaves no memory behind. */
static void test_damaged_lines(void **state)
{
    VARIANT args[2] = {{.vt = VT_BSTR}}, value;
    struct details *details = create_details();

    (void)state;
    for (UINT number = 0; sample_make(number, &value); number += 3)
    {
        struct recorded_event event;
        size_t length;
        BSTR reason;
        char *line;

        args[1] = value;
        line = line_with_details(configuration_changed(), args, number % 2 ? &details->view : NULL);
        VariantClear(&value);
        length = strlen(line);
        for (size_t i = 0; i < length && i < 600; ++i)
        {
            char *copy = malloc(length), was = line[i];

            memcpy(copy, line, length);
            copy[i] = "\"{}[]:,\\0x\xff"[(i + number) % 11];
            for (size_t end = length; end; end = end == length ? i : 0)
            {
                if (recorded_event_read(&event, copy, end, &reason) == S_OK)
                    recorded_event_cleanup(&event);
                SysFreeString(reason);
            }
            assert_int_equal(line[i], was);
            free(copy);
        }
        free(line);
    }
    details_release(details);
}

static UINT count_events(const char *text, bool *cut, uint32_t *line, HRESULT *end)
{
    struct recorded_event event;
    struct recording recording;
    BSTR reason;
    UINT count = 0;

    recording_begin(&recording, text, strlen(text));
    for (; (*end = recording_next(&recording, &event, &reason)) == S_OK; ++count)
        recorded_event_cleanup(&event);
    SysFreeString(reason);
    *cut = recording.cut;
    *line = recording.line;
    return count;
}

#define RESET BEGINNING "\"interface\":\"IVMVirtualMachineEvents\",\"name\":\"OnReset\",\"arguments\":{}}"

static void test_files(void **state)
{
    uint32_t line;
    HRESULT end;
    bool cut;

    (void)state;
    assert_true(recording_is_one("\xef\xbb\xbf\r\n {", 7));
    assert_false(recording_is_one("0 OnReset", 9));
    assert_false(recording_is_one("", 0));
    assert_int_equal(count_events("\xef\xbb\xbf" RESET "\r\n\n" RESET "\n", &cut, &line, &end), 2);
    assert_int_equal(end, S_FALSE);
    assert_false(cut);
    /* The last line need not have an end, when it is whole. */
    assert_int_equal(count_events(RESET "\n" RESET, &cut, &line, &end), 2);
    assert_false(cut);
    assert_int_equal(count_events(RESET "\n{\"time\":\"20", &cut, &line, &end), 1);
    assert_int_equal(end, S_FALSE);
    assert_true(cut);
    assert_true(recording_is_cut(RESET "\n{\"time\":\"20", strlen(RESET "\n{\"time\":\"20")));
    assert_false(recording_is_cut(RESET "\n", strlen(RESET "\n")));
    /* One that has an end was not cut. */
    assert_int_equal(count_events(RESET "\n{\"time\":\"20\n" RESET "\n", &cut, &line, &end), 1);
    assert_int_equal(end, E_INVALIDARG);
    assert_int_equal(line, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_every_type_survives),
            cmocka_unit_test(test_details_survive),
            cmocka_unit_test(test_what_is_not_kept),
            cmocka_unit_test(test_every_event_is_read),
            cmocka_unit_test(test_wrong_lines),
            cmocka_unit_test(test_damaged_lines),
            cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
