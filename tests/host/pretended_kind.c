#include "pretended_kind.h"

#include "client.h"

#include "platform/memory.h"

#include <process.h>
#include <string.h>

#define SCHEME "pretend:"

/* What the thread is to do: a function on the stack of who waits until it is done. */
struct task
{
    void (*run)(struct pretended *pretended, const struct task *task);
    const struct vm_event *event;
    int number;
    const char *text, *address;
    bool done;
    struct task *next;
};

struct pretended
{
    struct live_peer peer;
    char place[32], manner[16];
    const struct live_callbacks *callbacks;
    void *context;
    SRWLOCK lock; /* held in callbacks, and in what the host calls */
    bool opened, closing, logging_off, talks_at_the_end;
    struct task *first;
    struct pretended *next; /* of those that are open */
};

/* Guards the lists, and what is read without a peer's lock. */
static SRWLOCK lists_lock = SRWLOCK_INIT;
static CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
static struct pretended *open_peers;
static struct pretended_counts counts;

static struct pretended *from_peer(struct live_peer *peer)
{
    return (struct pretended *)peer;
}

static void wait_for_change(ULONGLONG start)
{
    CHECK(GetTickCount64() - start < PATIENCE_MS);
    SleepConditionVariableSRW(&changed, &lists_lock, 1000, 0);
}

/* The thread */

static void tell_connection(struct pretended *pretended, enum vm_state state, bool connected, const char *fault)
{
    pretended->callbacks->state(pretended->context, state);
    pretended->callbacks->connection(pretended->context, connected, fault);
}

static void begin(struct pretended *pretended)
{
    AcquireSRWLockExclusive(&pretended->lock);
    if (!strcmp(pretended->manner, "poor"))
    {
        pretended->callbacks->tried(pretended->context, false);
    }
    else if (!strcmp(pretended->manner, "absent"))
    {
        tell_connection(pretended, VM_TURNED_OFF, false, "nobody is \"there\"");
        pretended->callbacks->tried(pretended->context, true);
    }
    else if (!strcmp(pretended->manner, "impossible"))
    {
        pretended->callbacks->refused(pretended->context, "there is no \"such\"\nmachine");
    }
    else if (strcmp(pretended->manner, "mute") != 0)
    {
        tell_connection(pretended, VM_RUNNING, true, NULL);
        pretended->callbacks->tried(pretended->context, true);
    }
    ReleaseSRWLockExclusive(&pretended->lock);
}

/* The next task, or NULL: it is to close. */
static struct task *await_task(struct pretended *pretended)
{
    struct task *task;

    AcquireSRWLockExclusive(&lists_lock);
    while (!(task = pretended->first) && !pretended->closing)
        SleepConditionVariableSRW(&changed, &lists_lock, INFINITE, 0);
    if (task)
        pretended->first = task->next;
    ReleaseSRWLockExclusive(&lists_lock);
    return task;
}

static void finish_task(struct task *task)
{
    AcquireSRWLockExclusive(&lists_lock);
    task->done = true;
    ReleaseSRWLockExclusive(&lists_lock);
    WakeAllConditionVariable(&changed);
}

static void leave(struct pretended *pretended)
{
    struct pretended **place = &open_peers;

    AcquireSRWLockExclusive(&lists_lock);
    while (*place != pretended)
        place = &(*place)->next;
    *place = pretended->next;
    ReleaseSRWLockExclusive(&lists_lock);
}

static void talk(struct pretended *pretended)
{
    const struct vm_event reset = {.type = VM_EVENT_RESET};
    const struct vm_event pause = {.type = VM_EVENT_STATE_CHANGE, .number = VM_PAUSED};

    tell_connection(pretended, VM_SAVED, false, "it is on its way out");
    pretended->callbacks->event(pretended->context, &reset);
    pretended->callbacks->event(pretended->context, &pause);
}

static unsigned int WINAPI serve(void *context)
{
    struct pretended *pretended = context;
    struct task *task;

    begin(pretended);
    while ((task = await_task(pretended)))
    {
        AcquireSRWLockExclusive(&pretended->lock);
        task->run(pretended, task);
        ReleaseSRWLockExclusive(&pretended->lock);
        finish_task(task);
    }
    /* Whoever asked for the end holds the lock until close returns. */
    AcquireSRWLockExclusive(&pretended->lock);
    if (pretended->talks_at_the_end)
        talk(pretended);
    ReleaseSRWLockExclusive(&pretended->lock);
    leave(pretended);
    pretended->callbacks->closed(pretended->context);
    /* It is the host's from here on. */
    AcquireSRWLockExclusive(&lists_lock);
    ++counts.closed;
    ReleaseSRWLockExclusive(&lists_lock);
    WakeAllConditionVariable(&changed);
    return 0;
}

/* What the host calls */

static enum live_create_result pretended_create(
        const char *address, struct live_peer **peer, char description[LIVE_DESCRIPTION_SIZE])
{
    const char *place = address + strlen(SCHEME), *manner = strchr(place, ',');
    size_t length = manner ? (size_t)(manner - place) : strlen(place);
    struct pretended *pretended;

    CHECK(!strncmp(address, SCHEME, strlen(SCHEME)));
    manner = manner ? manner + 1 : "";
    if (!length || length >= sizeof(pretended->place) || strlen(manner) >= sizeof(pretended->manner))
    {
        snprintf(description, LIVE_DESCRIPTION_SIZE, "\"%.80s\" is no place to pretend at, 100%% sure", place);
        return LIVE_CREATE_WRONG_ADDRESS;
    }
    if (!strcmp(manner, "poor-create") || !(pretended = memory_alloc(sizeof(*pretended))))
        return LIVE_CREATE_NO_MEMORY;
    pretended->peer.kind = &pretended_kind;
    memcpy(pretended->place, place, length);
    strcpy(pretended->manner, manner);
    AcquireSRWLockExclusive(&lists_lock);
    ++counts.living;
    ReleaseSRWLockExclusive(&lists_lock);
    *peer = &pretended->peer;
    return LIVE_CREATED;
}

static bool pretended_is_same_place(const struct live_peer *peer, const struct live_peer *other)
{
    CHECK(peer->kind == &pretended_kind && other->kind == &pretended_kind);
    return !strcmp(((const struct pretended *)peer)->place, ((const struct pretended *)other)->place);
}

static bool pretended_open(struct live_peer *peer, const struct live_callbacks *callbacks, void *context)
{
    struct pretended *pretended = from_peer(peer);
    HANDLE thread;

    CHECK(!pretended->opened && !pretended->closing);
    if (!strcmp(pretended->manner, "poor-open"))
        return false;
    CHECK(TryAcquireSRWLockExclusive(&pretended->lock));
    pretended->opened = true;
    pretended->callbacks = callbacks;
    pretended->context = context;
    AcquireSRWLockExclusive(&lists_lock);
    ++counts.opened;
    pretended->next = open_peers;
    open_peers = pretended;
    ReleaseSRWLockExclusive(&lists_lock);
    WakeAllConditionVariable(&changed);
    CHECK(thread = (HANDLE)_beginthreadex(NULL, 0, serve, pretended, 0, NULL));
    CloseHandle(thread);
    ReleaseSRWLockExclusive(&pretended->lock);
    return true;
}

static void pretended_log_off(struct live_peer *peer)
{
    struct pretended *pretended = from_peer(peer);

    AcquireSRWLockExclusive(&pretended->lock);
    AcquireSRWLockExclusive(&lists_lock);
    CHECK(pretended->opened && !pretended->closing && !pretended->logging_off);
    pretended->logging_off = true;
    ReleaseSRWLockExclusive(&lists_lock);
    ReleaseSRWLockExclusive(&pretended->lock);
    WakeAllConditionVariable(&changed);
}

static void pretended_close(struct live_peer *peer)
{
    struct pretended *pretended = from_peer(peer);

    AcquireSRWLockExclusive(&pretended->lock);
    AcquireSRWLockExclusive(&lists_lock);
    CHECK(pretended->opened && !pretended->closing);
    pretended->closing = true;
    ReleaseSRWLockExclusive(&lists_lock);
    WakeAllConditionVariable(&changed);
    ReleaseSRWLockExclusive(&pretended->lock);
}

static void pretended_destroy(struct live_peer *peer)
{
    struct pretended *pretended = from_peer(peer);

    AcquireSRWLockExclusive(&lists_lock);
    CHECK(!pretended->opened || pretended->closing);
    for (const struct pretended *other = open_peers; other; other = other->next)
        CHECK(other != pretended);
    --counts.living;
    ReleaseSRWLockExclusive(&lists_lock);
    memory_free(pretended);
}

const struct live_kind pretended_kind = {
        .scheme = "pretend",
        .example = "pretend:here",
        .logoff_seconds = 3,
        .create = pretended_create,
        .is_same_place = pretended_is_same_place,
        .open = pretended_open,
        .log_off = pretended_log_off,
        .close = pretended_close,
        .destroy = pretended_destroy,
};

/* What a test calls */

struct pretended *pretended_await(const char *place)
{
    ULONGLONG start = GetTickCount64();
    struct pretended *found;

    AcquireSRWLockExclusive(&lists_lock);
    for (;;)
    {
        for (found = open_peers; found && strcmp(found->place, place) != 0;)
            found = found->next;
        if (found)
            break;
        wait_for_change(start);
    }
    ReleaseSRWLockExclusive(&lists_lock);
    return found;
}

static void do_in_thread(struct pretended *pretended, struct task *task)
{
    ULONGLONG start = GetTickCount64();
    struct task **last = &pretended->first;

    AcquireSRWLockExclusive(&lists_lock);
    while (*last)
        last = &(*last)->next;
    *last = task;
    WakeAllConditionVariable(&changed);
    while (!task->done)
        wait_for_change(start);
    ReleaseSRWLockExclusive(&lists_lock);
}

static void run_say(struct pretended *pretended, const struct task *task)
{
    pretended->callbacks->event(pretended->context, task->event);
}

void pretended_say(struct pretended *pretended, const struct vm_event *event)
{
    do_in_thread(pretended, &(struct task){.run = run_say, .event = event});
}

static void run_find_state(struct pretended *pretended, const struct task *task)
{
    pretended->callbacks->state(pretended->context, (enum vm_state)task->number);
}

void pretended_find_state(struct pretended *pretended, enum vm_state state)
{
    do_in_thread(pretended, &(struct task){.run = run_find_state, .number = (int)state});
}

static void run_connect(struct pretended *pretended, const struct task *task)
{
    pretended->callbacks->connection(pretended->context, task->number, task->text);
}

void pretended_connect(struct pretended *pretended, bool connected, const char *fault)
{
    do_in_thread(pretended, &(struct task){.run = run_connect, .number = connected, .text = fault});
}

static void run_find(struct pretended *pretended, const struct task *task)
{
    char description[LIVE_DESCRIPTION_SIZE];
    struct live_peer *peer;

    CHECK(pretended_create(task->address, &peer, description) == LIVE_CREATED);
    pretended->callbacks->found(pretended->context, task->text, task->address, peer);
}

void pretended_find(struct pretended *pretended, const char *name, const char *address)
{
    do_in_thread(pretended, &(struct task){.run = run_find, .text = name, .address = address});
}

static void run_remove(struct pretended *pretended, const struct task *task)
{
    (void)task;
    pretended->callbacks->removed(pretended->context);
}

void pretended_remove(struct pretended *pretended)
{
    do_in_thread(pretended, &(struct task){.run = run_remove});
}

void pretended_await_logoff(struct pretended *pretended)
{
    ULONGLONG start = GetTickCount64();

    AcquireSRWLockExclusive(&lists_lock);
    while (!pretended->logging_off)
        wait_for_change(start);
    ReleaseSRWLockExclusive(&lists_lock);
}

static void run_answer_logoff(struct pretended *pretended, const struct task *task)
{
    AcquireSRWLockExclusive(&lists_lock);
    CHECK(pretended->logging_off);
    pretended->logging_off = false;
    ReleaseSRWLockExclusive(&lists_lock);
    pretended->callbacks->logged_off(pretended->context, (enum vm_logoff_result)task->number, task->text);
}

void pretended_answer_logoff(struct pretended *pretended, enum vm_logoff_result result, const char *text)
{
    pretended_await_logoff(pretended);
    do_in_thread(pretended, &(struct task){.run = run_answer_logoff, .number = (int)result, .text = text});
}

void pretended_talk_at_the_end(struct pretended *pretended)
{
    AcquireSRWLockExclusive(&pretended->lock);
    pretended->talks_at_the_end = true;
    ReleaseSRWLockExclusive(&pretended->lock);
}

struct pretended_counts pretended_count(void)
{
    struct pretended_counts now;

    AcquireSRWLockExclusive(&lists_lock);
    now = counts;
    ReleaseSRWLockExclusive(&lists_lock);
    return now;
}

void pretended_forget(void)
{
    AcquireSRWLockExclusive(&lists_lock);
    counts.opened = counts.closed = 0;
    ReleaseSRWLockExclusive(&lists_lock);
}
