#include "platform/fence.h"

#ifdef _WIN32

#include "platform/wine.h"

#include <string.h>

static bool one_by_one;

#ifdef _WIN64

static bool by_kernel;

/* Of Linux, on x86-64. */
#define SYS_MEMBARRIER 324
#define BARRIER_OF_PROCESS 8
#define REGISTER_PROCESS 16

static long long wine_membarrier(long long command)
{
    long long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(SYS_MEMBARRIER), "D"(command), "S"(0ll), "d"(0ll)
                     : "rcx", "r11", "memory");
    return result;
}

/* Of Wine 8, which lets a program's own system calls through to the kernel, and where that is Linux. */
static bool wine_has_membarrier(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    const char *(CDECL *get_version)(void) = (void *)GetProcAddress(ntdll, "wine_get_version");
    void(CDECL *get_host)(const char **, const char **) = (void *)GetProcAddress(ntdll, "wine_get_host_version");
    const char *system = "", *release = "";

    if (!get_version || !get_host || strncmp(get_version(), "8.", 2))
        return false;
    get_host(&system, &release);
    return !strcmp(system, "Linux") && !wine_membarrier(REGISTER_PROCESS) && !wine_membarrier(BARRIER_OF_PROCESS);
}

bool fence_init(void)
{
    by_kernel = is_wine() && wine_has_membarrier();
    one_by_one = is_wine() && !by_kernel;
    return true;
}

static void fence_all(void)
{
    if (by_kernel)
        wine_membarrier(BARRIER_OF_PROCESS);
    else
        FlushProcessWriteBuffers();
}

#else

bool fence_is_mutual;

bool fence_init(void)
{
    fence_is_mutual = is_wine();
    return true;
}

static void fence_all(void)
{
    if (fence_is_mutual)
        atomic_thread_fence(memory_order_seq_cst);
    else
        FlushProcessWriteBuffers();
}

#endif

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
    if (!one_by_one)
        fence_all();
    return !one_by_one;
}

void fence_thread(struct fence_thread *thread)
{
    CONTEXT context;

    /* SuspendThread only asks for it. A thread whose registers can be read does stand still. */
    while (SuspendThread(thread->handle) == (DWORD)-1)
    {
        /* All that a thread which has ended wrote is there to be seen. */
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
