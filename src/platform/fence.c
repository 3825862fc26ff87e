#include "platform/fence.h"

#ifdef _WIN32

#include "platform/wine.h"

#ifndef _WIN64
bool fence_is_mutual;
#endif

static bool one_by_one;

bool fence_init(void)
{
#ifdef _WIN64
    one_by_one = is_wine();
#else
    fence_is_mutual = is_wine();
#endif
    return true;
}

bool fence_thread_open(struct fence_thread *thread)
{
    thread->handle = NULL;
    return !one_by_one
            || DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &thread->handle, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
}

void fence_thread_close(struct fence_thread *thread)
{
    if (thread->handle)
        CloseHandle(thread->handle);
    thread->handle = NULL;
}

bool fence_process(void)
{
    if (one_by_one)
        return false;
    if (fence_is_mutual)
        atomic_thread_fence(memory_order_seq_cst);
    else
        FlushProcessWriteBuffers();
    return true;
}

void fence_thread(struct fence_thread *thread)
{
    CONTEXT context;

    /* Suspending only asks for it; a thread whose registers have been told does stand still. */
    while (SuspendThread(thread->handle) == (DWORD)-1)
    {
        /* A thread that is no more has done what it did. */
        if (WaitForSingleObject(thread->handle, 0) == WAIT_OBJECT_0)
            return;
        SwitchToThread();
    }
    context.ContextFlags = CONTEXT_CONTROL;
    while (!GetThreadContext(thread->handle, &context) && WaitForSingleObject(thread->handle, 0) != WAIT_OBJECT_0)
        SwitchToThread();
    ResumeThread(thread->handle);
}

#else

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

bool fence_init(void)
{
    return !syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
}

bool fence_thread_open(struct fence_thread *thread)
{
    (void)thread;
    return true;
}

void fence_thread_close(struct fence_thread *thread)
{
    (void)thread;
}

bool fence_process(void)
{
    return !syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

void fence_thread(struct fence_thread *thread)
{
    (void)thread;
}

#endif
