#include "dispatch/readers.h"

#include "dispatch/listeners.h"

#define FIRST_TABLE_COUNT 16

/* The readers that the table has, each in its turn. */
#define FOR_EACH_READER(reader, table)                                                                                 \
    for (size_t i = 0; i < (table)->count; ++i)                                                                        \
        if ((reader = atomic_load(&(table)->readers[i])))

platform_thread_slot firing_thread_slot;

struct lock dispatch_lock = LOCK_INIT;
static struct reader *all_readers;
static struct reader *spare_readers;
static struct firing_thread *all_threads;
static struct firing_thread *spare_threads;
static uint32_t thread_count;

static struct reader_table *reader_table_create(size_t count)
{
    struct reader_table *table = memory_alloc(sizeof(*table) + count * sizeof(table->readers[0]));

    if (table)
        table->count = count;
    return table;
}

bool readers_init(struct readers *readers)
{
    struct reader_table *table = reader_table_create(FIRST_TABLE_COUNT);

    if (!table)
        return false;
    atomic_init(&readers->epoch, 1);
    atomic_init(&readers->table, table);
    return true;
}

void readers_cleanup(struct readers *readers)
{
    struct reader_table *table = atomic_load(&readers->table), *outgrown;
    struct reader *reader;

    lock_assert_exclusive(&dispatch_lock);
    FOR_EACH_READER(reader, table)
    {
        reader->list = NULL;
        reader->next = spare_readers;
        spare_readers = reader;
    }
    for (; table; table = outgrown)
    {
        outgrown = table->outgrown;
        memory_free(table);
    }
}

static struct firing_thread *firing_thread_create(void)
{
    struct firing_thread *thread = spare_threads;

    lock_assert_exclusive(&dispatch_lock);
    if (thread)
    {
        spare_threads = thread->next;
    }
    else
    {
        if (!(thread = memory_alloc_lines(sizeof(*thread))))
            return NULL;
        thread->number = thread_count++;
        thread->next_made = all_threads;
        all_threads = thread;
    }
    if (!fence_thread_open(&thread->fence))
        goto failed;
    if (!platform_thread_slot_set(firing_thread_slot, thread))
    {
        fence_thread_close(&thread->fence);
        goto failed;
    }
    thread->lives = true;
    return thread;

failed:
    thread->next = spare_threads;
    spare_threads = thread;
    return NULL;
}

static struct reader *reader_create(struct listeners *list, struct firing_thread *thread)
{
    struct reader *reader = spare_readers;

    lock_assert_exclusive(&dispatch_lock);
    if (reader)
    {
        spare_readers = reader->next;
    }
    else
    {
        if (!(reader = memory_alloc_lines(sizeof(*reader))))
            return NULL;
        reader->next_made = all_readers;
        all_readers = reader;
    }
    atomic_store(&reader->active, 0);
    atomic_store(&reader->reap, 0);
    atomic_store(&reader->fired, 0);
    reader->list = list;
    reader->thread = thread;
    return reader;
}

static struct reader_table *readers_grow(struct readers *readers, size_t least)
{
    struct reader_table *table = atomic_load(&readers->table), *larger;
    size_t count = table->count;

    lock_assert_exclusive(&dispatch_lock);
    while (count <= least)
        count *= 2;
    if (count == table->count)
        return table;
    if (!(larger = reader_table_create(count)))
        return NULL;
    for (size_t i = 0; i < table->count; ++i)
        atomic_init(&larger->readers[i], atomic_load(&table->readers[i]));
    larger->outgrown = table;
    atomic_store(&readers->table, larger);
    return larger;
}

struct reader *readers_join(struct listeners *list)
{
    struct readers *readers = &list->readers;
    struct firing_thread *thread = firing_thread_current();
    struct reader *reader = NULL;
    struct reader_table *table;

    lock_acquire(&dispatch_lock);
    if ((thread || (thread = firing_thread_create())) && (table = readers_grow(readers, thread->number)))
    {
        reader = atomic_load(&table->readers[thread->number]);
        if (!reader && (reader = reader_create(list, thread)))
            atomic_store(&table->readers[thread->number], reader);
    }
    lock_release(&dispatch_lock);
    return reader;
}

/* Epochs are compared by their distance, which readers_stamp keeps far below half of their range. */
static bool epoch_is_after(uint32_t epoch, uint32_t other)
{
    return (int32_t)(epoch - other) > 0;
}

uint32_t readers_stamp(struct readers *readers)
{
    struct reader_table *table = atomic_load(&readers->table);
    struct reader *reader;
    uint32_t epoch = atomic_load(&readers->epoch), furthest = 0, next;

    lock_assert_exclusive(&dispatch_lock);
    FOR_EACH_READER(reader, table)
    {
        uint32_t active = atomic_load(&reader->active);

        if (active && epoch - active > furthest)
            furthest = epoch - active;
    }
    if (furthest < UINT32_MAX / 4)
    {
        next = epoch + 1;
        atomic_store(&readers->epoch, next ? next : 1);
    }
    readers->unfenced = true;
    return readers->last_stamp = epoch;
}

/* Whether the reader's thread lives and is not the calling one. */
static bool reader_is_foreign(struct reader *reader)
{
    lock_assert_exclusive(&dispatch_lock);
    return reader->thread->lives && reader->thread != firing_thread_current();
}

/* Fences every other thread that has fired at the list. */
static void readers_fence(struct readers *readers)
{
    struct reader_table *table = atomic_load(&readers->table);
    struct reader *reader;

    lock_assert_exclusive(&dispatch_lock);
    readers->unfenced = false;
    FOR_EACH_READER(reader, table)
    {
        if (!reader_is_foreign(reader))
            continue;
        if (fence_process())
            return;
        fence_thread(&reader->thread->fence);
    }
}

/* Whether the reader is marked, and may hold what was unlinked at that stamp. */
static bool reader_is_in_the_way(struct reader *reader, uint32_t stamp)
{
    uint32_t active = atomic_load(&reader->active);

    return active && !epoch_is_after(active, stamp);
}

/* Whether no mark that can be seen is in the way. */
static bool marks_have_passed(struct readers *readers, uint32_t stamp)
{
    struct reader_table *table = atomic_load(&readers->table);
    struct reader *reader;

    FOR_EACH_READER(reader, table)
    {
        if (reader_is_in_the_way(reader, stamp))
            return false;
    }
    return true;
}

bool readers_have_passed(struct readers *readers, uint32_t stamp)
{
    lock_assert_exclusive(&dispatch_lock);
    /* A mark that is there is reason enough to wait; only where there is none a fence has to tell. */
    if (!marks_have_passed(readers, stamp))
        return false;
    if (!readers->unfenced)
        return true;
    readers_fence(readers);
    return marks_have_passed(readers, stamp);
}

bool readers_ask_caller_to_reap(struct readers *readers)
{
    struct reader_table *table = atomic_load(&readers->table);
    struct firing_thread *thread = firing_thread_current();
    struct reader *reader;

    lock_assert_exclusive(&dispatch_lock);
    if (!thread || thread->number >= table->count || !(reader = atomic_load(&table->readers[thread->number]))
            || !atomic_load(&reader->active))
        return false;
    atomic_store(&reader->reap, 1);
    return true;
}

/* The first of the thread's marks from that reader on, in any list. */
static struct reader *firing_thread_next_mark(struct firing_thread *thread, struct reader *reader)
{
    lock_assert_exclusive(&dispatch_lock);
    for (; reader; reader = reader->next_made)
    {
        if (reader->list && reader->thread == thread && atomic_load(&reader->active))
            return reader;
    }
    return NULL;
}

bool inside_callback(void)
{
    struct firing_thread *thread = firing_thread_current();

    lock_assert_exclusive(&dispatch_lock);
    return thread && firing_thread_next_mark(thread, all_readers);
}

bool readers_ask_to_reap(struct readers *readers)
{
    struct reader_table *table = atomic_load(&readers->table);
    struct reader *reader;
    bool passed = true;

    lock_assert_exclusive(&dispatch_lock);
    FOR_EACH_READER(reader, table)
    {
        if (!reader_is_in_the_way(reader, readers->last_stamp))
            continue;
        passed = false;
        if (atomic_load(&reader->reap))
            continue;
        atomic_store(&reader->reap, 1);
        readers->unfenced = true;
    }
    if (!readers->unfenced)
        return passed;
    readers_fence(readers);
    return true;
}

size_t readers_count_fired(struct readers *readers)
{
    struct reader_table *table;
    struct reader *reader;
    size_t fired = 0;

    lock_acquire(&dispatch_lock);
    table = atomic_load(&readers->table);
    FOR_EACH_READER(reader, table)
    {
        fired += atomic_load_explicit(&reader->fired, memory_order_relaxed);
    }
    lock_release(&dispatch_lock);
    return fired;
}

/* A thread may end inside a callback; then its marks end here, or every later removal would wait for it. What it was
 * asked to reap it reaps, as if it had left: nobody else would. The dispatch lock is not held while it reaps. */
static void firing_thread_abandon_walks(struct firing_thread *thread)
{
    struct reader *reader;

    lock_assert_exclusive(&dispatch_lock);
    for (reader = all_readers; (reader = firing_thread_next_mark(thread, reader)); reader = reader->next_made)
        atomic_store(&reader->active, 0);
    /* New readers are put in front of the others, and none is given back, so that the lock may be released on the way. */
    for (reader = all_readers; reader; reader = reader->next_made)
    {
        if (reader->thread != thread || !atomic_load(&reader->reap))
            continue;
        lock_release(&dispatch_lock);
        reader_reap(reader);
        lock_acquire(&dispatch_lock);
    }
}

static void firing_thread_exit(void *value)
{
    struct firing_thread *thread = value;

    lock_acquire(&dispatch_lock);
    /* First, as what follows may fence threads, and this one no longer knows itself. */
    thread->lives = false;
    fence_thread_close(&thread->fence);
    if (firing_thread_next_mark(thread, all_readers))
        firing_thread_abandon_walks(thread);
    thread->next = spare_threads;
    spare_threads = thread;
    lock_release(&dispatch_lock);
}

void dispatch_thread_exit(void)
{
    struct firing_thread *thread;

    /* Again when a release that ran here has fired an event. */
    while ((thread = firing_thread_current()))
    {
        platform_thread_slot_set(firing_thread_slot, NULL);
        firing_thread_exit(thread);
    }
}

bool dispatch_init(void)
{
    return fence_init() && platform_thread_slot_create(&firing_thread_slot, firing_thread_exit);
}

void dispatch_cleanup(void)
{
    struct firing_thread *thread;
    struct reader *reader;

    platform_thread_slot_free(firing_thread_slot);
    while ((reader = all_readers))
    {
        all_readers = reader->next_made;
        memory_free_lines(reader);
    }
    while ((thread = all_threads))
    {
        all_threads = thread->next_made;
        fence_thread_close(&thread->fence);
        memory_free_lines(thread);
    }
    spare_readers = NULL;
    spare_threads = NULL;
    thread_count = 0;
}
