#include "platform/trace_line.h"

#include "platform/unicode.h"

#include <stdio.h>
#include <string.h>

/* What trace_line_end puts behind a line that is full. Room for it, and for a NUL behind it, is kept. */
static const char ending[] = "...\n";

#define ROOM (TRACE_LINE_MAX - sizeof(ending))

/* Longest conversion of a number that is taken, and what it may become. */
#define SPECIFICATION_MAX 16
#define NUMBER_MAX 64

/* Whole or not at all. */
static void append(struct trace_line *line, const char *bytes, size_t length)
{
    if (line->full || (line->full = length > ROOM - line->length))
        return;
    memcpy(line->text + line->length, bytes, length);
    line->length += length;
}

/* Returns how many bytes it has become. */
static size_t append_character(struct trace_line *line, uint32_t c)
{
    char bytes[16];
    size_t length = 0;

    if (is_acting(c) || is_high_surrogate(c) || is_low_surrogate(c) || c > 0x10ffff)
    {
        length = (size_t)snprintf(bytes, sizeof(bytes), "<U+%04lX>", (unsigned long)c);
    }
    else if (c < 0x80)
    {
        bytes[length++] = (char)c;
    }
    else
    {
        if (c >= 0x10000)
        {
            bytes[length++] = (char)(0xf0 | c >> 18);
            bytes[length++] = (char)(0x80 | (c >> 12 & 0x3f));
        }
        else if (c >= 0x800)
        {
            bytes[length++] = (char)(0xe0 | c >> 12);
        }
        else
        {
            bytes[length++] = (char)(0xc0 | c >> 6);
        }
        if (c >= 0x800)
            bytes[length++] = (char)(0x80 | (c >> 6 & 0x3f));
        bytes[length++] = (char)(0x80 | (c & 0x3f));
    }
    append(line, bytes, length);
    return length;
}

/* Takes a character of UTF-8 from the string. False: there is none, and one byte is passed over. */
static bool take_utf8(const unsigned char **string, uint32_t *c)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *next = *string;
    unsigned int more = *next < 0x80 ? 0 : *next >= 0xf0 ? 3 : *next >= 0xe0 ? 2 : 1;

    ++*string;
    if ((*next >= 0x80 && *next < 0xc0) || *next >= 0xf8)
        return false;
    *c = more ? *next & (0x3fu >> more) : *next;
    for (unsigned int i = 1; i <= more; ++i)
    {
        if ((next[i] & 0xc0) != 0x80)
            return false;
        *c = *c << 6 | (next[i] & 0x3f);
    }
    if (*c < least[more])
        return false;
    *string = next + 1 + more;
    return true;
}

static void append_utf8(struct trace_line *line, const char *string)
{
    const unsigned char *next = (const unsigned char *)string;
    size_t written = 0;
    uint32_t c;

    while (*next && written < TRACE_STRING_MAX)
    {
        unsigned int byte = *next;

        if (take_utf8(&next, &c))
        {
            written += append_character(line, c);
            continue;
        }
        trace_line_append(line, "<%02X>", byte);
        written += sizeof("<FF>") - 1;
    }
    if (*next)
        append(line, "...", 3);
}

static void append_wide(struct trace_line *line, const wchar_t *string)
{
    size_t written = 0;

    while (*string && written < TRACE_STRING_MAX)
    {
        uint32_t c = (uint32_t)*string++;

        if (is_high_surrogate(c) && is_low_surrogate((uint32_t)*string))
            c = 0x10000 + ((c & 0x3ff) << 10) + ((uint32_t)*string++ & 0x3ff);
        written += append_character(line, c);
    }
    if (*string)
        append(line, "...", 3);
}

/* Of a conversion: how long it is, and whether its argument is a long. */
static size_t measure(const char *conversion, bool *is_long)
{
    size_t length = strspn(conversion + 1, "-+ #0123456789.") + 1;

    if ((*is_long = conversion[length] == 'l'))
        ++length;
    return length + (conversion[length] != 0);
}

static void append_number(struct trace_line *line, const char *conversion, size_t length, bool is_long, va_list *args)
{
    char specification[SPECIFICATION_MAX], number[NUMBER_MAX];
    int written;

    if (length >= sizeof(specification))
        return;
    memcpy(specification, conversion, length);
    specification[length] = 0;
    if (is_long)
        written = snprintf(number, sizeof(number), specification, va_arg(*args, unsigned long));
    else
        written = snprintf(number, sizeof(number), specification, va_arg(*args, unsigned int));
    if (written > 0 && (size_t)written < sizeof(number))
        append(line, number, (size_t)written);
}

static void append_string(struct trace_line *line, bool is_wide, va_list *args)
{
    const void *string = va_arg(*args, const void *);

    if (!string)
        append(line, "(none)", 6);
    else if (is_wide)
        append_wide(line, string);
    else
        append_utf8(line, string);
}

static void append_list(struct trace_line *line, const char *format, va_list *args)
{
    while (*format)
    {
        size_t words = strcspn(format, "%"), length;
        bool is_long;

        append(line, format, words);
        format += words;
        if (!*format)
            return;
        length = measure(format, &is_long);
        switch (format[length - 1])
        {
            case 's':
                append_string(line, is_long, args);
                break;
            case 'd':
            case 'u':
            case 'x':
            case 'X':
                append_number(line, format, length, is_long, args);
                break;
            default:
                append(line, "%", 1);
        }
        format += length;
    }
}

void trace_line_append_list(struct trace_line *line, const char *format, va_list args)
{
    va_list copy;

    va_copy(copy, args);
    append_list(line, format, &copy);
    va_end(copy);
}

void trace_line_append(struct trace_line *line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    append_list(line, format, &args);
    va_end(args);
    line->text[line->length] = 0;
}

void trace_line_end(struct trace_line *line)
{
    const char *end = line->full ? ending : "\n";

    memcpy(line->text + line->length, end, strlen(end));
    line->length += strlen(end);
    line->text[line->length] = 0;
    line->full = true;
}
