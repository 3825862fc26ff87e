#include "net/loop.h"

#include "platform/lock.h"

static struct lock lock = LOCK_INIT;
static bool running; /* guarded by the lock */
static struct loop_task *first, **last = &first;

static uv_loop_t loop;
static uv_async_t wake;
static uv_thread_t thread;

static struct loop_task *take_tasks(void)
{
    struct loop_task *tasks;

    lock_acquire(&lock);
    tasks = first;
    first = NULL;
    last = &first;
    lock_release(&lock);
    return tasks;
}

static void on_wake(uv_async_t *async)
{
    struct loop_task *task = take_tasks(), *next;

    for (; task; task = next)
    {
        next = task->next;
        task->run(task, async->loop);
    }
}

static void serve(void *context)
{
    (void)context;
    uv_run(&loop, UV_RUN_DEFAULT);
}

/* Starts the loop unless it runs. False: it could not be started. */
static bool start(void)
{
    lock_assert_exclusive(&lock);
    if (running)
        return true;
    if (uv_loop_init(&loop))
        return false;
    if (uv_async_init(&loop, &wake, on_wake))
    {
        uv_loop_close(&loop);
        return false;
    }
    if (uv_thread_create(&thread, serve, NULL))
    {
        uv_close((uv_handle_t *)&wake, NULL);
        uv_run(&loop, UV_RUN_DEFAULT);
        uv_loop_close(&loop);
        return false;
    }
    return running = true;
}

bool loop_post(struct loop_task *task)
{
    bool posted;

    task->next = NULL;
    lock_acquire(&lock);
    if ((posted = start()))
    {
        *last = task;
        last = &task->next;
        uv_async_send(&wake);
    }
    lock_release(&lock);
    return posted;
}
