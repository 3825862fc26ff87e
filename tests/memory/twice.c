/* Frees a block twice on purpose. */
#include "platform/memory.h"

int main(void)
{
    void *memory = memory_alloc(24);

    memory_free(memory);
    memory_free(memory);
    return 0;
}
