#include "mqtt/reader.h"

#include "mqtt/decode.h"
#include "platform/memory.h"

#include <string.h>

/* A buffer that has become larger than this for one packet is freed behind it. */
#define SIZE_KEPT 65536

#define SIZE_FIRST 256

const char mqtt_out_of_memory[] = "memory has run out";
const char mqtt_stop_reading[] = "nothing more is read";

void mqtt_reader_init(struct mqtt_reader *reader, size_t most)
{
    *reader = (struct mqtt_reader){.most = most < MQTT_LENGTH_MAX ? most : MQTT_LENGTH_MAX};
}

void mqtt_reader_cleanup(struct mqtt_reader *reader)
{
    memory_free(reader->bytes);
    mqtt_reader_init(reader, reader->most);
}

void mqtt_reader_restart(struct mqtt_reader *reader)
{
    if (reader->size > SIZE_KEPT)
        mqtt_reader_cleanup(reader);
    reader->count = reader->passed = 0;
}

/* What the bytes say so far about the packet that begins with them. */
struct head
{
    unsigned char first;
    size_t size; /* of the head itself; 0: it is not complete */
    size_t length;
    size_t kept; /* of that: all, or what stands in front of a payload that is too large */
};

static bool is_publish(const struct head *head)
{
    return head->first >> 4 == MQTT_PUBLISH;
}

/* The length has seven bits a byte, the lowest first, in at most four bytes, of which all but the last have their eighth
 * bit. */
static const char *read_length(struct head *head, const char *bytes, size_t count, size_t most)
{
    unsigned int byte;

    head->length = 0;
    for (size_t i = 1; i < count; ++i)
    {
        byte = (unsigned char)bytes[i];
        if (i == MQTT_HEAD_MAX - 1 && byte & 0x80)
            return "it sent a packet whose length goes on behind its fourth byte";
        head->length |= (size_t)(byte & 0x7f) << 7 * (i - 1);
        if (head->length > most && !is_publish(head))
            return "it sent a packet that is larger than what is taken";
        if (byte & 0x80)
            continue;
        head->size = i + 1;
        head->kept = head->length;
        return mqtt_check_length(head->first, head->length);
    }
    return NULL;
}

static const char *read_head(struct head *head, const char *bytes, size_t count, size_t most)
{
    const char *fault;

    *head = (struct head){.first = (unsigned char)bytes[0]};
    fault = mqtt_check_first(head->first);
    if (!fault)
        fault = read_length(head, bytes, count < MQTT_HEAD_MAX ? count : MQTT_HEAD_MAX, most);
    if (fault || !head->size || head->length <= most)
        return fault;
    /* Of a PUBLISH that is too large its topic is kept, once it is known how long that is, and its id. */
    head->kept = 2;
    if (count >= head->size + 2)
        head->kept = mqtt_publish_head_size(head->first, bytes + head->size);
    return head->kept > most ? "it sent a PUBLISH that has more in front of its payload than is taken" : NULL;
}

/* How many of the bytes that a packet begins with are its own; 0: it goes on behind them, or is too large. */
static const char *measure(
        const struct mqtt_reader *reader, struct head *head, const char *bytes, size_t count, size_t *size)
{
    const char *fault = read_head(head, bytes, count, reader->most);

    *size = head->size + head->length;
    if (fault || !head->size || head->length > reader->most || *size > count)
        *size = 0;
    return fault;
}

static bool keep(struct mqtt_reader *reader, const char *bytes, size_t count)
{
    size_t size = reader->size ? reader->size : SIZE_FIRST;
    char *larger;

    while (size < reader->count + count)
        size *= 2;
    if (size > reader->size)
    {
        if (!(larger = memory_resize(reader->bytes, size)))
            return false;
        reader->bytes = larger;
        reader->size = size;
    }
    memcpy(reader->bytes + reader->count, bytes, count);
    reader->count += count;
    return true;
}

static const char *hand_over(const struct head *head, const char *bytes,
        const char *(*take)(void *context, const struct mqtt_packet *packet), void *context)
{
    struct mqtt_packet packet;
    const char *fault = mqtt_decode(&packet, head->first, bytes + head->size, head->kept);

    packet.omitted = head->length - head->kept;
    return fault ? fault : take(context, &packet);
}

static size_t smaller(size_t one, size_t other)
{
    return one < other ? one : other;
}

/* How many bytes are to be kept of the packet that has begun to be: its head first, then what that says. */
static size_t missing_of(const struct mqtt_reader *reader, const struct head *head)
{
    return head->size ? head->size + head->kept - reader->count : 1;
}

static bool is_complete(const struct mqtt_reader *reader, const struct head *head)
{
    return head->size && reader->count + reader->passed == head->size + head->length;
}

/* Completes the packet that is kept. *done: how many of the bytes were for it. */
static const char *complete(struct mqtt_reader *reader, const char *bytes, size_t count, size_t *done,
        const char *(*take)(void *context, const struct mqtt_packet *packet), void *context)
{
    struct head head;
    size_t part;
    const char *fault = read_head(&head, reader->bytes, reader->count, reader->most);

    for (*done = 0; !fault && *done < count; *done += part)
    {
        if ((part = smaller(missing_of(reader, &head), count - *done)))
        {
            if (!keep(reader, bytes + *done, part))
                return mqtt_out_of_memory;
            fault = read_head(&head, reader->bytes, reader->count, reader->most);
        }
        else
        {
            part = smaller(head.size + head.length - reader->count - reader->passed, count - *done);
            reader->passed += part;
        }
        if (fault || !is_complete(reader, &head))
            continue;
        *done += part;
        fault = hand_over(&head, reader->bytes, take, context);
        mqtt_reader_restart(reader);
        return fault;
    }
    return fault;
}

/* Packets that lie in the bytes as a whole are read there; the beginning of another is kept. */
const char *mqtt_reader_feed(struct mqtt_reader *reader, const char *bytes, size_t count,
        const char *(*take)(void *context, const struct mqtt_packet *packet), void *context)
{
    const char *fault = NULL;
    struct head head;
    size_t size, part, done = 0;

    if (reader->count)
        fault = complete(reader, bytes, count, &done, take, context);
    while (!fault && done < count)
    {
        fault = measure(reader, &head, bytes + done, count - done, &size);
        if (fault)
            break;
        if (!size && !keep(reader, bytes + done++, 1))
            return mqtt_out_of_memory;
        if (size)
            fault = hand_over(&head, bytes + done, take, context);
        else
            fault = complete(reader, bytes + done, count - done, &part, take, context);
        done += size ? size : part;
    }
    return fault == mqtt_stop_reading ? NULL : fault;
}
