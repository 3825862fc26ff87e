#include "host/hyperv/plain_text.h"

#include <string.h>

/* How many bytes the control character has that the text begins with; 0: it begins with none. */
static size_t control_length(const char *text)
{
    unsigned char first = (unsigned char)text[0], second = first ? (unsigned char)text[1] : 0;

    if (first < ' ' || first == 0x7F)
        return 1;
    return first == 0xC2 && second >= 0x80 && second < 0xA0 ? 2 : 0;
}

bool hv_text_has_controls(const char *text)
{
    while (*text && !control_length(text))
        ++text;
    return *text;
}

/* How many bytes a character has that begins so; 0: none does. */
static size_t character_length(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* Without the beginning of a character that has no end. */
static size_t whole_length(const char *text, size_t length)
{
    for (size_t back = 1; back <= 3 && back <= length; ++back)
    {
        size_t needed = character_length((unsigned char)text[length - back]);

        if (needed)
            return needed > back ? length - back : length;
    }
    return length;
}

void hv_text_tidy(char *text)
{
    size_t length = 0, count, begin;

    for (size_t i = 0; text[i]; i += count ? count : 1)
    {
        count = control_length(text + i);
        text[length++] = (char)(count ? ' ' : text[i]);
    }
    length = whole_length(text, length);
    while (length && text[length - 1] == ' ')
        --length;
    text[length] = 0;
    begin = strspn(text, " ");
    memmove(text, text + begin, length - begin + 1);
}
