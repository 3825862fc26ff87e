/* FNV-1a, of 32 bits: begins with HASH_BEGIN, and takes in one thing after the other. */
#ifndef VMEVENTS_PLATFORM_HASH_H
#define VMEVENTS_PLATFORM_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_BEGIN 2166136261u

/* A byte, as FNV-1a has it, or another small number. */
static inline uint32_t hash_number(uint32_t hash, uint32_t number)
{
    return (hash ^ number) * 16777619u;
}

static inline uint32_t hash_bytes(uint32_t hash, const char *bytes, size_t length)
{
    while (length--)
        hash = hash_number(hash, (unsigned char)*bytes++);
    return hash;
}

static inline uint32_t hash_text(uint32_t hash, const char *text)
{
    while (*text)
        hash = hash_number(hash, (unsigned char)*text++);
    return hash;
}

#endif
