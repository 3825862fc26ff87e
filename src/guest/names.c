#include "guest/names.h"

#include <stdio.h>
#include <string.h>

#include "platform/hex.h"

void guest_names_begin(
        struct guest_names_writer *writer, char value[GUEST_VALUE_SIZE], const char *boot, uint32_t number)
{
    int length = snprintf(value, GUEST_VALUE_SIZE, "1 %s %u", boot, (unsigned int)number);

    *writer = (struct guest_names_writer){value, (size_t)length, false};
}

static bool is_plain(char c)
{
    return c > ' ' && c <= '~' && c != '%' && c != '=';
}

void guest_names_add(struct guest_names_writer *writer, const char *name, const char *behind)
{
    static const char dots[] = " ...";
    char text[3 * GUEST_NAME_MAX + 8];
    size_t length = 0;

    if (writer->full)
        return;
    text[length++] = ' ';
    for (size_t i = 0; i < GUEST_NAME_MAX && name[i]; ++i)
        length += (size_t)snprintf(text + length, 4, is_plain(name[i]) ? "%c" : "%%%02X", (unsigned char)name[i]);
    length += (size_t)snprintf(text + length, 4, "%s", behind);
    writer->full = writer->length + length + sizeof(dots) > GUEST_VALUE_SIZE;
    memcpy(writer->value + writer->length, writer->full ? dots : text, (writer->full ? sizeof(dots) - 1 : length) + 1);
    writer->length += writer->full ? sizeof(dots) - 1 : length;
}

bool guest_names_open(struct guest_names_reader *reader, const char *value, const char *boot)
{
    uint64_t number = 0;

    if (strncmp(value, "1 ", 2) || strncmp(value + 2, boot, GUEST_BOOT_DIGITS))
        return false;
    value += 2 + GUEST_BOOT_DIGITS;
    if (*value++ != ' ' || *value < '0' || *value > '9')
        return false;
    for (; *value >= '0' && *value <= '9'; ++value)
    {
        number = number * 10 + (uint64_t)(*value - '0');
        if (number > GUEST_TOTAL_MAX)
            return false;
    }
    if (*value && *value != ' ')
        return false;
    *reader = (struct guest_names_reader){.text = value, .number = (uint32_t)number, .type = -1};
    return true;
}

/* A byte of a name, which is written plainly or by two digits; moves on. 0: it is none. */
static char read_byte(const char **text)
{
    int high, low;

    if (**text != '%')
    {
        if (!is_plain(**text))
            return 0;
        return *(*text)++;
    }
    high = hex_value_of_capital((*text)[1]);
    low = high < 0 ? -1 : hex_value_of_capital((*text)[2]);
    if (low < 0)
        return 0;
    *text += 3;
    return (char)(high * 16 + low);
}

static bool is_end(char c)
{
    return !c || c == ' ' || c == '=';
}

bool guest_names_next(struct guest_names_reader *reader)
{
    const char *text = reader->text;
    size_t length = 0;

    if (*text++ != ' ')
        return false;
    for (; !is_end(*text) && length < GUEST_NAME_MAX; ++length)
    {
        if (!(reader->name[length] = read_byte(&text)))
            return false;
    }
    reader->name[length] = 0;
    reader->type = -1;
    if (!length || !is_end(*text) || !strcmp(reader->name, "..."))
        return false;
    if (*text == '=')
    {
        if (text[1] < '0' || text[1] > '2')
            return false;
        reader->type = text[1] - '0';
        text += 2;
    }
    if (*text && *text != ' ')
        return false;
    reader->text = text;
    return true;
}
