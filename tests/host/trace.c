/* What the host traces: what an administrator of it would like to know, in a process that has no window. */
#include "client.h"

#include <stdlib.h>
#include <string.h>

#ifdef _WIN64
static const WCHAR path[] = L"host_trace_64.txt";
#else
static const WCHAR path[] = L"host_trace_32.txt";
#endif

/* COM starts the host with the environment of its client, under Wine at least. */
static IVMEventHost *create_host_with(const WCHAR *channels)
{
    DeleteFileW(path);
    assert_true(SetEnvironmentVariableW(L"VMEVENTS_TRACE", channels) || !channels);
    assert_true(SetEnvironmentVariableW(L"VMEVENTS_TRACE_FILE", path));
    return client_create_host();
}

/* What the file has; NULL: there is none. */
static const char *read_trace(void)
{
    static char text[65536];
    FILE *file = _wfopen(path, L"rb");
    size_t size;

    if (!file)
        return NULL;
    size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = 0;
    return text;
}

static unsigned int count(const char *part)
{
    const char *text = read_trace();
    unsigned int found = 0;

    assert_non_null(text);
    for (; (text = strstr(text, part)); text += strlen(part))
        ++found;
    return found;
}

static int teardown(void **state)
{
    DeleteFileW(path);
    return client_await_no_host(state);
}

/* A machine that is made, raises, refuses and goes, and one whose QEMU is not there: nobody listens at port 1. */
static void use_host(IVMEventHost *host)
{
    IVMEventMachine *machine = client_create_machine(host, L"M\u00fcller");
    VARIANT args[] = {value_bstr(L"nobody"), value_bstr(L"qemu:127.0.0.1:1")},
            wrong = value_bstr(L"OnNothing\r\nforged");
    struct outcome outcome;
    VARIANT opened;

    client_raise(machine, L"OnReset", 0);
    outcome = client_call(machine, L"Raise", NULL, 1, &wrong);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    client_release(machine);
    client_remove_machine(host, L"M\u00fcller");
    outcome = client_call(host, L"OpenMachine", &opened, 2, args);
    assert_int_equal(outcome.hr, S_OK);
    VariantClear(&opened);
    client_release(host);
    assert_int_equal(client_await_no_host(NULL), 0);
}

static void test_host(void **state)
{
    (void)state;
    use_host(create_host_with(L"host"));
    assert_int_equal(count(" trace: vmhost.exe "), 1);
    assert_true(count(" host: a client is here\n") > 0);
    assert_int_equal(count(" host: machine \"M\xc3\xbcller\" is made, simulated, source "), 1);
    assert_int_equal(count(" host: machine \"M\xc3\xbcller\" fires OnReset, "), 1);
    assert_int_equal(count(" host: a call is refused by 0x80070057: "), 1);
    assert_int_equal(count("OnNothing<U+000D><U+000A>forged"), 1);
    assert_int_equal(count("\nforged"), 0);
    assert_int_equal(count(" host: machine \"M\xc3\xbcller\" is removed\n"), 1);
    assert_int_equal(count(" host: machine \"nobody\" is made, live, source "), 1);
    assert_int_equal(
            count(" host: machine \"nobody\" is not connected: QEMU at 127.0.0.1, port 1: nobody listens there; "), 1);
    assert_int_equal(count("no client is left: the process ends\n"), 1);
    assert_int_equal(count(" host: ") + 1, count("\n"));
}

static void test_qemu(void **state)
{
    (void)state;
    use_host(create_host_with(L"qemu"));
    assert_true(count(" qemu: connects to 127.0.0.1:1\n") > 0);
    assert_true(count(" qemu: a connection ends: ") > 0);
    assert_true(count(" qemu: 127.0.0.1:1: not attached: QEMU at 127.0.0.1, port 1: nobody listens there; ") > 0);
    assert_int_equal(count(" qemu: ") + 1, count("\n"));
}

static void test_off(void **state)
{
    (void)state;
    use_host(create_host_with(NULL));
    assert_null(read_trace());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_host, client_await_no_host, teardown),
            cmocka_unit_test_setup_teardown(test_qemu, client_await_no_host, teardown),
            cmocka_unit_test_setup_teardown(test_off, client_await_no_host, teardown),
    };

    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
