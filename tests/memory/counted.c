/* The memory that the tests count. */
#include "support/test.h"

#include "platform/memory.h"
#include "support/counted_memory.h"

static struct memory_count live(void)
{
    return counted_memory_get()->live();
}

static void assert_live(size_t blocks, size_t bytes)
{
    assert_int_equal(live().blocks, blocks);
    assert_int_equal(live().bytes, bytes);
}

static void test_blocks_and_bytes(void **state)
{
    void *first, *second, *lines;

    (void)state;
    assert_live(0, 0);
    first = memory_alloc(10);
    second = memory_resize(NULL, 20);
    lines = memory_alloc_lines(65);
    assert_live(3, 10 + 20 + 2 * CACHE_LINE);
    assert_int_equal((uintptr_t)lines % CACHE_LINE, 0);
    second = memory_resize(second, 40);
    assert_live(3, 10 + 40 + 2 * CACHE_LINE);
    memory_free(first);
    memory_free(second);
    memory_free_lines(lines);
    memory_free(NULL);
    memory_free_lines(NULL);
    assert_live(0, 0);
}

static void test_contents(void **state)
{
    static const char zeros[100];
    char *memory;

    (void)state;
    memory = memory_alloc(sizeof(zeros));
    assert_memory_equal(memory, zeros, sizeof(zeros));
    memory[0] = 'a';
    memory[99] = 'z';
    memory = memory_resize(memory, 1000);
    assert_int_equal(memory[0], 'a');
    assert_int_equal(memory[99], 'z');
    memory = memory_resize(memory, 1);
    assert_int_equal(memory[0], 'a');
    memory_free(memory);
}

static bool refuse(void)
{
    return false;
}

static void test_refusal(void **state)
{
    char *memory = memory_alloc(8);

    (void)state;
    memory[0] = 'a';
    counted_memory_get()->set_gate(refuse);
    assert_null(memory_alloc(1));
    assert_null(memory_alloc_lines(1));
    assert_null(memory_resize(NULL, 1));
    /* The old block stays. */
    assert_null(memory_resize(memory, 100));
    counted_memory_get()->set_gate(NULL);
    assert_int_equal(memory[0], 'a');
    assert_live(1, 8);
    memory_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_blocks_and_bytes),
            cmocka_unit_test(test_contents),
            cmocka_unit_test(test_refusal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
