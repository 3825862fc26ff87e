#include "mqtt/strings.h"

#include <string.h>

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* How many bytes a character has that begins so; 0: none begins so. */
static size_t size_of_character(unsigned char first)
{
    if (first < 0x80)
        return first ? 1 : 0;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if ((first & 0xf0) == 0xe0)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The second byte says whether the form is overlong, half of a pair, or beyond U+10FFFF. */
static bool is_second(unsigned char first, unsigned char second)
{
    if (first == 0xe0)
        return second >= 0xa0;
    if (first == 0xed)
        return second < 0xa0;
    if (first == 0xf0)
        return second >= 0x90;
    return first != 0xf4 || second < 0x90;
}

static bool is_character(const unsigned char *bytes, size_t size)
{
    for (size_t i = 1; i < size; ++i)
    {
        if (!is_continuation(bytes[i]))
            return false;
    }
    return size == 1 || is_second(bytes[0], bytes[1]);
}

bool mqtt_is_string(struct mqtt_bytes string)
{
    const unsigned char *bytes = (const unsigned char *)string.start;
    size_t size;

    if (string.count > MQTT_STRING_MAX)
        return false;
    for (size_t i = 0; i < string.count; i += size)
    {
        size = size_of_character(bytes[i]);
        if (!size || size > string.count - i || !is_character(bytes + i, size))
            return false;
    }
    return true;
}

static bool has(struct mqtt_bytes string, char c)
{
    return string.count && memchr(string.start, c, string.count);
}

bool mqtt_is_topic(struct mqtt_bytes topic)
{
    return topic.count && mqtt_is_string(topic) && !has(topic, '#') && !has(topic, '+');
}

/* Whether the wildcard at that place has its level for itself. */
static bool is_alone(struct mqtt_bytes filter, size_t place)
{
    if (place && filter.start[place - 1] != '/')
        return false;
    if (place + 1 == filter.count)
        return true;
    return filter.start[place] == '+' && filter.start[place + 1] == '/';
}

bool mqtt_is_filter(struct mqtt_bytes filter)
{
    if (!filter.count || !mqtt_is_string(filter))
        return false;
    for (size_t i = 0; i < filter.count; ++i)
    {
        if ((filter.start[i] == '+' || filter.start[i] == '#') && !is_alone(filter, i))
            return false;
    }
    return true;
}
