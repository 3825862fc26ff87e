/* Calls and releases at one client: how many at once, and who comes next. */
#include "com/client_calls.h"
#include "com/receiver.h"

static DWORD caller = 1;

static DWORD tell_caller(void)
{
    return caller;
}

static int set_up(void **state)
{
    client_calls_caller = tell_caller;
    return lanes_set_up(state);
}

struct waiting
{
    struct client_waiter waiter;
    bool calls_nobody;
    int woken; /* as the first, the second ... of all; 0: not yet */
};

static int count_woken;

static bool wake(struct client_waiter *waiter)
{
    struct waiting *waiting = CONTAINING_RECORD(waiter, struct waiting, waiter);

    waiting->woken = ++count_woken;
    return !waiting->calls_nobody;
}

static enum client_call begin(struct client_calls *client, struct waiting *waiting)
{
    ULONGLONG returned;

    waiting->waiter.wake = wake;
    return client_calls_begin(client, &waiting->waiter, &returned);
}

static struct client_calls *client_get(DWORD process)
{
    struct client_calls *client;

    caller = process;
    assert_true(client_calls_get(&client));
    return client;
}

/* With as many calls under way as there may be. */
static struct client_calls *full_client(DWORD process)
{
    struct client_calls *client = client_get(process);
    struct waiting waiting = {0};

    for (UINT i = 0; i < CLIENT_CALLS_MAX; ++i)
        assert_int_equal(begin(client, &waiting), CLIENT_CALL_BEGUN);
    count_woken = 0;
    return client;
}

static void end_all(struct client_calls *client)
{
    for (UINT i = 0; i < CLIENT_CALLS_MAX; ++i)
        client_calls_end(client);
    client_calls_release(client);
}

static void test_one_for_each_process(void **state)
{
    struct client_calls *first = client_get(1), *second = client_get(2), *again = client_get(1);

    (void)state;
    assert_ptr_equal(first, again);
    assert_ptr_not_equal(first, second);
    assert_null(client_get(0));
    client_calls_release(first);
    client_calls_release(second);
    client_calls_release(again);
}

static void test_first_come_first_called(void **state)
{
    struct client_calls *client = full_client(1), *other = client_get(2);
    struct waiting first = {0}, second = {0}, third = {0}, late = {0};

    (void)state;
    assert_int_equal(begin(client, &first), CLIENT_CALL_WAITS);
    assert_int_equal(begin(client, &second), CLIENT_CALL_WAITS);
    assert_int_equal(begin(client, &first), CLIENT_CALL_WAITS_STILL);
    assert_int_equal(begin(client, &third), CLIENT_CALL_WAITS);
    assert_int_equal(begin(other, &late), CLIENT_CALL_BEGUN);
    client_calls_end(client);
    assert_int_equal(first.woken, 1);
    assert_int_equal(second.woken, 0);
    assert_int_equal(begin(client, &first), CLIENT_CALL_BEGUN);
    client_calls_end(client);
    assert_int_equal(second.woken, 2);
    /* One that has been woken and does not call leaves its place to whoever asks. */
    assert_int_equal(begin(client, &late), CLIENT_CALL_BEGUN);
    assert_int_equal(begin(client, &second), CLIENT_CALL_WAITS);
    client_calls_end(client);
    assert_int_equal(third.woken, 3);
    assert_int_equal(begin(client, &third), CLIENT_CALL_BEGUN);
    assert_true(client_calls_wait_no_more(client, &second.waiter));
    client_calls_end(other);
    client_calls_release(other);
    end_all(client);
    assert_int_equal(count_woken, 3);
}

static void test_who_calls_nobody_is_passed_over(void **state)
{
    struct client_calls *client = full_client(1);
    struct waiting ended = {.calls_nobody = true}, gone = {0}, next = {0}, behind = {0};

    (void)state;
    assert_int_equal(begin(client, &ended), CLIENT_CALL_WAITS);
    assert_int_equal(begin(client, &gone), CLIENT_CALL_WAITS);
    assert_int_equal(begin(client, &next), CLIENT_CALL_WAITS);
    assert_int_equal(begin(client, &behind), CLIENT_CALL_WAITS);
    assert_true(client_calls_wait_no_more(client, &gone.waiter));
    assert_false(client_calls_wait_no_more(client, &gone.waiter));
    client_calls_end(client);
    assert_int_equal(ended.woken, 1);
    assert_int_equal(next.woken, 2);
    assert_int_equal(gone.woken, 0);
    assert_int_equal(behind.woken, 0);
    assert_int_equal(begin(client, &next), CLIENT_CALL_BEGUN);
    assert_true(client_calls_wait_no_more(client, &behind.waiter));
    end_all(client);
    assert_int_equal(behind.woken, 0);
}

/* Something whose release does not return for now. */
struct thing
{
    struct client_release release;
    atomic_int held, begun, done;
};

static void let_go(struct client_release *release)
{
    struct thing *thing = CONTAINING_RECORD(release, struct thing, release);

    atomic_store(&thing->begun, 1);
    while (atomic_load(&thing->held))
        test_sleep_ms(1);
    atomic_store(&thing->done, 1);
}

static void test_one_release_at_a_time(void **state)
{
    struct client_calls *client = client_get(1), *other = client_get(2);
    struct thing first = {.held = 1}, second = {0}, others = {0};

    (void)state;
    first.release.run = second.release.run = others.release.run = let_go;
    client_calls_let_go(client, &first.release);
    client_calls_let_go(client, &second.release);
    client_calls_let_go(other, &others.release);
    await(&first.begun, 1);
    await(&others.done, 1);
    test_sleep_ms(TEST_SETTLE_MS);
    assert_int_equal(second.begun, 0);
    /* What is under way keeps the client. */
    client_calls_release(client);
    client_calls_release(other);
    atomic_store(&first.held, 0);
    await(&second.done, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_one_for_each_process),
            cmocka_unit_test(test_first_come_first_called),
            cmocka_unit_test(test_who_calls_nobody_is_passed_over),
            cmocka_unit_test(test_one_release_at_a_time),
    };

    return cmocka_run_group_tests(tests, set_up, lanes_tear_down);
}
