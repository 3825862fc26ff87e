/* What vmwatch prints of records, for every event of the catalogue. */
#include "support/test.h"

#include "event/catalogue.h"
#include "watch/output.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define LINE_SIZE 4096

/* A record of one event, with the number of its place for each argument. */
static struct
{
    IVMEventRecord IVMEventRecord_iface;
    const struct event_type *type;
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

static HRESULT WINAPI record_get_Sequence(IVMEventRecord *iface, LONG *sequence)
{
    (void)iface;
    *sequence = 7;
    return S_OK;
}

static HRESULT WINAPI record_get_Time(IVMEventRecord *iface, DATE *time)
{
    (void)iface;
    *time = 0;
    return S_OK;
}

static HRESULT WINAPI record_get_Source(IVMEventRecord *iface, BSTR *source)
{
    (void)iface;
    return return_string(L"Demo", source);
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

static HRESULT WINAPI record_get_Arguments(IVMEventRecord *iface, VARIANT *arguments)
{
    SAFEARRAY *array = SafeArrayCreateVector(VT_VARIANT, 0, record.type->param_count);
    VARIANT value;

    (void)iface;
    assert_non_null(array);
    V_VT(&value) = VT_I4;
    for (LONG i = 0; i < (LONG)record.type->param_count; ++i)
    {
        V_I4(&value) = i;
        assert_int_equal(SafeArrayPutElement(array, &i, &value), S_OK);
    }
    V_VT(arguments) = VT_ARRAY | VT_VARIANT;
    V_ARRAY(arguments) = array;
    return S_OK;
}

static IVMEventRecordVtbl record_vtbl = {
        .get_Text = record_get_Text,
        .get_Sequence = record_get_Sequence,
        .get_Time = record_get_Time,
        .get_Source = record_get_Source,
        .get_Interface = record_get_Interface,
        .get_Id = record_get_Id,
        .get_Arguments = record_get_Arguments,
};

/* What output_record writes to standard output, as a string. */
static void print(const struct event_type *type, bool json, char line[LINE_SIZE])
{
    HANDLE before = GetStdHandle(STD_OUTPUT_HANDLE), read, write;
    DWORD length = 0;
    HRESULT hr;

    record.IVMEventRecord_iface.lpVtbl = &record_vtbl;
    record.type = type;
    assert_true(CreatePipe(&read, &write, NULL, 2 * LINE_SIZE));
    assert_true(SetStdHandle(STD_OUTPUT_HANDLE, write));
    hr = output_record(&record.IVMEventRecord_iface, json);
    SetStdHandle(STD_OUTPUT_HANDLE, before);
    CloseHandle(write);
    assert_int_equal(hr, S_OK);
    assert_true(ReadFile(read, line, LINE_SIZE - 1, &length, NULL));
    line[length] = 0;
    CloseHandle(read);
}

static void assert_json_of(const struct event_type *type)
{
    char line[LINE_SIZE], expected[LINE_SIZE];
    int length;

    length = snprintf(expected, sizeof(expected),
            "{\"sequence\":7,\"time\":\"1899-12-30T00:00:00.000Z\",\"source\":\"Demo\",\"interface\":\"%ls\",\"name\":"
            "\"%ls\","
            "\"id\":%ld,\"arguments\":{",
            type->interface_->name, type->name, (long)type->id);
    for (UINT i = 0; i < type->param_count; ++i)
        length += snprintf(expected + length, sizeof(expected) - (size_t)length, "%s\"%ls\":%u", i ? "," : "",
                type->params[i].name, i);
    snprintf(expected + length, sizeof(expected) - (size_t)length, "},\"text\":\"words\"}\n");
    print(type, true, line);
    assert_string_equal(line, expected);
}

static void test_json_names_all_arguments(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        for (ULONG k = 0; k < event_interfaces[i].count; ++k)
            assert_json_of(&event_interfaces[i].first[k]);
    }
}

/* Those of Virtual Server are records of another interface, of which one has a name of its own. */
static void test_json_names_all_arguments_of_virtual_server(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        for (ULONG k = 0; k < server_interfaces[i].count; ++k)
            assert_json_of(&server_interfaces[i].first[k]);
    }
}

static void test_text_has_source_and_words(void **state)
{
    const char *end = ".000  Demo  words\n";
    char line[LINE_SIZE];

    (void)state;
    print(&event_interfaces[0].first[0], false, line);
    assert_true(strlen(line) > strlen(end));
    assert_string_equal(line + strlen(line) - strlen(end), end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_json_names_all_arguments),
            cmocka_unit_test(test_json_names_all_arguments_of_virtual_server),
            cmocka_unit_test(test_text_has_source_and_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
