#include "platform/memory.h"

#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <malloc.h>
#endif

void *memory_alloc(size_t size)
{
    return calloc(1, size);
}

void *memory_alloc_lines(size_t size)
{
    size_t rounded = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
#ifdef _WIN32
    void *memory = _aligned_malloc(rounded, CACHE_LINE);
#else
    void *memory = aligned_alloc(CACHE_LINE, rounded);
#endif

    return memory ? memset(memory, 0, rounded) : NULL;
}

void *memory_resize(void *memory, size_t size)
{
    return realloc(memory, size);
}

void memory_free(void *memory)
{
    free(memory);
}

void memory_free_lines(void *memory)
{
#ifdef _WIN32
    _aligned_free(memory);
#else
    free(memory);
#endif
}
