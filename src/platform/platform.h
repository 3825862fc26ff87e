/*
 * The little that the portable rooms need of an operating system, for Windows and for POSIX: the POSIX side
 * exists so that the same code can run under ThreadSanitizer and AddressSanitizer.
 */
#ifndef VMEVENTS_PLATFORM_H
#define VMEVENTS_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef _WIN32

#include <windows.h>
#include <winternl.h>

#define DISPATCH_CALL CALLBACK

static inline void platform_yield(void)
{
    SwitchToThread();
}

static inline void platform_sleep_ms(unsigned int ms)
{
    Sleep(ms);
}

/*
 * A per-thread pointer. Its owner is told of a thread's end by DllMain.
 *
 * The first 64 slots stand in the thread environment block (TEB.TlsSlots, winternl.h): reading them there spares the
 * event path a call into kernel32.
 */
typedef struct
{
    DWORD index;
    DWORD offset; /* in the thread environment block; 0: it is not there */
} platform_thread_slot;

static inline bool platform_thread_slot_create(platform_thread_slot *slot, void (*on_thread_exit)(void *))
{
    const DWORD first = offsetof(TEB, TlsSlots), count = TLS_MINIMUM_AVAILABLE;

    (void)on_thread_exit;
    if ((slot->index = TlsAlloc()) == TLS_OUT_OF_INDEXES)
        return false;
    slot->offset = slot->index < count ? first + slot->index * sizeof(void *) : 0;
    return true;
}

static inline void platform_thread_slot_free(platform_thread_slot slot)
{
    TlsFree(slot.index);
}

/* The pointer if it can be had without a call, or NULL. */
static inline void *platform_thread_slot_peek(platform_thread_slot slot)
{
    ULONG_PTR offset = slot.offset;

    if (!offset)
        return NULL;
#ifdef _WIN64
    return (void *)__readgsqword(offset); /* NOLINT(performance-no-int-to-ptr): what stands there is a pointer */
#else
    return (void *)__readfsdword(offset); /* NOLINT(performance-no-int-to-ptr) */
#endif
}

static inline void *platform_thread_slot_get(platform_thread_slot slot)
{
    return TlsGetValue(slot.index);
}

static inline bool platform_thread_slot_set(platform_thread_slot slot, void *value)
{
    return TlsSetValue(slot.index, value);
}

#else

#include <pthread.h>
#include <sched.h>
#include <time.h>

#define DISPATCH_CALL

static inline void platform_yield(void)
{
    sched_yield();
}

static inline void platform_sleep_ms(unsigned int ms)
{
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&time, NULL);
}

typedef pthread_key_t platform_thread_slot;

static inline bool platform_thread_slot_create(platform_thread_slot *slot, void (*on_thread_exit)(void *))
{
    return pthread_key_create(slot, on_thread_exit) == 0;
}

static inline void platform_thread_slot_free(platform_thread_slot slot)
{
    pthread_key_delete(slot);
}

static inline void *platform_thread_slot_peek(platform_thread_slot slot)
{
    return pthread_getspecific(slot);
}

static inline void *platform_thread_slot_get(platform_thread_slot slot)
{
    return pthread_getspecific(slot);
}

static inline bool platform_thread_slot_set(platform_thread_slot slot, void *value)
{
    return pthread_setspecific(slot, value) == 0;
}

#endif

#endif
