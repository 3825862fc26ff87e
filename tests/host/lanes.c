/*
 * What a listener is promised whatever its speed: one order for all that it hears of a source, and an end that is not
 * a cut. This program starts itself as a client that hangs or stalls.
 */
#include "client.h"

#include <olectl.h>
#include <wchar.h>

/* The arguments of events here are numbers, from 0 up in the order of firing. */

/* A sink that takes its time: one object, whatever interfaces it is advised on. */
struct listener
{
    IDispatch IDispatch_iface;
    LONG refcount;
    DWORD delay_ms;
    volatile LONG held;    /* its calls do not end */
    volatile LONG heard;   /* events with a number */
    volatile LONG deleted; /* vmVMState_DeleteMachine, which came behind as many */
    volatile LONG strange; /* whatever came out of order */
    WCHAR first_strange[32];
};

static struct listener *listener_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct listener, IDispatch_iface);
}

static HRESULT WINAPI listener_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI listener_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&listener_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI listener_Release(IDispatch *iface)
{
    return InterlockedDecrement(&listener_from_IDispatch(iface)->refcount);
}

static HRESULT WINAPI listener_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI listener_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    *info = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI listener_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid, (void)ids;
    return E_NOTIMPL;
}

static void note_strange(struct listener *listener, const VARIANT *first)
{
    if (InterlockedIncrement(&listener->strange) == 1)
        swprintf(listener->first_strange, ARRAYSIZE(listener->first_strange), L"%ls %ls",
                listener->deleted ? L"late" : L"", first && V_VT(first) == VT_BSTR ? V_BSTR(first) : L"no text");
}

static HRESULT WINAPI listener_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct listener *listener = listener_from_IDispatch(iface);
    const VARIANT *first = params->cArgs ? &params->rgvarg[params->cArgs - 1] : NULL;

    (void)id, (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    Sleep(listener->delay_ms);
    while (listener->held)
        Sleep(5);
    if (listener->deleted || !first)
        note_strange(listener, first);
    else if (V_VT(first) == VT_I4 && V_I4(first) == vmVMState_DeleteMachine)
        InterlockedExchange(&listener->deleted, TRUE);
    else if (V_VT(first) == VT_BSTR && wcstol(V_BSTR(first), NULL, 10) == listener->heard)
        InterlockedIncrement(&listener->heard);
    else
        note_strange(listener, first);
    return S_OK;
}

static const IDispatchVtbl listener_vtbl = {
        listener_QueryInterface,
        listener_AddRef,
        listener_Release,
        listener_GetTypeInfoCount,
        listener_GetTypeInfo,
        listener_GetIDsOfNames,
        listener_Invoke,
};

/* Listeners are static: the host releases them when it has let go of their connections, which may be after the test has
 * returned. */
static void listener_init(struct listener *listener, DWORD delay_ms)
{
    memset(listener, 0, sizeof(*listener));
    listener->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&listener_vtbl;
    listener->refcount = 1;
    listener->delay_ms = delay_ms;
}

static IConnectionPoint *find_point(void *source, REFIID events)
{
    IConnectionPointContainer *container;
    IConnectionPoint *point;

    CHECK(SUCCEEDED(IUnknown_QueryInterface((IUnknown *)source, &IID_IConnectionPointContainer, (void **)&container)));
    CHECK(SUCCEEDED(IConnectionPointContainer_FindConnectionPoint(container, events, &point)));
    IConnectionPointContainer_Release(container);
    return point;
}

static DWORD advise(struct listener *listener, void *source, REFIID events)
{
    IConnectionPoint *point = find_point(source, events);
    DWORD cookie;

    CHECK(IConnectionPoint_Advise(point, (IUnknown *)&listener->IDispatch_iface, &cookie) == S_OK);
    IConnectionPoint_Release(point);
    return cookie;
}

/* On all three interfaces of a machine; the cookie is that of the first. */
static DWORD advise_on_all(struct listener *listener, void *machine)
{
    DWORD cookie = advise(listener, machine, &DIID_IVMVirtualMachineEvents);

    advise(listener, machine, &DIID_IVMDVDDriveEvents);
    advise(listener, machine, &DIID_IVMFloppyDriveEvents);
    return cookie;
}

/* Waits until the number is reached, however long that takes on a busy machine. */
static void await_number(volatile LONG *number, LONG wanted)
{
    for (DWORD start = GetTickCount(); *number < wanted; Sleep(5))
    {
        if (GetTickCount() - start > 240000)
            fail_msg("%ld of %ld have come", (long)*number, (long)wanted);
    }
}

/* The source lets go of the sink behind its last call. */
static void await_release(struct listener *listener)
{
    for (DWORD start = GetTickCount(); listener->refcount > 1; Sleep(5))
        assert_true(GetTickCount() - start < PATIENCE_MS);
}

static IVMEventHost *host;
static IVMEventMachine *machine;

static LONG count_dropped(void)
{
    LONG count = -1;

    assert_int_equal(IVMEventHost_get_Dropped(host, &count), S_OK);
    return count;
}

static void assert_heard_all(struct listener *listener, LONG count)
{
    if (listener->heard != count || listener->strange)
        fail_msg("%ld of %ld heard in order, and %ld strange, of which the first was %ls; the host has dropped %ld",
                (long)listener->heard, (long)count, (long)listener->strange, listener->first_strange,
                (long)count_dropped());
}

/* Fires the events with these numbers, on one interface after the other. */
static void fire(LONG first, LONG count)
{
    static const WCHAR *const names[] = {
            L"OnConfigurationChanged", L"IVMDVDDriveEvents.OnMediaInsert", L"IVMFloppyDriveEvents.OnMediaEject"};
    WCHAR number[16];

    for (LONG i = first; i < first + count; ++i)
    {
        swprintf(number, ARRAYSIZE(number), L"%ld", (long)i);
        client_raise(machine, names[i % 3], i % 3 ? 1 : 2, value_bstr(number), value_i4(0));
    }
}

static int set_up(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    machine = client_create_machine(host, L"Alpha");
    return 0;
}

static int tear_down(void **state)
{
    client_release(machine);
    client_release(host);
    (void)state;
    return 0;
}

static void test_one_order_on_several_interfaces(void **state)
{
    static struct listener fast, slow;

    (void)state;
    listener_init(&fast, 0);
    listener_init(&slow, 40);
    advise_on_all(&fast, machine);
    advise_on_all(&slow, machine);
    fire(0, 60);
    await_number(&fast.heard, 60);
    await_number(&slow.heard, 60);
    assert_heard_all(&fast, 60);
    assert_heard_all(&slow, 60);
    client_remove_machine(host, L"Alpha");
    await_release(&fast);
    await_release(&slow);
}

static void test_removed_machine_delivers_all(void **state)
{
    static const DWORD delays[] = {0, 25, 250, 2000};
    static struct listener listeners[ARRAYSIZE(delays)];

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(delays); ++i)
    {
        listener_init(&listeners[i], delays[i]);
        advise_on_all(&listeners[i], machine);
    }
    fire(0, 12);
    client_remove_machine(host, L"Alpha");
    for (UINT i = 0; i < ARRAYSIZE(delays); ++i)
    {
        await_number(&listeners[i].deleted, 1);
        assert_heard_all(&listeners[i], 12);
        await_release(&listeners[i]);
    }
}

static void test_ended_host_delivers_all(void **state)
{
    static struct listener listener, second;

    listener_init(&listener, 300);
    listener_init(&second, 40);
    advise_on_all(&listener, machine);
    advise_on_all(&second, machine);
    fire(0, 15);
    client_release(machine);
    client_release(host);
    await_number(&listener.deleted, 1);
    assert_heard_all(&listener, 15);
    await_number(&second.deleted, 1);
    assert_heard_all(&second, 15);
    await_release(&listener);
    await_release(&second);
    client_await_no_host(state);
    set_up(state);
}

static void test_unadvise_is_immediate_at_an_end(void **state)
{
    IConnectionPoint *point = find_point(machine, &DIID_IVMVirtualMachineEvents);
    static struct listener listener;
    DWORD cookie;

    (void)state;
    listener_init(&listener, 0);
    listener.held = true;
    cookie = advise(&listener, machine, &DIID_IVMVirtualMachineEvents);
    for (LONG i = 0; i < 40; ++i)
        client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(L"0"), value_i4(i));
    client_remove_machine(host, L"Alpha");
    assert_int_equal(IConnectionPoint_Unadvise(point, cookie), S_OK);
    assert_int_equal(listener.heard + listener.strange, 0);
    listener.held = false;
    await_release(&listener);
    /* The call that was under way. */
    assert_true(listener.heard + listener.strange <= 1);
    assert_false(listener.deleted);
    assert_int_equal(IConnectionPoint_Unadvise(point, cookie), CONNECT_E_NOCONNECTION);
    IConnectionPoint_Release(point);
}

static LONG settle(DWORD cookie, LONG timeout_ms)
{
    LONG missing = -1;

    assert_int_equal(IVMEventMachine_Settle(machine, (LONG)cookie, timeout_ms, &missing), S_OK);
    return missing;
}

static void test_settle(void **state)
{
    static struct listener listener;
    struct outcome outcome;
    VARIANT args[2];
    DWORD cookie;

    (void)state;
    listener_init(&listener, 0);
    cookie = advise_on_all(&listener, machine);
    assert_int_equal(settle(cookie, 0), 0);
    listener.held = true;
    fire(0, 30);
    assert_int_not_equal(settle(cookie, 0), 0);
    assert_int_not_equal(settle(cookie, 100), 0);
    listener.held = false;
    assert_int_equal(settle(cookie, -1), 0);
    assert_heard_all(&listener, 30);

    args[0] = value_i4((LONG)cookie + 1000);
    args[1] = value_i4(0);
    outcome = client_call(machine, L"Settle", NULL, 2, args);
    assert_int_equal(outcome.hr, CONNECT_E_NOCONNECTION);
    assert_true(has(outcome.description, L"there is no connection"));
    args[0] = value_i4((LONG)cookie);
    args[1] = value_i4(-2);
    outcome = client_call(machine, L"Settle", NULL, 2, args);
    assert_int_equal(outcome.hr, E_INVALIDARG);
    assert_true(has(outcome.description, L"timeoutMs is -2"));
    client_remove_machine(host, L"Alpha");
    await_release(&listener);
}

/* ---- the other client processes ---- */

static void find_machine(void)
{
    BSTR name = SysAllocString(L"Alpha");

    host = client_create_host();
    CHECK(IVMEventHost_FindMachine(host, name, &machine) == S_OK);
    SysFreeString(name);
}

/* Hears one event and never returns from it. Has nothing of the host's but its connections. */
static void run_hanging(void)
{
    static struct listener listener;

    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    find_machine();
    listener_init(&listener, INFINITE);
    advise_on_all(&listener, machine);
    client_release(machine);
    client_release(host);
    child_ready();
    Sleep(INFINITE);
}

/* Raises an event with an object of its single-threaded apartment, and never looks at its messages again. */
static void run_stalling(void)
{
    static struct listener object;
    VARIANT data;

    CHECK(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    find_machine();
    listener_init(&object, 0);
    V_VT(&data) = VT_DISPATCH;
    V_DISPATCH(&data) = &object.IDispatch_iface;
    for (LONG i = 0; i < 3; ++i)
    {
        const WCHAR number[] = {(WCHAR)('0' + i), 0};

        client_raise(machine, L"OnConfigurationChanged", 2, value_bstr(number), data);
    }
    child_ready();
    Sleep(INFINITE);
}

/* It is let go when it has not returned for a time, and counted; nobody else waits for that. */
static void test_hanging_client_is_let_go(void **state)
{
    static struct listener listener;
    HANDLE child = child_start(L"hang");

    (void)state;
    listener_init(&listener, 0);
    advise_on_all(&listener, machine);
    fire(0, 6);
    client_remove_machine(host, L"Alpha");
    await_number(&listener.deleted, 1);
    assert_heard_all(&listener, 6);
    assert_int_equal(count_dropped(), 0);
    /* All but the event that it has: five, and the machine's end. */
    for (DWORD start = GetTickCount(); count_dropped() != 6; Sleep(50))
        assert_true(GetTickCount() - start < 240000);
    child_kill(child);
}

static void test_hanging_client_does_not_keep_host(void **state)
{
    HANDLE child = child_start(L"hang");

    fire(0, 6);
    client_release(machine);
    client_release(host);
    client_await_no_host(state);
    child_kill(child);
    set_up(state);
}

/* Whoever hears of an object does not wait for the process that it is in, nor do those behind. */
static void test_object_of_a_stalling_client(void **state)
{
    static struct listener listeners[4];
    HANDLE child;

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(listeners); ++i)
    {
        listener_init(&listeners[i], 0);
        advise_on_all(&listeners[i], machine);
    }
    child = child_start(L"stall");
    fire(3, 9);
    client_remove_machine(host, L"Alpha");
    for (UINT i = 0; i < ARRAYSIZE(listeners); ++i)
    {
        await_number(&listeners[i].deleted, 1);
        assert_heard_all(&listeners[i], 12);
    }
    assert_int_equal(WaitForSingleObject(child, 0), WAIT_TIMEOUT);
    child_kill(child);
}

#define lanes_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static const struct CMUnitTest tests[] = {
        lanes_test(test_one_order_on_several_interfaces),
        lanes_test(test_removed_machine_delivers_all),
        lanes_test(test_ended_host_delivers_all),
        lanes_test(test_unadvise_is_immediate_at_an_end),
        lanes_test(test_settle),
        lanes_test(test_object_of_a_stalling_client),
        lanes_test(test_hanging_client_is_let_go),
        lanes_test(test_hanging_client_does_not_keep_host),
};

int main(int argc, char **argv)
{
    bool done;
    int code = client_run_tests("host_lanes", tests, ARRAYSIZE(tests), argc, argv, &done);

    if (done)
        return code;
    if (!strcmp(argv[1], "hang"))
        run_hanging();
    else
        run_stalling();
    return 0;
}
