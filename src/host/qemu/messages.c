#include "host/qemu/messages.h"

#include "platform/memory.h"

#include <string.h>

#define AGENT_SENTINEL '\xff'

/* A buffer that has become larger than this for one message is freed behind it. */
#define SIZE_KEPT 65536

const char messages_out_of_memory[] = "memory has run out";
const char messages_no_object[] = "it sent something that is no JSON object";

void messages_init(struct messages *messages, bool tolerant)
{
    *messages = (struct messages){.tolerant = tolerant};
}

void messages_cleanup(struct messages *messages)
{
    memory_free(messages->bytes);
    messages_init(messages, messages->tolerant);
}

void messages_restart(struct messages *messages)
{
    if (messages->size > SIZE_KEPT)
        messages_cleanup(messages);
    messages->count = 0;
    messages->depth = 0;
    messages->in_string = messages->escaped = messages->passing_over = false;
}

static bool reserve(struct messages *messages)
{
    size_t size = messages->size ? messages->size * 2 : 1024;
    char *larger;

    if (messages->count < messages->size)
        return true;
    if (!(larger = memory_resize(messages->bytes, size)))
        return false;
    messages->bytes = larger;
    messages->size = size;
    return true;
}

/* Follows strings and braces, to know where the message ends. */
static void follow(struct messages *messages, char byte)
{
    if (messages->in_string)
    {
        if (messages->escaped)
            messages->escaped = false;
        else if (byte == '\\')
            messages->escaped = true;
        else if (byte == '"')
            messages->in_string = false;
    }
    else if (byte == '"')
    {
        messages->in_string = true;
        messages->string_start = messages->count;
    }
    else if (byte == '{' || byte == '[')
    {
        ++messages->depth;
    }
    else if (byte == '}' || byte == ']')
    {
        --messages->depth;
    }
}

/* Whether the byte belongs to no message. *fault: what is wrong, if the stream is not tolerant. */
static bool pass_over(struct messages *messages, char byte, const char **fault)
{
    if (messages->tolerant && byte == AGENT_SENTINEL)
    {
        messages_restart(messages);
        return true;
    }
    if (messages->passing_over)
    {
        messages->passing_over = byte != '\n';
        return true;
    }
    if (messages->count)
    {
        /* The agent writes a message on one line. One that goes on behind the line's end was never finished. */
        if (!messages->tolerant || byte != '\n')
            return false;
        messages_restart(messages);
        return true;
    }
    if (byte == '{')
        return false;
    if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n')
        return true;
    if (messages->tolerant)
        messages->passing_over = true;
    else
        *fault = messages_no_object;
    return true;
}

static const char *take_byte(struct messages *messages, char byte)
{
    if (messages->count == MESSAGE_MAX)
        return "it sent a message of more than 4 MiB";
    if (messages->tolerant && messages->count == MESSAGE_TOLERANT_MAX)
        return "it sent a message of more than 256 KiB";
    if (!reserve(messages))
        return messages_out_of_memory;
    messages->bytes[messages->count++] = byte;
    follow(messages, byte);
    if (messages->depth > MESSAGE_DEPTH_MAX)
        return "it sent a message nested more than 1024 levels deep";
    if (messages->in_string && messages->count - messages->string_start > MESSAGE_STRING_MAX)
        return "it sent a string of more than 64 KiB";
    return NULL;
}

const char *messages_feed(struct messages *messages, const char *bytes, size_t count,
        const char *(*take)(void *context, const char *message, size_t size), void *context)
{
    const char *fault = NULL;

    for (size_t i = 0; i < count && !fault; ++i)
    {
        if (pass_over(messages, bytes[i], &fault) || (fault = take_byte(messages, bytes[i])) || messages->depth)
            continue;
        fault = take(context, messages->bytes, messages->count);
        messages_restart(messages);
    }
    return fault;
}
