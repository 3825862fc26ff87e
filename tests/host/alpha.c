#include "alpha.h"

IVMEventHost *host;
IVMEventMachine *machine;

int alpha_set_up(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    return 0;
}

int alpha_tear_down(void **state)
{
    client_release(machine);
    client_release(host);
    (void)state;
    return 0;
}

void alpha_find(void)
{
    host = client_create_host();
    machine = client_find_machine(host, L"Alpha");
}

LONG alpha_settle(DWORD cookie, LONG timeout_ms)
{
    LONG missing = -1;

    assert_int_equal(IVMEventMachine_Settle(machine, (LONG)cookie, timeout_ms, &missing), S_OK);
    return missing;
}
