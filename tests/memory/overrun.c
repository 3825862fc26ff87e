/* Writes behind a block on purpose. */
#include "platform/memory.h"

int main(void)
{
    volatile char *memory = memory_alloc(24);

    memory[24] = 1;
    memory_free((void *)memory);
    return 0;
}
