/*
 * Clients that connect a sink to a machine and end that again, many times and several at once, from single-threaded
 * apartments: none of them gets stuck. (The comment in sink/mta.c tells how one could, under Wine.) This program
 * starts itself as such a client.
 */
#include "client.h"

#include "sink/library.h"
#include "sink/worker.h"

#include <wchar.h>

enum
{
    CLIENTS = 3,
    ROUNDS = 100
};

/* Every other time it has heard the event before it ends the connection, and else perhaps not. */
static void connect_once(IVMEventSink *sink, IVMEventHost *host, const WCHAR *name, bool hears)
{
    IVMEventMachine *machine = client_create_machine(host, name);
    SAFEARRAY *no_arguments = SafeArrayCreateVector(VT_VARIANT, 0, 0);
    BSTR event = SysAllocString(L"OnReset");
    LONG cookie, handled, missing;

    CHECK(IVMEventSink_Connect(sink, (IUnknown *)machine, NULL, &cookie) == S_OK);
    CHECK(IVMEventMachine_Raise(machine, event, no_arguments) == S_OK);
    CHECK(IVMEventSink_Run(sink, 0, &handled) == S_OK);
    if (hears)
        CHECK(IVMEventSink_CatchUp(sink, -1, &missing) == S_OK && !missing);
    client_remove_machine(host, name);
    CHECK(IVMEventSink_Disconnect(sink, cookie) == S_OK);
    client_release(machine);
    SafeArrayDestroy(no_arguments);
    SysFreeString(event);
}

static void connect_many_times(void *context)
{
    IVMEventHost *host = client_create_host();
    IVMEventSink *sink = sink_create();
    LONG received;

    for (int i = 0; i < ROUNDS; ++i)
        connect_once(sink, host, context, i % 2);
    CHECK(IVMEventSink_get_Received(sink, &received) == S_OK);
    /* The event, and the machine's end. */
    CHECK(received >= ROUNDS / 2 && received <= 2 * ROUNDS);
    CHECK(!IVMEventSink_Release(sink));
    client_release(host);
}

static int run_child(const char *argument)
{
    WCHAR name[32];
    void *state = NULL;

    swprintf(name, ARRAYSIZE(name), L"%hs", argument);
    /* Without the multithreaded apartment that library_load is in. */
    CHECK(!library_load(&state));
    CoUninitialize();
    worker_run(COINIT_APARTMENTTHREADED, connect_many_times, name);
    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    CHECK(!library_check_idle(&state));
    CHECK(!library_unload(&state));
    return 0;
}

static void test_connected_and_disconnected_many_times(void **state)
{
    static const WCHAR *const names[CLIENTS] = {L"Alpha", L"Beta", L"Gamma"};
    HANDLE clients[CLIENTS];

    client_await_no_host(state);
    for (int i = 0; i < CLIENTS; ++i)
        clients[i] = child_launch(names[i]);
    for (int i = 0; i < CLIENTS; ++i)
        child_expect_success(clients[i]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_connected_and_disconnected_many_times),
    };

    return argc > 1 ? run_child(argv[1]) : cmocka_run_group_tests(tests, client_setup, client_teardown);
}
