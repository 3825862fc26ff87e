#include "com/receiver.h"

#include "com/apartment.h"
#include "com/module.h"
#include "com/stand_in.h"
#include "dispatch/readers.h"
#include "event/event.h"

static struct receiver *receiver_from_lane_receiver(struct lane_receiver *lane_receiver)
{
    return CONTAINING_RECORD(lane_receiver, struct receiver, lane_receiver);
}

static void wait_while_held(struct receiver *receiver)
{
    while (atomic_load(&receiver->held))
        test_sleep_ms(1);
}

/* Whether it is busy still; it says so as often as it was told to. */
static bool receiver_is_busy(struct receiver *receiver)
{
    atomic_fetch_add(&receiver->calls, 1);
    if (!atomic_load(&receiver->busy))
        return false;
    if (atomic_load(&receiver->busy) > 0)
        atomic_fetch_sub(&receiver->busy, 1);
    wait_while_held(receiver);
    return true;
}

static bool receiver_deliver(struct lane_receiver *lane_receiver, struct kept_event *kept)
{
    struct receiver *receiver = receiver_from_lane_receiver(lane_receiver);

    (void)kept;
    if (receiver_is_busy(receiver))
        return false;
    receiver->thread = GetCurrentThreadId();
    atomic_fetch_add(&receiver->delivered, 1);
    wait_while_held(receiver);
    if (receiver->on_deliver)
        receiver->on_deliver(receiver);
    return true;
}

static ULONG receiver_deliver_some(const struct lane_entry *first, ULONG count)
{
    struct receiver *called = receiver_from_lane_receiver(first->receiver);
    ULONG taken = called->takes && called->takes < count ? called->takes : count;

    CHECK(count > 1);
    if (receiver_is_busy(called))
        return 0;
    if (!atomic_fetch_add(&called->calls_with_some, 1))
        atomic_store(&called->first_count, (int)count);
    wait_while_held(called);
    for (ULONG i = 0; i < taken; ++i, first = first->next)
        atomic_fetch_add(&receiver_from_lane_receiver(first->receiver)->delivered, 1);
    return taken;
}

static void receiver_destroy(struct lane_receiver *lane_receiver)
{
    struct receiver *receiver = receiver_from_lane_receiver(lane_receiver);

    atomic_fetch_add(&receiver->destroyed, 1);
    wait_while_held(receiver);
    if (receiver->on_destroy)
        receiver->on_destroy(receiver);
}

static void receiver_abandon(struct lane_receiver *lane_receiver)
{
    atomic_fetch_add(&receiver_from_lane_receiver(lane_receiver)->abandoned, 1);
}

static void receiver_free(struct lane_receiver *lane_receiver)
{
    atomic_fetch_add(&receiver_from_lane_receiver(lane_receiver)->freed, 1);
}

int lanes_set_up(void **state)
{
    (void)state;
    module_instance = GetModuleHandleW(NULL);
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    stand_ins_init();
    CHECK(dispatch_init() && apartments_init());
    return 0;
}

int lanes_tear_down(void **state)
{
    (void)state;
    apartments_cleanup();
    dispatch_cleanup();
    CoUninitialize();
    return 0;
}

struct event_source *source_create(void)
{
    struct event_source *source = event_source_create();

    assert_non_null(source);
    return source;
}

void source_end(struct event_source *source)
{
    uint64_t end = test_time_ms() + TEST_PATIENCE_MS;

    event_source_close(source);
    while (module_in_use() && test_time_ms() < end)
        test_sleep_ms(1);
    assert_false(module_in_use());
}

/* A listener is known by its address alone, and never called. */
static char listeners[4];

void receiver_join(struct receiver *receiver, struct event_source *source, UINT listener, enum lane_home home)
{
    CHECK(listener < ARRAYSIZE(listeners));
    receiver->lane_receiver.deliver = receiver_deliver;
    receiver->lane_receiver.destroy = receiver_destroy;
    receiver->lane_receiver.abandon = receiver_abandon;
    receiver->lane_receiver.free = receiver_free;
    CHECK(lane_join(source, &listeners[listener], home, &receiver->lane_receiver));
}

void receiver_join_for_some(struct receiver *receiver, struct event_source *source, UINT listener, enum lane_home home)
{
    receiver->lane_receiver.deliver_some = receiver_deliver_some;
    receiver_join(receiver, source, listener, home);
}

void receiver_notify_value(struct receiver *receiver, const VARIANT *value)
{
    struct event event;

    event_init(&event, event_type_find(&event_interfaces[MACHINE_EVENTS], vmVirtualMachineEvent_ConfigurationChanged),
            L"", NULL);
    V_VT(&event.args[0]) = VT_BSTR;
    V_BSTR(&event.args[0]) = empty_bstr;
    event.args[1] = *value;
    lane_notify(&event.view, &receiver->lane_receiver);
    event_cleanup(&event);
}

void receiver_notify(struct receiver *receiver)
{
    struct event event;

    event_init(&event, event_type_find(&event_interfaces[MACHINE_EVENTS], 3), L"", NULL);
    lane_notify(&event.view, &receiver->lane_receiver);
    event_cleanup(&event);
}

void receiver_remove(struct receiver *receiver)
{
    lane_release_listener(&receiver->lane_receiver);
}

void await(atomic_int *count, int value)
{
    assert_true(test_wait_for(count, value));
}
