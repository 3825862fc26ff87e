#include "host/qemu/json_reader.h"

#include "platform/memory.h"

#include <stdbool.h>
#include <string.h>

#define ALIGNMENT 16

/* jansson takes so many bytes at a time, and reads all of them before it asks for more. */
#define BUFFERFUL 256

/* What the reserve has to do for: the buffer of the longest string once more, twice as large, and all that can be made
 * of the BUFFERFUL that jansson still has. Larger pieces are its tables, and that those are refused it notices. */
#define LARGEST_FROM_RESERVE ((size_t)2 * JSON_READER_STRING_MAX)
#define RESERVE_SIZE (4 * LARGEST_FROM_RESERVE)

static struct
{
    bool reading;
    size_t used;
    _Alignas(ALIGNMENT) char bytes[RESERVE_SIZE];
} reserve;

static void *take_from_reserve(size_t size)
{
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *memory = reserve.bytes + reserve.used;

    if (size > LARGEST_FROM_RESERVE || rounded > RESERVE_SIZE - reserve.used)
        return NULL;
    reserve.used += rounded;
    return memory;
}

static void *allocate(size_t size)
{
    void *memory = memory_alloc(size);

    if (!memory && reserve.reading)
        memory = take_from_reserve(size);
    return memory;
}

static void release(void *memory)
{
    const char *byte = memory;

    if (byte < reserve.bytes || byte >= reserve.bytes + sizeof(reserve.bytes))
        memory_free(memory);
}

void json_reader_init(void)
{
    json_set_alloc_funcs(allocate, release);
}

struct source
{
    const char *text;
    size_t left;
};

static size_t give(void *buffer, size_t size, void *context)
{
    struct source *source = context;
    size_t given = source->left;

    if (given > BUFFERFUL)
        given = BUFFERFUL;
    if (given > size)
        given = size;
    if (reserve.used)
        given = 0;
    memcpy(buffer, source->text, given);
    source->text += given;
    source->left -= given;
    return given;
}

json_t *json_reader_read(const char *text, size_t size, size_t flags, json_error_t *error)
{
    struct source source = {text, size};
    json_t *json;

    /* When jansson gets no memory at all it leaves the error as it is: "unknown", which means that here. */
    *error = (json_error_t){0};
    reserve.reading = true;
    json = json_load_callback(give, &source, flags, error);
    reserve.reading = false;
    if (!reserve.used)
        return json;
    json_decref(json);
    reserve.used = 0;
    *error = (json_error_t){0};
    return NULL;
}

bool json_reader_is_out_of_memory(const json_error_t *error)
{
    return json_error_code(error) == json_error_unknown || json_error_code(error) == json_error_out_of_memory;
}
