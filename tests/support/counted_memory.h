/*
 * The memory of platform/memory.h as test builds have it: each block that the project holds is counted and remembered
 * with who had it, can be refused, and is looked at when it comes back. Every test program has it in place of
 * src/platform/memory.c, and so has the vmevents.dll that the tests load.
 *
 * A program that ends with blocks left says so and fails, whatever its tests have said.
 */
#ifndef VMEVENTS_TESTS_COUNTED_MEMORY_H
#define VMEVENTS_TESTS_COUNTED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

struct memory_count
{
    size_t blocks;
    size_t bytes;
};

struct counted_memory
{
    /* What is held now. */
    struct memory_count (*live)(void);

    /* Lists on standard error what is held now, and who had it. */
    void (*print)(void);

    /* Asked before each block is given; false refuses it. NULL: none is refused. */
    void (*set_gate)(bool (*gate)(void));

    /* For a DLL: told what is left when it is unloaded. */
    void (*set_report)(void (*report)(struct memory_count left));
};

/* That of the program itself. A DLL exports it under the name `counted_memory_get`. */
const struct counted_memory *counted_memory_get(void);

#endif
