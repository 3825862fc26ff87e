#include "fleet/utf8_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "platform/memory.h"

static bool make_room(struct utf8_text *text, size_t more)
{
    size_t size = text->size ? text->size : 256;
    char *start;

    if (text->failed)
        return false;
    while (size - text->length <= more)
        size *= 2;
    if (size == text->size)
        return true;
    if (!(start = text->start ? memory_resize(text->start, size) : memory_alloc(size)))
    {
        text->failed = true;
        return false;
    }
    text->start = start;
    text->size = size;
    return true;
}

void utf8_text_append_part(struct utf8_text *text, const char *string, size_t length)
{
    if (!make_room(text, length))
        return;
    memcpy(text->start + text->length, string, length);
    text->length += length;
    text->start[text->length] = 0;
}

void utf8_text_append(struct utf8_text *text, const char *string)
{
    utf8_text_append_part(text, string, strlen(string));
}

void utf8_text_append_format(struct utf8_text *text, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || !make_room(text, (size_t)length))
        return;
    va_start(args, format);
    vsnprintf(text->start + text->length, (size_t)length + 1, format, args);
    va_end(args);
    text->length += (size_t)length;
}

/* How many bytes the character has that begins there; 0: it is none. RFC 3629's table. */
static size_t character_size(const unsigned char *c)
{
    static const struct
    {
        unsigned char first, last, second_first, second_last;
        size_t size;
    } rows[] = {{0x01, 0x7f, 0, 0, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
            {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
            {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i)
    {
        if (c[0] < rows[i].first || c[0] > rows[i].last)
            continue;
        if (rows[i].size > 1 && (c[1] < rows[i].second_first || c[1] > rows[i].second_last))
            return 0;
        for (size_t k = 2; k < rows[i].size; ++k)
        {
            if ((c[k] & 0xc0) != 0x80)
                return 0;
        }
        return rows[i].size;
    }
    return 0;
}

void utf8_text_append_json(struct utf8_text *text, const char *string)
{
    const unsigned char *c = (const unsigned char *)string;
    size_t size;

    utf8_text_append(text, "\"");
    for (; *c; c += size ? size : 1)
    {
        if (!(size = character_size(c)))
            utf8_text_append(text, "\\ufffd");
        else if (*c == '"' || *c == '\\')
            utf8_text_append_format(text, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f)
            utf8_text_append_format(text, "\\u%04x", *c);
        else
            utf8_text_append_part(text, (const char *)c, size);
    }
    utf8_text_append(text, "\"");
}

void utf8_text_clear(struct utf8_text *text)
{
    text->failed = false;
    text->length = 0;
    if (text->start)
        *text->start = 0;
}

const char *utf8_text_get(struct utf8_text *text)
{
    utf8_text_append(text, "");
    return text->failed ? NULL : text->start;
}

void utf8_text_free(struct utf8_text *text)
{
    memory_free(text->start);
    *text = (struct utf8_text){0};
}
