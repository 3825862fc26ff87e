#include "dispatch/ring.h"

#include "support/test.h"

static void test_first_in_first_out(void **state)
{
    struct ring ring = {0};
    int items[3];

    (void)state;
    assert_null(ring_take(&ring));
    for (unsigned int i = 0; i < 3; ++i)
        assert_true(ring_push(&ring, &items[i]));
    for (unsigned int i = 0; i < 3; ++i)
        assert_ptr_equal(ring_take(&ring), &items[i]);
    assert_null(ring_take(&ring));
    ring_free(&ring);
}

/* It grows while its first item stands anywhere, and keeps the order. */
static void test_growing_keeps_the_order(void **state)
{
    static char items[1000];

    (void)state;
    for (unsigned int ahead = 0; ahead < 20; ++ahead)
    {
        struct ring ring = {0};
        unsigned int pushed = 0, taken = 0;

        while (pushed < ahead)
            assert_true(ring_push(&ring, &items[pushed++]));
        while (taken < ahead / 2)
            assert_ptr_equal(ring_take(&ring), &items[taken++]);
        while (pushed < 1000)
        {
            assert_true(ring_push(&ring, &items[pushed++]));
            if (pushed % 3 == 0)
                assert_ptr_equal(ring_take(&ring), &items[taken++]);
            assert_int_equal(ring.count, pushed - taken);
        }
        while (taken < 1000)
            assert_ptr_equal(ring_take(&ring), &items[taken++]);
        assert_null(ring_take(&ring));
        ring_free(&ring);
        assert_null(ring.items);
    }
}

static void test_used_again_after_free(void **state)
{
    struct ring ring = {0};
    int item;

    (void)state;
    assert_true(ring_push(&ring, &item));
    assert_ptr_equal(ring_take(&ring), &item);
    ring_free(&ring);
    assert_true(ring_push(&ring, &item));
    assert_ptr_equal(ring_take(&ring), &item);
    ring_free(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_first_in_first_out),
            cmocka_unit_test(test_growing_keeps_the_order),
            cmocka_unit_test(test_used_again_after_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
