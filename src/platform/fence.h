/*
 * A fence between threads of which one side costs nothing.
 *
 * Two threads that each write something and then read what the other writes need a full fence each between the
 * two, or both may miss the other's write. Where one of them does so all the time and the other seldom, the seldom
 * one can pay for both: it makes the other threads pass a point at which all they have written is to be seen and
 * from which on they read anew.
 *
 * What the fence promises: for every other thread that it covers there is a moment during the call such that what
 * the thread wrote before that moment is seen by the caller afterwards, and what the caller wrote before the call
 * is seen by what the thread reads after that moment. The other side has to keep the compiler from moving its
 * write behind its read, and no more.
 *
 * Windows: FlushProcessWriteBuffers, which interrupts every processor that runs the process. Linux: membarrier.
 *
 * Wine implements the first only in versions later than 8.0, and nothing tells whether it does. In Wine 8 on Linux the
 * kernel is asked for the second, by a system call of the program's own. (Later versions may take such a call for one of
 * Windows'.)
 *
 * Elsewhere in Wine the threads are stopped and let go again, one by one. A stopped thread has answered a signal: it has
 * sent its registers to Wine's server by system calls, and the caller has read them, so whatever the thread wrote before
 * it was stopped was there before that message; and it goes on with instructions that it had not begun. While it stands
 * still the caller does nothing but ask for its registers, so it does not matter what the thread was just doing, with two
 * exceptions. Two threads that stop each other would stand for ever: callers take turns for that reason. And a thread
 * that ends the process ends the caller too: if that has just stopped it, nobody lets it go, and the process stays.
 * That cannot be helped from here, so it is done only where there is nothing else.
 *
 * A 32-bit thread must not be stopped in Wine's own WoW64: in 8.0 it sometimes goes on with a wrong FS register. There
 * the fence is mutual: the other side pays too, and then nothing is left to do for the caller.
 */
#ifndef VMEVENTS_FENCE_H
#define VMEVENTS_FENCE_H

#include <stdatomic.h>
#include <stdbool.h>

#ifdef _WIN32
#include <windows.h>
#endif

/* A thread that a fence may have to cover. */
struct fence_thread
{
#ifdef _WIN32
    HANDLE handle; /* NULL where the whole process is fenced at once */
#else
    char unused;
#endif
};

/* Once, before all else. False: this system has no such fence. */
bool fence_init(void);

/* Makes the calling thread one that can be covered, until it is closed. False: out of handles. */
bool fence_thread_open(struct fence_thread *thread);
void fence_thread_close(struct fence_thread *thread);

/* Fences all threads of the process at once. False: that is not possible here, use fence_thread for each. */
bool fence_process(void);

/* Fences that thread, which is open and not the calling one. One caller at a time. */
void fence_thread(struct fence_thread *thread);

#if defined(_WIN32) && !defined(_WIN64)
extern bool fence_is_mutual;
#else
#define fence_is_mutual false
#endif

/* The other side: stands between the write and the read, and is no instruction unless the fence is mutual. */
static inline void fence_light(void)
{
    if (fence_is_mutual)
        atomic_thread_fence(memory_order_seq_cst);
    else
        atomic_signal_fence(memory_order_seq_cst);
}

#endif
