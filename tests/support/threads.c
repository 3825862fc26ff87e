#include "support/threads.h"

#include "dispatch/readers.h"
#include "support/test.h"

struct start
{
    void (*body)(void *context);
    void *context;
};

static void run(struct start *start)
{
    struct start copy = *start;

    free(start);
    copy.body(copy.context);
}

static struct start *start_create(void (*body)(void *context), void *context)
{
    struct start *start = malloc(sizeof(*start));

    CHECK(start);
    *start = (struct start){body, context};
    return start;
}

#ifdef _WIN32

static DWORD WINAPI thread_main(void *start)
{
    run(start);
    dispatch_thread_exit();
    return 0;
}

test_thread test_thread_start(void (*body)(void *context), void *context)
{
    test_thread thread = CreateThread(NULL, 0, thread_main, start_create(body, context), 0, NULL);

    CHECK(thread);
    return thread;
}

void test_thread_join(test_thread thread)
{
    CHECK(WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CloseHandle(thread);
}

_Noreturn void test_thread_exit(void)
{
    dispatch_thread_exit();
    ExitThread(0);
}

uint64_t test_time_ms(void)
{
    return GetTickCount64();
}

void test_sleep_ms(unsigned int ms)
{
    Sleep(ms);
}

#else

#include <time.h>

static void *thread_main(void *start)
{
    run(start);
    return NULL;
}

test_thread test_thread_start(void (*body)(void *context), void *context)
{
    test_thread thread;

    CHECK(!pthread_create(&thread, NULL, thread_main, start_create(body, context)));
    return thread;
}

void test_thread_join(test_thread thread)
{
    CHECK(!pthread_join(thread, NULL));
}

_Noreturn void test_thread_exit(void)
{
    pthread_exit(NULL);
}

uint64_t test_time_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void test_sleep_ms(unsigned int ms)
{
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&time, NULL);
}

#endif

bool test_wait_for(atomic_int *flag, int value)
{
    uint64_t end = test_time_ms() + TEST_PATIENCE_MS;

    while (atomic_load(flag) < value)
    {
        if (test_time_ms() > end)
            return false;
        test_sleep_ms(1);
    }
    return true;
}

unsigned int test_stress_ms(void)
{
    const char *seconds = getenv("VMEVENTS_STRESS_SECONDS");

    return seconds ? (unsigned int)strtoul(seconds, NULL, 10) * 1000 : 3000;
}

uint32_t test_seed(void)
{
    const char *wanted = getenv("VMEVENTS_TEST_SEED");
    uint32_t seed = wanted ? (uint32_t)strtoul(wanted, NULL, 0) : (uint32_t)test_time_ms() * 2654435761u;

    seed = seed ? seed : 1;
    printf("VMEVENTS_TEST_SEED=%lu\n", (unsigned long)seed);
    fflush(stdout);
    return seed;
}
