#include "host/hyperv/thread.h"

#include "host/hyperv/wmi_source.h"
#include "platform/lock.h"
#include "platform/memory.h"
#include "platform/trace.h"

/* How long a step waits at most for WMI, which nothing interrupts: a task waits as long. Who opens or closes one machine
 * often goes on with others, so that for a while behind a task no other waits so long. */
#define WAIT_MS 250
#define WAIT_AMONG_TASKS_MS 5
#define AMONG_TASKS_MS 2000

struct hv_thread
{
    struct hv_thread *next;
    char host[HV_HOST_MAX + 1];
    HANDLE wake;
    LONG members; /* guarded by the lock, as the tasks */
    struct hv_task *first, **last;

    /* The thread's. */
    struct wmi_source source;
    struct hv_computer computer;
    ULONGLONG last_task_ms;
};

static struct lock lock = LOCK_INIT;
static struct hv_thread *threads; /* guarded by it */

static void free_thread(struct hv_thread *thread)
{
    if (thread->wake)
        CloseHandle(thread->wake);
    memory_free(thread);
}

/* What is to be done now. NULL: nothing. */
static struct hv_task *take_task(struct hv_thread *thread)
{
    struct hv_task *task;

    lock_acquire(&lock);
    if ((task = thread->first) && !(thread->first = task->next))
        thread->last = &thread->first;
    lock_release(&lock);
    return task;
}

static void run_tasks(struct hv_thread *thread)
{
    struct hv_task *task;

    while ((task = take_task(thread)))
    {
        thread->last_task_ms = GetTickCount64();
        task->run(task, &thread->computer);
    }
}

/* Takes the thread out of the list, unless somebody has joined it. */
static BOOL is_over(struct hv_thread *thread)
{
    struct hv_thread **place = &threads;
    BOOL over;

    lock_acquire(&lock);
    if ((over = !thread->members))
    {
        while (*place != thread)
            place = &(*place)->next;
        *place = thread->next;
    }
    lock_release(&lock);
    return over;
}

static DWORD wait_ms(const struct hv_thread *thread)
{
    ULONGLONG now = GetTickCount64(), due = hv_computer_due_ms(&thread->computer);

    if (due <= now)
        return 0;
    return due - now < INFINITE ? (DWORD)(due - now) : INFINITE;
}

static void step(struct hv_thread *thread)
{
    BOOL among_tasks = GetTickCount64() - thread->last_task_ms < AMONG_TASKS_MS;
    DWORD most = among_tasks ? WAIT_AMONG_TASKS_MS : WAIT_MS, wait = wait_ms(thread);

    if (hv_computer_waits(&thread->computer))
    {
        /* A task that has come since has its turn at once. */
        if (WaitForSingleObject(thread->wake, 0) == WAIT_OBJECT_0)
            return;
        hv_computer_step(&thread->computer, wait < most ? wait : most);
        return;
    }
    if (WaitForSingleObject(thread->wake, wait) != WAIT_OBJECT_0)
        hv_computer_step(&thread->computer, 0);
}

static DWORD WINAPI serve(void *context)
{
    struct hv_thread *thread = context;
    /* The process has one already: this only says that the thread is in it. */
    HRESULT apartment = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    trace(TRACE_HYPERV, "the machines of %s are watched", *thread->host ? thread->host : "this computer");
    wmi_source_init(&thread->source, thread->host);
    hv_computer_init(&thread->computer, &wmi_source_functions, &thread->source, thread->host);
    do
    {
        run_tasks(thread);
        if (thread->computer.machines)
            step(thread);
        else
            WaitForSingleObject(thread->wake, 0);
    } while (!is_over(thread));
    hv_computer_cleanup(&thread->computer);
    wmi_source_cleanup(&thread->source);
    trace(TRACE_HYPERV, "nothing of %s is watched any more", *thread->host ? thread->host : "this computer");
    free_thread(thread);
    if (SUCCEEDED(apartment))
        CoUninitialize();
    return 0;
}

static struct hv_thread *start(const char *host)
{
    struct hv_thread *thread = memory_alloc(sizeof(*thread));
    HANDLE handle;

    lock_assert_exclusive(&lock);
    if (!thread)
        return NULL;
    memcpy(thread->host, host, strlen(host) + 1);
    thread->last = &thread->first;
    thread->members = 1;
    if (!(thread->wake = CreateEventW(NULL, FALSE, FALSE, NULL))
            || !(handle = CreateThread(NULL, 0, serve, thread, 0, NULL)))
    {
        free_thread(thread);
        return NULL;
    }
    CloseHandle(handle);
    thread->next = threads;
    return threads = thread;
}

struct hv_thread *hv_thread_join(const char *host)
{
    struct hv_thread *thread;

    lock_acquire(&lock);
    for (thread = threads; thread && !hv_names_are_equal(thread->host, host); thread = thread->next)
        ;
    if (thread)
        ++thread->members;
    else
        thread = start(host);
    lock_release(&lock);
    return thread;
}

void hv_thread_post(struct hv_thread *thread, struct hv_task *task)
{
    task->next = NULL;
    lock_acquire(&lock);
    *thread->last = task;
    thread->last = &task->next;
    SetEvent(thread->wake);
    lock_release(&lock);
}

void hv_thread_leave(struct hv_thread *thread)
{
    lock_acquire(&lock);
    --thread->members;
    lock_release(&lock);
}
