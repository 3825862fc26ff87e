/* vmevents.dll registered by regsvr32, and vmhost.exe by itself, in the test's own bitness. */
#include "installed.h"
#include "vmevents.h"

static bool can_make_a_host(void)
{
    IVMEventMachines *machines;
    IVMEventHost *created;
    long count = -1;
    HRESULT hr;

    if (FAILED(hr = CoCreateInstance(
                       &CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)&created)))
    {
        fprintf(stderr, "CoCreateInstance: %#lx\n", (unsigned long)hr);
        return false;
    }
    if (SUCCEEDED(hr = IVMEventHost_get_Machines(created, &machines)))
    {
        hr = IVMEventMachines_get_Count(machines, &count);
        IVMEventMachines_Release(machines);
    }
    IVMEventHost_Release(created);
    if (FAILED(hr))
        fprintf(stderr, "calling the host: %#lx\n", (unsigned long)hr);
    return SUCCEEDED(hr) && !count;
}

static void test_dll_for_the_machine(void **state)
{
    IVMEventSink *sink;
    CLSID clsid;

    (void)state;
    assert_int_equal(regsvr32(OWN_BITNESS, L""), 0);
    assert_int_equal(CLSIDFromProgID(L"VMEvents.Sink.1", &clsid), S_OK);
    assert_int_equal(CoCreateInstance(&clsid, NULL, CLSCTX_INPROC_SERVER, &IID_IVMEventSink, (void **)&sink), S_OK);
    IVMEventSink_Release(sink);
    CoFreeUnusedLibrariesEx(0, 0);
    assert_true(script_can_make_a_sink(OWN_BITNESS));
    assert_int_equal(regsvr32(OWN_BITNESS, L"/u"), 0);
    assert_int_equal(CLSIDFromProgID(L"VMEvents.Sink.1", &clsid), CO_E_CLASSSTRING);
    assert_true(is_as_before());
}

static void test_dll_for_the_user(void **state)
{
    (void)state;
    assert_int_equal(regsvr32(OWN_BITNESS, L"/n /i:user"), 0);
    assert_true(class_is_registered(HKEY_CURRENT_USER, OWN_BITNESS));
    assert_false(class_is_registered(HKEY_LOCAL_MACHINE, OWN_BITNESS));
    /* Windows has a user's classes in HKEY_CLASSES_ROOT, where COM looks; Wine has not. */
    if (exists(HKEY_CLASSES_ROOT, 0, L"VMEvents.Sink"))
        assert_true(script_can_make_a_sink(OWN_BITNESS));
    assert_int_equal(regsvr32(OWN_BITNESS, L"/u /n /i:user"), 0);
    assert_true(is_as_before());
}

static void test_dll_twice(void **state)
{
    (void)state;
    assert_int_equal(regsvr32(OWN_BITNESS, L""), 0);
    assert_int_equal(regsvr32(OWN_BITNESS, L""), 0);
    assert_int_equal(regsvr32(OWN_BITNESS, L"/u"), 0);
    assert_true(is_as_before());
    assert_int_equal(look(state), 0);
    assert_int_equal(regsvr32(OWN_BITNESS, L"/u"), 0);
    assert_true(is_as_before());
}

/* COM starts the host by the quoted path, and carries calls by the registered library. */
static void test_host(void **state)
{
    (void)state;
    assert_int_equal(vmhost(OWN_BITNESS, L"/regserver"), 0);
    assert_true(can_make_a_host());
    assert_int_equal(vmhost(OWN_BITNESS, L"/unregserver"), 0);
    assert_true(is_as_before());
}

/* With the dll gone, the library is found in the host. */
static void test_host_after_dll(void **state)
{
    (void)state;
    assert_int_equal(vmhost(OWN_BITNESS, L"/regserver"), 0);
    assert_int_equal(regsvr32(OWN_BITNESS, L""), 0);
    assert_int_equal(regsvr32(OWN_BITNESS, L"/u"), 0);
    assert_true(can_make_a_host());
    assert_int_equal(vmhost(OWN_BITNESS, L"/unregserver"), 0);
    assert_true(is_as_before());
}

/* Registered later, it stays when the first is unregistered, and works. */
static void test_second_copy(void **state)
{
    (void)state;
    assert_int_equal(regsvr32(OWN_BITNESS, L""), 0);
    assert_int_equal(vmhost(OWN_BITNESS, L"/regserver"), 0);
    second_copy = true;
    assert_int_equal(regsvr32(OWN_BITNESS, L""), 0);
    assert_int_equal(vmhost(OWN_BITNESS, L"/regserver"), 0);
    second_copy = false;
    assert_int_equal(regsvr32(OWN_BITNESS, L"/u"), 0);
    assert_int_equal(vmhost(OWN_BITNESS, L"/unregserver"), 0);
    assert_true(script_can_make_a_sink(OWN_BITNESS));
    assert_true(can_make_a_host());
    second_copy = true;
    assert_int_equal(regsvr32(OWN_BITNESS, L"/u"), 0);
    assert_int_equal(vmhost(OWN_BITNESS, L"/unregserver"), 0);
    second_copy = false;
    assert_true(is_as_before());
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_dll_for_the_machine, look),
            cmocka_unit_test_setup(test_dll_for_the_user, look),
            cmocka_unit_test_setup(test_dll_twice, look),
            cmocka_unit_test_setup(test_host, look),
            cmocka_unit_test_setup(test_host_after_dll, look),
            cmocka_unit_test_setup(test_second_copy, look),
    };

    return cmocka_run_group_tests(tests, install, uninstall);
}
