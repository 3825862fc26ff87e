/*
 * What -fstack-protector needs: a random number that is laid between a function's arrays and its return address, and
 * what is done when it has changed. gcc has a library for it, which opens a cryptographic provider in each process.
 *
 * It is for the programs, which read what others have written (cmake/compiler.cmake). The DLL does without: its way to
 * a callback is measured in nanoseconds, and what it writes to arrays of its own is counted.
 */
#define _CRT_RAND_S
#include <windows.h>

#include <stdint.h>
#include <stdlib.h>

extern uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

uintptr_t __stack_chk_guard;

/* Before anything else, since a function that is running must not see it change. A byte of zero in it ends strings. */
__attribute__((constructor(101), no_stack_protector)) static void stack_guard_init(void)
{
    unsigned int low = 0, high = 0;

    rand_s(&low);
    rand_s(&high);
    __stack_chk_guard = (uintptr_t)((uint64_t)high << 32 | (low & ~0xffu));
}

/* No exception handler is run, and nothing returns to an address that has been overwritten. */
_Noreturn void __stack_chk_fail(void)
{
    /* __fastfail(FAST_FAIL_STACK_COOKIE_CHECK_FAILURE), which MinGW-w64's headers do not have. */
    __asm__ volatile("int $0x29" : : "c"(2));
    __builtin_unreachable();
}
