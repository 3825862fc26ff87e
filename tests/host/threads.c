/* A thread that fired and ended leaves its place in the records to the next one, though no DllMain hears of its end. */
#include "support/test.h"

#include "com/event_source.h"
#include "host/threads.h"

static struct event_source *source;

static DWORD WINAPI fire(void *number)
{
    struct event event;

    event_init(&event, &event_types[vmVirtualMachineEvent_Reset - 1], L"", NULL);
    CHECK(event_source_fire(source, &event) == S_OK);
    *(uint32_t *)number = firing_thread_current()->number;
    return 0;
}

static uint32_t fire_in_thread(void)
{
    uint32_t number;
    HANDLE thread = CreateThread(NULL, 0, fire, &number, 0, NULL);

    assert_non_null(thread);
    assert_int_equal(WaitForSingleObject(thread, 240000), WAIT_OBJECT_0);
    CloseHandle(thread);
    return number;
}

static void test_places_are_used_again(void **state)
{
    uint32_t first;

    (void)state;
    assert_true(threads_init());
    assert_non_null(source = event_source_create());
    first = fire_in_thread();
    for (unsigned int i = 0; i < 10; ++i)
        assert_int_equal(fire_in_thread(), first);
    event_source_close(source);
    dispatch_cleanup();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_places_are_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
