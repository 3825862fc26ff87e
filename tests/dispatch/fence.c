/*
 * The fence that is paid for on one side: a thread goes through a gate, marked while it is behind it, without a fence of
 * its own; another closes the gate, fences, and has to find either the mark or nobody behind it. How long is told as
 * to stress.c.
 */
#include "../support/test.h"
#include "../support/threads.h"

#include "platform/fence.h"
#include "platform/memory.h"
#include "platform/platform.h"

#include <stdatomic.h>

/* Stores that take their time, so that the mark behind them stays unseen for long. */
#define SLOW_STORES 8

/* The gate is open at even numbers. */
static struct
{
    _Alignas(CACHE_LINE) _Atomic uint32_t mark;
    _Alignas(CACHE_LINE) _Atomic uint32_t gate;
    _Alignas(CACHE_LINE) _Atomic uint32_t ended; /* that opening of the gate, and all who went through it */
    _Alignas(CACHE_LINE) atomic_int stop;
    struct
    {
        _Alignas(CACHE_LINE) _Atomic uint32_t line;
    } slow[SLOW_STORES];
} shared;

static struct fence_thread passer;
static atomic_int passer_is_open;
static atomic_uint passages;

static void pass_through_the_gate(void *context)
{
    (void)context;
    CHECK(fence_thread_open(&passer));
    atomic_store(&passer_is_open, 1);
    while (!atomic_load_explicit(&shared.stop, memory_order_relaxed))
    {
        uint32_t gate;

        for (unsigned int i = 0; i < SLOW_STORES; ++i)
            atomic_store_explicit(&shared.slow[i].line, i, memory_order_relaxed);
        atomic_store_explicit(&shared.mark, 1, memory_order_relaxed);
        fence_light();
        gate = atomic_load_explicit(&shared.gate, memory_order_acquire);
        if (!(gate & 1))
        {
            for (unsigned int i = 0; i < 20; ++i)
                CHECK(atomic_load_explicit(&shared.ended, memory_order_acquire) != gate + 1);
            atomic_fetch_add(&passages, 1);
        }
        atomic_store_explicit(&shared.mark, 0, memory_order_release);
    }
    /* Open until the other side is done with it. */
    while (atomic_load(&shared.stop) == 1)
        platform_yield();
    fence_thread_close(&passer);
}

static void test_who_is_not_marked_is_not_behind_the_gate(void **state)
{
    uint64_t end = test_time_ms() + test_stress_ms();
    unsigned int closings = 0, empty = 0;
    test_thread thread;

    (void)state;
    assert_true(fence_init());
    thread = test_thread_start(pass_through_the_gate, NULL);
    while (!atomic_load(&passer_is_open))
        platform_yield();
    for (uint32_t gate = 0; test_time_ms() < end; gate += 2)
    {
        for (unsigned int i = 0; i < SLOW_STORES; ++i)
            atomic_store_explicit(&shared.slow[i].line, gate, memory_order_relaxed);
        for (volatile unsigned int wait = gate / 2 % 512; wait; --wait)
            ;
        atomic_store(&shared.gate, gate + 1);
        if (!fence_process())
            fence_thread(&passer);
        ++closings;
        if (!atomic_load(&shared.mark))
        {
            ++empty;
            atomic_store(&shared.ended, gate + 1);
        }
        atomic_store(&shared.gate, gate + 2);
    }
    atomic_store(&shared.stop, 1);
    atomic_store(&shared.stop, 2);
    test_thread_join(thread);
    print_message("%u closings, %u of them found nobody; %u passages\n", closings, empty, atomic_load(&passages));
    assert_true(empty && atomic_load(&passages));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_who_is_not_marked_is_not_behind_the_gate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
