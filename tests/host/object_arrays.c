/*
 * Objects in arrays among the arguments of an event, from one client to another by way of the host: each hop is a call
 * between processes. What the client here raises its own sink hears.
 */
#include "client.h"
#include "sink/owned_object.h"
#include "sink/worker.h"

#include <wchar.h>

static IVMEventHost *host;
static IVMEventMachine *machine;
static IVMEventSink *sink;

static int set_up(void **state)
{
    LONG cookie;

    client_await_no_host(state);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    sink = sink_create();
    CHECK(IVMEventSink_Connect(sink, (IUnknown *)machine, NULL, &cookie) == S_OK);
    return 0;
}

static int tear_down(void **state)
{
    CHECK(!IVMEventSink_Release(sink));
    client_remove_machine(host, L"Alpha");
    client_release(machine);
    client_release(host);
    client_await_no_host(state);
    return library_check_idle(state);
}

static void raise_data(VARIANT data)
{
    VARIANT args[] = {value_bstr(L"OnConfigurationChanged"), value_bstr(L"key"), data};

    assert_int_equal(client_call(machine, L"Raise", NULL, 3, args).hr, S_OK);
    VariantClear(&args[0]);
    VariantClear(&args[1]);
}

static LONG rejected(void)
{
    LONG count;

    assert_int_equal(IVMEventSink_get_Rejected(sink, &count), S_OK);
    return count;
}

/* The next event has come, and its data says this. */
static IVMEventRecord *hear(const WCHAR *data)
{
    IVMEventRecord *record;
    WCHAR expected[128];
    LONG missing;
    BSTR text;

    assert_int_equal(IVMEventSink_CatchUp(sink, PATIENCE_MS, &missing), S_OK);
    assert_int_equal(missing, 0);
    assert_int_equal(IVMEventSink_NextEvent(sink, 0, &record), S_OK);
    assert_non_null(record);
    assert_int_equal(IVMEventRecord_get_Text(record, &text), S_OK);
    swprintf(expected, ARRAYSIZE(expected), L"OnConfigurationChanged(configKey=\"key\", configData=%ls)", data);
    if (wcscmp(text, expected) != 0)
        fail_msg("\"%ls\" is not \"%ls\"", text, expected);
    SysFreeString(text);
    return record;
}

static void call_object_of(IVMEventRecord *record)
{
    VARIANT arguments, *values;

    assert_int_equal(IVMEventRecord_get_Arguments(record, &arguments), S_OK);
    assert_int_equal(SafeArrayAccessData(V_ARRAY(&arguments), (void **)&values), S_OK);
    assert_int_equal(owned_call(&values[1]), S_OK);
    SafeArrayUnaccessData(V_ARRAY(&arguments));
    VariantClear(&arguments);
    IVMEventRecord_Release(record);
}

/* However it stands, the object arrives and can be called. */
static void test_object_of_every_shape(void **state)
{
    static const WCHAR *const texts[SHAPE_COUNT] = {
            [SHAPE_DISPATCH] = L"Object",
            [SHAPE_UNKNOWN] = L"Object",
            [SHAPE_VARIANTS] = L"Array(2)[Object, Empty]",
            [SHAPE_DISPATCHES] = L"Array(2)[Object, Nothing]",
            [SHAPE_UNKNOWNS] = L"Array(2)[Object, Nothing]",
            [SHAPE_NESTED] = L"Array(2)[Array(2)[Object, Empty], Empty]",
    };
    static struct owned_object object;

    (void)state;
    owned_init(&object);
    for (enum owned_shape shape = 0; shape < SHAPE_COUNT; ++shape)
    {
        VARIANT data = owned_wrap(&object.IDispatch_iface, shape);

        raise_data(data);
        VariantClear(&data);
        call_object_of(hear(texts[shape]));
        assert_int_equal(object.calls, shape + 1);
    }
    assert_int_equal(object.strange, 0);
    assert_int_equal(rejected(), 0);
}

static VARIANT wrap_array(SAFEARRAY *array)
{
    VARIANT value, element;
    LONG index = 0;

    V_VT(&element) = VT_ARRAY | VT_DISPATCH;
    V_ARRAY(&element) = array;
    V_VT(&value) = VT_ARRAY | VT_VARIANT;
    CHECK((V_ARRAY(&value) = SafeArrayCreateVector(VT_VARIANT, 0, 1)));
    CHECK(SafeArrayPutElement(V_ARRAY(&value), &index, &element) == S_OK);
    VariantClear(&element);
    return value;
}

/* Inside of another array, and counted from where it was. */
static void test_array_of_objects_in_an_array(void **state)
{
    SAFEARRAYBOUND bound = {2, 5};
    static struct owned_object object;
    VARIANT data, arguments, *values;
    IVMEventRecord *record;
    SAFEARRAY *array;
    LONG place = 6, lower;

    (void)state;
    owned_init(&object);
    CHECK((array = SafeArrayCreate(VT_DISPATCH, 1, &bound)));
    CHECK(SafeArrayPutElement(array, &place, &object.IDispatch_iface) == S_OK);
    data = wrap_array(array);
    raise_data(data);
    VariantClear(&data);
    record = hear(L"Array(1)[Array(2)[Nothing, Object]]");
    assert_int_equal(IVMEventRecord_get_Arguments(record, &arguments), S_OK);
    IVMEventRecord_Release(record);
    values = V_ARRAY(&arguments)->pvData;
    values = V_ARRAY(&values[1])->pvData;
    assert_int_equal(SafeArrayGetLBound(V_ARRAY(&values[0]), 1, &lower), S_OK);
    assert_int_equal(lower, 5);
    VariantClear(&arguments);
    assert_int_equal(rejected(), 0);
}

#define object_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static int set_up_group(void **state)
{
    client_setup(state);
    return library_load(state);
}

static int tear_down_group(void **state)
{
    int result = library_unload(state);

    client_teardown(state);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            object_test(test_object_of_every_shape),
            object_test(test_array_of_objects_in_an_array),
    };

    return cmocka_run_group_tests_name("objects in arrays between processes", tests, set_up_group, tear_down_group);
}
