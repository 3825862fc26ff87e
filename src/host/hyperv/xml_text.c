#include "host/hyperv/xml_text.h"

#include "host/hyperv/plain_text.h"

#include <stdlib.h>
#include <string.h>

static const struct
{
    const char *name;
    char character;
} entities[] = {{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}};

/* A character in UTF-8; 0 bytes: it is none. */
static size_t encode(unsigned long code, char bytes[4])
{
    if (!code || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return 0;
    if (code < 0x80)
        return bytes[0] = (char)code, 1;
    if (code < 0x800)
    {
        bytes[0] = (char)(0xC0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000)
    {
        bytes[0] = (char)(0xE0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    bytes[0] = (char)(0xF0 | code >> 18);
    bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
    bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
    bytes[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* The character that stands behind an ampersand. Returns how many bytes it has, and moves on. */
static size_t decode_entity(const char **text, char bytes[4])
{
    unsigned long code;
    char *end;

    for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); ++i)
    {
        if (strncmp(*text, entities[i].name, strlen(entities[i].name)))
            continue;
        *text += strlen(entities[i].name);
        bytes[0] = entities[i].character;
        return 1;
    }
    if (**text != '#')
        return 0;
    code = (*text)[1] == 'x' ? strtoul(*text + 2, &end, 16) : strtoul(*text + 1, &end, 10);
    if (*end != ';')
        return 0;
    *text = end + 1;
    return encode(code, bytes);
}

/* The next character, which may be written by a name or a number. Returns how many bytes it has, and moves on; 0: it is
 * none. */
static size_t decode_next(const char **text, char bytes[4])
{
    bytes[0] = *(*text)++;
    return bytes[0] == '&' ? decode_entity(text, bytes) : 1;
}

bool hv_xml_decode(char *out, size_t size, const char *text, const char *end)
{
    size_t length = 0, count;
    char bytes[4];

    while (text < end)
    {
        count = decode_next(&text, bytes);
        if (!count || length + count >= size)
            return false;
        memcpy(out + length, bytes, count);
        length += count;
    }
    out[length] = 0;
    return text == end;
}

void hv_xml_decode_shown(char *out, size_t size, const char *text, const char *end)
{
    size_t length = 0, count;
    char bytes[4];

    while (text < end && (count = decode_next(&text, bytes)) && length + count < size)
    {
        memcpy(out + length, bytes, count);
        length += count;
    }
    out[length] = 0;
    hv_text_tidy(out);
}
