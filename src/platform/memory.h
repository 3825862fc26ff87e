/* All memory of the project is had and given back here, so that a test build can count it and refuse it. */
#ifndef VMEVENTS_MEMORY_H
#define VMEVENTS_MEMORY_H

#include <stddef.h>

#define CACHE_LINE 64

/* Zeroed memory, or NULL. */
void *memory_alloc(size_t size);

/* The same, its first byte at the start of a cache line; goes back by memory_free_lines. */
void *memory_alloc_lines(size_t size);

/* Resizes what memory_alloc gave; on failure NULL, and the old block stays. New bytes are not zeroed. */
void *memory_resize(void *memory, size_t size);

void memory_free(void *memory);
void memory_free_lines(void *memory);

#endif
