/* Whoever fires at the host meanwhile, all its clients hear the events in the same order. The host's objects are in this
 * process, and fired at as fast as that goes. */
#include "host/host_events.h"

#include "com/module.h"
#include "com/type_info.h"
#include "dispatch/readers.h"
#include "host/host.h"
#include "host/machines.h"
#include "host/threads.h"
#include "support/test.h"

#include <olectl.h>

#define FIRING 3
#define FIRED_BY_EACH 20000 /* a lane has room for all */

struct client
{
    IDispatch IDispatch_iface;
    UINT count;
    LONG heard[FIRING * FIRED_BY_EACH];
    DWORD cookie;
};

static struct client clients[2];

static HRESULT WINAPI client_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) ? iface : NULL;
    return *object ? S_OK : E_NOINTERFACE;
}

static ULONG WINAPI client_AddRef(IDispatch *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI client_Release(IDispatch *iface)
{
    (void)iface;
    return 1;
}

/* One call at a time. */
static HRESULT WINAPI client_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct client *client = CONTAINING_RECORD(iface, struct client, IDispatch_iface);

    (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    CHECK(id == vmVirtualPCEvent_EventLogged && client->count < ARRAYSIZE(client->heard));
    client->heard[client->count++] = V_I4(&params->rgvarg[0]);
    return S_OK;
}

static const IDispatchVtbl client_vtbl = {
        .QueryInterface = client_QueryInterface,
        .AddRef = client_AddRef,
        .Release = client_Release,
        .Invoke = client_Invoke,
};

static DWORD CALLBACK fire_many(void *first)
{
    const struct event_type *type = event_type_get(&event_interfaces[PC_EVENTS], vmVirtualPCEvent_EventLogged);
    LONG number = (LONG)(LONG_PTR)first;

    for (UINT i = 0; i < FIRED_BY_EACH; ++i)
    {
        struct event event;

        event_init(&event, type, L"", NULL);
        V_VT(&event.args[0]) = VT_I4;
        V_I4(&event.args[0]) = number++;
        CHECK(host_events_fire(&event) == S_OK);
        event_cleanup(&event);
    }
    return 0;
}

static IConnectionPoint *find_point(void)
{
    IConnectionPointContainer *container;
    IConnectionPoint *point;

    assert_int_equal(
            IVMEventHost_QueryInterface(host_get(), &IID_IConnectionPointContainer, (void **)&container), S_OK);
    assert_int_equal(IConnectionPointContainer_FindConnectionPoint(container, &DIID_IVMVirtualPCEvents, &point), S_OK);
    IConnectionPointContainer_Release(container);
    return point;
}

static void test_one_order_for_all(void **state)
{
    IConnectionPoint *point = find_point();
    HANDLE threads[FIRING];
    LONG missing;

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(clients); ++i)
    {
        clients[i].IDispatch_iface.lpVtbl = (IDispatchVtbl *)&client_vtbl;
        assert_int_equal(
                IConnectionPoint_Advise(point, (IUnknown *)&clients[i].IDispatch_iface, &clients[i].cookie), S_OK);
    }
    for (LONG_PTR i = 0; i < FIRING; ++i)
        assert_non_null(threads[i] = CreateThread(NULL, 0, fire_many, (void *)(i * FIRED_BY_EACH), 0, NULL));
    WaitForMultipleObjects(FIRING, threads, TRUE, INFINITE);
    for (UINT i = 0; i < FIRING; ++i)
        CloseHandle(threads[i]);
    for (UINT i = 0; i < ARRAYSIZE(clients); ++i)
    {
        assert_int_equal(IVMEventHost_Settle(host_get(), (LONG)clients[i].cookie, -1, &missing), S_OK);
        assert_int_equal(missing, 0);
        assert_int_equal(clients[i].count, FIRING * FIRED_BY_EACH);
        assert_int_equal(IConnectionPoint_Unadvise(point, clients[i].cookie), S_OK);
    }
    IConnectionPoint_Release(point);
    for (UINT i = 0; i < FIRING * FIRED_BY_EACH; ++i)
        assert_int_equal(clients[0].heard[i], clients[1].heard[i]);
}

static int set_up(void **state)
{
    (void)state;
    module_instance = GetModuleHandleW(NULL);
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    CHECK(threads_init() && host_init());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    machines_remove_all();
    while (module_in_use())
        Sleep(1);
    host_cleanup();
    type_info_forget();
    dispatch_cleanup();
    CoUninitialize();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_one_order_for_all),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
