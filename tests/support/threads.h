/* Threads for tests, on Windows and POSIX. Everything here ends the program when it fails. */
#ifndef VMEVENTS_TESTS_THREADS_H
#define VMEVENTS_TESTS_THREADS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef _WIN32
#include <windows.h>
typedef HANDLE test_thread;
#else
#include <pthread.h>
typedef pthread_t test_thread;
#endif

/* Runs body(context) in a new thread, which leaves the lists of dispatch when it ends, as DllMain sees to. */
test_thread test_thread_start(void (*body)(void *context), void *context);
void test_thread_join(test_thread thread);

/* Ends the calling thread where it stands. */
_Noreturn void test_thread_exit(void);

uint64_t test_time_ms(void);
void test_sleep_ms(unsigned int ms);

/* How long a test waits before it says that something does not happen. */
#define TEST_PATIENCE_MS 120000

/* How long a test looks on to see that something does not happen. */
#define TEST_SETTLE_MS 100

/* Waits until the flag has at least that value. False: not within TEST_PATIENCE_MS. */
bool test_wait_for(atomic_int *flag, int value);

/* How long a stress test runs: VMEVENTS_STRESS_SECONDS, or three seconds. */
unsigned int test_stress_ms(void);

/* The seed of a random test: VMEVENTS_TEST_SEED or the time. It is printed. */
uint32_t test_seed(void);

/* The next of a sequence of pseudo-random numbers (xorshift32). */
static inline uint32_t test_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

#endif
