/* Sinks behind sinks: in a row, in a loop, and with apartments in between. */
#include "sink/recorder.h"
#include "sink/samples.h"
#include "sink/worker.h"

enum
{
    MOST = 4
};

/* A sink that counts what it hears. */
struct link
{
    IVMEventSink *sink;
    LONG cookie;
    volatile LONG heard;
    WCHAR label[32];
};

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    struct link *link = context;

    wcscpy(link->label, event->source);
    CHECK(InterlockedIncrement(&link->heard) < 10000);
}

static void link_create(struct link *link)
{
    IVMEventCallbacks *callbacks;
    DWORD cookie;

    memset(link, 0, sizeof(*link));
    link->sink = sink_create();
    callbacks = query(link->sink, &IID_IVMEventCallbacks);
    CHECK(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, link, NULL, &cookie) == S_OK);
    IVMEventCallbacks_Release(callbacks);
}

static void link_behind(struct link *link, struct link *before, const WCHAR *label)
{
    BSTR string = SysAllocString(label);

    CHECK(IVMEventSink_Connect(link->sink, (IUnknown *)before->sink, string, &link->cookie) == S_OK);
    SysFreeString(string);
}

static void link_end(struct link *link)
{
    if (link->cookie)
        CHECK(IVMEventSink_Disconnect(link->sink, link->cookie) == S_OK);
    link->cookie = 0;
}

static void test_in_a_row(void **state)
{
    struct link links[MOST];

    (void)state;
    for (int i = 0; i < MOST; ++i)
        link_create(&links[i]);
    for (int i = 1; i < MOST; ++i)
        link_behind(&links[i], &links[i - 1], i == 2 ? L"the second" : L"");
    for (LONG sample = 0; sample < SAMPLE_COUNT; ++sample)
    {
        sample_fire(&samples[sample], links[0].sink);
        for (int i = 0; i < MOST; ++i)
            assert_int_equal(links[i].heard, sample + 1);
    }
    /* A sink without a label of its own passes on the one that the event came with. */
    assert_int_equal(wcscmp(links[1].label, L""), 0);
    assert_int_equal(wcscmp(links[2].label, L"the second"), 0);
    assert_int_equal(wcscmp(links[3].label, L"the second"), 0);
    /* From the middle only those behind hear it. */
    sample_fire(&samples[2], links[2].sink);
    assert_int_equal(links[1].heard, SAMPLE_COUNT);
    assert_int_equal(links[3].heard, SAMPLE_COUNT + 1);
    for (int i = 0; i < MOST; ++i)
        link_end(&links[i]);
    for (int i = 0; i < MOST; ++i)
        assert_int_equal(IVMEventSink_Release(links[i].sink), 0);
}

/* Each hears an event once, wherever it comes in. */
static void test_in_a_loop(void **state)
{
    (void)state;
    for (int count = 1; count <= MOST; ++count)
    {
        struct link links[MOST];

        for (int i = 0; i < count; ++i)
            link_create(&links[i]);
        for (int i = 0; i < count; ++i)
            link_behind(&links[i], &links[(i + count - 1) % count], L"");
        for (LONG sample = 0; sample < SAMPLE_COUNT; ++sample)
        {
            sample_fire(&samples[sample], links[sample % count].sink);
            for (int i = 0; i < count; ++i)
                assert_int_equal(links[i].heard, sample + 1);
        }
        for (int i = 0; i < count; ++i)
            link_end(&links[i]);
        for (int i = 0; i < count; ++i)
            assert_int_equal(IVMEventSink_Release(links[i].sink), 0);
    }
}

/* The same by Advise, without Connect: each sink stands at the other's points itself. */
static void test_advised_in_a_loop(void **state)
{
    struct link links[2];
    IConnectionPoint *points[2];
    DWORD cookies[2];

    (void)state;
    link_create(&links[0]);
    link_create(&links[1]);
    for (int i = 0; i < 2; ++i)
    {
        IConnectionPointContainer *hub = query(links[i].sink, &IID_IConnectionPointContainer);

        assert_int_equal(
                IConnectionPointContainer_FindConnectionPoint(hub, &DIID_IVMVirtualMachineEvents, &points[i]), S_OK);
        assert_int_equal(IConnectionPoint_Advise(points[i], (IUnknown *)links[1 - i].sink, &cookies[i]), S_OK);
        IConnectionPointContainer_Release(hub);
    }
    fire_state(links[0].sink, 1);
    assert_int_equal(links[0].heard, 1);
    assert_int_equal(links[1].heard, 1);
    assert_int_equal(IVMEventSink_OnReset(links[1].sink), S_OK);
    assert_int_equal(links[0].heard, 2);
    assert_int_equal(links[1].heard, 2);
    for (int i = 0; i < 2; ++i)
    {
        assert_int_equal(IConnectionPoint_Unadvise(points[i], cookies[i]), S_OK);
        IConnectionPoint_Release(points[i]);
    }
    for (int i = 0; i < 2; ++i)
        assert_int_equal(IVMEventSink_Release(links[i].sink), 0);
}

/* ---- sinks as handlers of sinks ---- */

static HRESULT subscribe(struct link *link, struct link *to, LONG *cookie)
{
    VARIANT event, handler;
    HRESULT hr;

    V_VT(&event) = VT_BSTR;
    V_BSTR(&event) = SysAllocString(L"*");
    V_VT(&handler) = VT_DISPATCH;
    V_DISPATCH(&handler) = (IDispatch *)link->sink;
    hr = IVMEventSink_Subscribe(to->sink, event, handler, NULL, cookie);
    VariantClear(&event);
    return hr;
}

/* Each hears an event once, wherever it comes in, whether those before it are connected or have it for a handler. */
static void test_handlers_in_a_loop(void **state)
{
    (void)state;
    for (int count = 2; count <= MOST; ++count)
    {
        for (int connected = 0; connected < count; ++connected)
        {
            struct link links[MOST];
            LONG cookies[MOST], failed;

            for (int i = 0; i < count; ++i)
                link_create(&links[i]);
            for (int i = 0; i < count; ++i)
            {
                struct link *before = &links[(i + count - 1) % count];

                if (i < connected)
                    link_behind(&links[i], before, L"");
                else
                    assert_int_equal(subscribe(&links[i], before, &cookies[i]), S_OK);
            }
            for (LONG round = 0; round < count; ++round)
            {
                fire_state(links[round].sink, 1);
                for (int i = 0; i < count; ++i)
                    assert_int_equal(links[i].heard, round + 1);
            }
            for (int i = 0; i < count; ++i)
            {
                assert_int_equal(IVMEventSink_get_Failed(links[i].sink, &failed), S_OK);
                assert_int_equal(failed, 0);
                if (i >= connected)
                    assert_int_equal(IVMEventSink_Unsubscribe(links[(i + count - 1) % count].sink, cookies[i]), S_OK);
                link_end(&links[i]);
            }
            for (int i = 0; i < count; ++i)
                assert_int_equal(IVMEventSink_Release(links[i].sink), 0);
        }
    }
}

/* What one has for a handler gets the label that the event came with. */
static void test_handler_in_a_row(void **state)
{
    struct link links[3];
    LONG cookie;

    (void)state;
    for (int i = 0; i < 3; ++i)
        link_create(&links[i]);
    link_behind(&links[1], &links[0], L"the second");
    assert_int_equal(subscribe(&links[2], &links[1], &cookie), S_OK);
    fire_state(links[0].sink, 1);
    assert_int_equal(links[2].heard, 1);
    assert_int_equal(wcscmp(links[2].label, L"the second"), 0);
    assert_int_equal(IVMEventSink_Unsubscribe(links[1].sink, cookie), S_OK);
    link_end(&links[1]);
    for (int i = 0; i < 3; ++i)
        assert_int_equal(IVMEventSink_Release(links[i].sink), 0);
}

static void test_own_handler(void **state)
{
    struct link link;
    LONG cookie = 1, count;
    BSTR description;
    IErrorInfo *info;

    (void)state;
    link_create(&link);
    assert_int_equal(subscribe(&link, &link, &cookie), E_INVALIDARG);
    assert_int_equal(cookie, 0);
    assert_int_equal(GetErrorInfo(0, &info), S_OK);
    assert_int_equal(IErrorInfo_GetDescription(info, &description), S_OK);
    assert_non_null(wcsstr(description, L"handler is the sink itself"));
    SysFreeString(description);
    IErrorInfo_Release(info);
    assert_int_equal(IVMEventSink_get_Subscriptions(link.sink, &count), S_OK);
    assert_int_equal(count, 0);
    assert_int_equal(IVMEventSink_OnReset(link.sink), S_OK);
    assert_int_equal(link.heard, 1);
    assert_int_equal(IVMEventSink_Release(link.sink), 0);
}

/* ---- with an apartment's message loop in the loop ---- */

struct loop
{
    struct link links[2];
    volatile LONG connected, fired;
};

static void connect_here_and_pump(void *context)
{
    struct loop *loop = context;

    link_behind(&loop->links[1], &loop->links[0], L"");
    InterlockedIncrement(&loop->connected);
    CHECK(wait_for(&loop->fired, 1));
    CHECK(pump_for(&loop->links[1].heard, 1));
    pump_ms(SETTLE_MS);
    link_end(&loop->links[1]);
}

static void test_loop_through_a_message_loop(void **state)
{
    struct loop loop = {.connected = 0};
    HANDLE worker;

    (void)state;
    link_create(&loop.links[0]);
    link_create(&loop.links[1]);
    link_behind(&loop.links[0], &loop.links[1], L"");
    worker = worker_start(COINIT_APARTMENTTHREADED, connect_here_and_pump, &loop);
    assert_true(wait_for(&loop.connected, 1));
    assert_int_equal(IVMEventSink_OnReset(loop.links[0].sink), S_OK);
    assert_int_equal(loop.links[0].heard, 1);
    InterlockedIncrement(&loop.fired);
    worker_join(worker);
    assert_true(wait_for(&loop.links[1].heard, 1));
    Sleep(SETTLE_MS);
    assert_int_equal(loop.links[1].heard, 1);
    assert_int_equal(loop.links[0].heard, 1);
    link_end(&loop.links[0]);
    for (int i = 0; i < 2; ++i)
        IVMEventSink_Release(loop.links[i].sink);
}

static void subscribe_here_and_pump(void *context)
{
    struct loop *loop = context;
    LONG cookie;

    CHECK(subscribe(&loop->links[1], &loop->links[0], &cookie) == S_OK);
    InterlockedIncrement(&loop->connected);
    CHECK(wait_for(&loop->fired, 1));
    CHECK(pump_for(&loop->links[1].heard, 1));
    pump_ms(SETTLE_MS);
    CHECK(IVMEventSink_Unsubscribe(loop->links[0].sink, cookie) == S_OK);
}

static void test_handlers_in_two_apartments(void **state)
{
    struct loop loop = {.connected = 0};
    HANDLE worker;
    LONG cookie;

    (void)state;
    link_create(&loop.links[0]);
    link_create(&loop.links[1]);
    assert_int_equal(subscribe(&loop.links[0], &loop.links[1], &cookie), S_OK);
    worker = worker_start(COINIT_APARTMENTTHREADED, subscribe_here_and_pump, &loop);
    assert_true(wait_for(&loop.connected, 1));
    assert_int_equal(IVMEventSink_OnReset(loop.links[0].sink), S_OK);
    InterlockedIncrement(&loop.fired);
    worker_join(worker);
    Sleep(SETTLE_MS);
    assert_int_equal(loop.links[1].heard, 1);
    assert_int_equal(loop.links[0].heard, 1);
    assert_int_equal(IVMEventSink_Unsubscribe(loop.links[1].sink, cookie), S_OK);
    for (int i = 0; i < 2; ++i)
        IVMEventSink_Release(loop.links[i].sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_in_a_row),
            sink_test(test_in_a_loop),
            sink_test(test_advised_in_a_loop),
            sink_test(test_handlers_in_a_loop),
            sink_test(test_handler_in_a_row),
            sink_test(test_own_handler),
            sink_test(test_loop_through_a_message_loop),
            sink_test(test_handlers_in_two_apartments),
    };

    return cmocka_run_group_tests_name("sinks behind sinks", tests, library_load, library_unload);
}
