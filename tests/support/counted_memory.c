#include "support/counted_memory.h"

#include "platform/lock.h"
#include "platform/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <malloc.h>
#include <process.h>
#else
#include <unistd.h>
#endif

/* What stands behind each block, to show that somebody has written there. AddressSanitizer shows who. */
#ifdef __SANITIZE_ADDRESS__
#define GUARD_SIZE 0
#else
#define GUARD_SIZE 16
#endif
#define GUARD 0xfd
#define NOT_ZEROED 0xcd
#define FREED 0xdd

/* Exit codes. */
#define MEMORY_LEFT 70
#define MEMORY_FAULT 71

#define BUCKETS 16384
#define PRINTED_AT_MOST 20

struct block
{
    struct block *next;
    unsigned char *memory;
    size_t size;
    bool lines;
    const void *caller;
};

static struct lock lock = LOCK_INIT;
static struct block *buckets[BUCKETS]; /* by address; guarded by the lock */
static struct memory_count count;      /* likewise */
static bool (*gate)(void);
static void (*report)(struct memory_count left);

static _Noreturn void die(const char *what, const void *memory)
{
    fprintf(stderr, "memory: %s: %p\n", what, memory);
    fflush(stderr);
    _exit(MEMORY_FAULT);
}

static struct block **bucket_of(const void *memory)
{
    return &buckets[((uintptr_t)memory >> 4) * 2654435761u % BUCKETS];
}

static void *raw_alloc(size_t size, bool lines)
{
    void *memory;

    if (!lines)
        return malloc(size);
#ifdef _WIN32
    memory = _aligned_malloc(size, CACHE_LINE);
#else
    if (posix_memalign(&memory, CACHE_LINE, size))
        memory = NULL;
#endif
    return memory;
}

static void raw_free(void *memory, bool lines)
{
#ifdef _WIN32
    if (lines)
    {
        _aligned_free(memory);
        return;
    }
#endif
    (void)lines;
    free(memory);
}

static void guard_set(unsigned char *guard)
{
#if GUARD_SIZE
    memset(guard, GUARD, GUARD_SIZE);
#else
    (void)guard;
#endif
}

static bool guard_is_set(const unsigned char *guard)
{
#if GUARD_SIZE
    for (size_t i = 0; i < GUARD_SIZE; ++i)
    {
        if (guard[i] != GUARD)
            return false;
    }
#else
    (void)guard;
#endif
    return true;
}

static void *block_create(size_t size, bool lines, const void *caller)
{
    struct block *block, **bucket;

    if (gate && !gate())
        return NULL;
    if (!(block = malloc(sizeof(*block))) || !(block->memory = raw_alloc(size + GUARD_SIZE, lines)))
        die("the test itself has none left", NULL);
    memset(block->memory, NOT_ZEROED, size);
    guard_set(block->memory + size);
    block->size = size;
    block->lines = lines;
    block->caller = caller;
    bucket = bucket_of(block->memory);
    lock_acquire(&lock);
    block->next = *bucket;
    *bucket = block;
    ++count.blocks;
    count.bytes += size;
    lock_release(&lock);
    return block->memory;
}

/* Takes the block out of the records. */
static struct block *block_take(void *memory)
{
    struct block **link, *block;

    lock_acquire(&lock);
    for (link = bucket_of(memory); (block = *link) && block->memory != memory; link = &block->next)
        ;
    if (block)
    {
        *link = block->next;
        --count.blocks;
        count.bytes -= block->size;
    }
    lock_release(&lock);
    return block;
}

static void block_destroy(void *memory, bool lines)
{
    struct block *block;

    if (!memory)
        return;
    if (!(block = block_take(memory)))
        die("freed twice, or never given", memory);
    if (block->lines != lines)
        die("freed by the wrong function", memory);
    if (!guard_is_set(block->memory + block->size))
        die("somebody has written behind the block", memory);
    memset(memory, FREED, block->size);
    raw_free(memory, lines);
    free(block);
}

void *memory_alloc(size_t size)
{
    void *memory = block_create(size, false, __builtin_return_address(0));

    return memory ? memset(memory, 0, size) : NULL;
}

void *memory_alloc_lines(size_t size)
{
    size_t rounded = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    void *memory = block_create(rounded, true, __builtin_return_address(0));

    return memory ? memset(memory, 0, rounded) : NULL;
}

/* Always another block, so that whoever still uses the old one is found out. */
void *memory_resize(void *memory, size_t size)
{
    void *larger = block_create(size, false, __builtin_return_address(0));
    struct block *old;

    if (!larger || !memory)
        return larger;
    lock_acquire(&lock);
    for (old = *bucket_of(memory); old && old->memory != memory; old = old->next)
        ;
    lock_release(&lock);
    if (!old)
        die("resized, but never given", memory);
    memcpy(larger, memory, old->size < size ? old->size : size);
    block_destroy(memory, false);
    return larger;
}

void memory_free(void *memory)
{
    block_destroy(memory, false);
}

void memory_free_lines(void *memory)
{
    block_destroy(memory, true);
}

static struct memory_count live(void)
{
    struct memory_count now;

    lock_acquire(&lock);
    now = count;
    lock_release(&lock);
    return now;
}

/* As addr2line takes it, with the preferred address of the program or DLL added on Windows. */
static size_t place_of(const void *caller)
{
#ifdef _WIN32
    extern const char __ImageBase;

    return (size_t)((const char *)caller - &__ImageBase);
#else
    return (size_t)caller;
#endif
}

static void print(void)
{
    unsigned int printed = 0;

    lock_acquire(&lock);
    fprintf(stderr, "%lu blocks of %lu bytes are held; they were had at\n", (unsigned long)count.blocks,
            (unsigned long)count.bytes);
    for (size_t i = 0; i < BUCKETS; ++i)
    {
        for (struct block *block = buckets[i]; block && printed < PRINTED_AT_MOST; block = block->next, ++printed)
            fprintf(stderr, "  0x%lx: %lu bytes\n", (unsigned long)place_of(block->caller), (unsigned long)block->size);
    }
    fflush(stderr);
    lock_release(&lock);
}

static void set_gate(bool (*new_gate)(void))
{
    gate = new_gate;
}

static void set_report(void (*new_report)(struct memory_count left))
{
    report = new_report;
}

#ifdef COUNTED_MEMORY_IN_DLL
__declspec(dllexport)
#endif
        const struct counted_memory *counted_memory_get(void)
{
    static const struct counted_memory face = {live, print, set_gate, set_report};

    return &face;
}

/* The end of the program, or the unloading of the DLL after its DllMain has been told. */
__attribute__((destructor)) static void check_end(void)
{
    if (report)
        report(live());
#ifndef COUNTED_MEMORY_IN_DLL
    if (!live().blocks)
        return;
    fprintf(stderr, "memory is left at the end of the program\n");
    print();
    _exit(MEMORY_LEFT);
#endif
}
