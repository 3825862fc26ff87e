/* Machines of Hyper-V as a client sees them on a Windows that has none, which Wine is: the errors, and that they come at once. */
#include "hyperv/stage.h"
#include "recorder.h"

#include <stdio.h>

static IVMEventHost *host;

static int setup(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    return 0;
}

static int teardown(void **state)
{
    client_release(host);
    return client_await_no_host(state);
}

/* The machine is NULL when it fails. */
static struct outcome open_at(const WCHAR *address, IDispatch **machine)
{
    VARIANT args[] = {value_bstr(L"Web"), value_bstr(address)}, result;
    struct outcome outcome = client_call(host, L"OpenMachine", &result, 2, args);

    *machine = SUCCEEDED(outcome.hr) ? V_DISPATCH(&result) : NULL;
    return outcome;
}

static void expect_refusal(const WCHAR *address, const WCHAR *part)
{
    IDispatch *machine;
    struct outcome outcome = open_at(address, &machine);

    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(!wcscmp(outcome.source, L"VMEvents.Host"));
    if (!has(outcome.description, part))
        fail_msg("\"%ls\" does not say \"%ls\"", outcome.description, part);
}

static LONG count_machines(void)
{
    IDispatch *machines;
    VARIANT result;
    LONG count;

    assert_int_equal(client_call(host, L"Machines", &result, 0, NULL).hr, S_OK);
    machines = V_DISPATCH(&result);
    assert_int_equal(client_call(machines, L"Count", &result, 0, NULL).hr, S_OK);
    count = V_I4(&result);
    client_release(machines);
    return count;
}

static void test_addresses_that_are_wrong(void **state)
{
    (void)state;
    expect_refusal(L"hyperv:", L"the address has no machine; it must be like hyperv:Web");
    expect_refusal(L"hyperv:{Web}", L"\"{Web}\" is no GUID");
    expect_refusal(L"hyperv:Web,host=hv1", L"host=hv1 is another computer; with allow-remote");
    expect_refusal(L"hyperv:Web,agent=1", L"\"agent=1\" is no part of an address");
    /* Both kinds are named for who knows neither. */
    expect_refusal(L"hyper-v:Web",
            L"must begin with qemu:, as in qemu:127.0.0.1:4444,agent=4445, or with hyperv:, as in "
            L"hyperv:Web");
    assert_int_equal(count_machines(), 0);
}

/* It says so, how to tell, and leaves nothing behind. */
static void test_no_hyperv(void **state)
{
    static const WCHAR *const addresses[] = {
            L"hyperv:Web", L"hyperv:{5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90}", L"hyperv:Web,host=localhost"};

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(addresses); ++i)
    {
        expect_refusal(addresses[i],
                L"there is no Hyper-V: WMI has no namespace root\\virtualization\\v2; where there is "
                L"one, Get-CimInstance");
        assert_int_equal(count_machines(), 0);
    }
}

/* Another computer that cannot be reached is none that has no Hyper-V: the machine is attached when it can be. */
static void test_another_computer(void **state)
{
    IDispatch *machine;
    VARIANT result;

    (void)state;
    assert_int_equal(open_at(L"hyperv:Web,host=hv1.invalid,allow-remote", &machine).hr, S_OK);
    assert_int_equal(client_call(machine, L"Connected", &result, 0, NULL).hr, S_OK);
    assert_int_equal(V_BOOL(&result), VARIANT_FALSE);
    assert_int_equal(client_call(machine, L"Fault", &result, 0, NULL).hr, S_OK);
    assert_true(has(V_BSTR(&result), L"hv1.invalid: WMI cannot be reached (0x80041015); it is tried again"));
    VariantClear(&result);
    assert_int_equal(client_call(machine, L"LogoffGuest", NULL, 0, NULL).hr, VM_E_VM_NOT_RUNNING);
    client_release(machine);
    client_remove_machine(host, L"Web");
    assert_int_equal(count_machines(), 0);
}

static int setup_group(void **state)
{
    stage_unregister();
    return client_setup(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_addresses_that_are_wrong, setup, teardown),
            cmocka_unit_test_setup_teardown(test_no_hyperv, setup, teardown),
            cmocka_unit_test_setup_teardown(test_another_computer, setup, teardown),
    };

    return cmocka_run_group_tests_name("Hyper-V where there is none", tests, setup_group, client_teardown);
}
