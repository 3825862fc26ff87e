#include "platform/line_text.h"

#include <stdio.h>

/* The length of the UTF-8 character, or 0: it is none. */
static size_t character_length(const unsigned char *text, size_t size)
{
    size_t length = text[0] < 0x80 ? 1 : text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;

    if (!length || text[0] > 0xf4 || length > size)
        return 0;
    /* Overlong forms, surrogates, and what lies beyond Unicode. */
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f)
            || (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
        return 0;
    for (size_t i = 1; i < length; ++i)
    {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

const char *line_text_fault(const char *line, size_t size, const char *right, char fault[LINE_TEXT_FAULT_SIZE])
{
    const unsigned char *text = (const unsigned char *)line;
    size_t length;

    for (unsigned long place = 1; size; text += length, size -= length, ++place)
    {
        if (!(length = character_length(text, size)))
        {
            snprintf(fault, LINE_TEXT_FAULT_SIZE, "there is a byte that is not UTF-8 text; save the file as UTF-8");
            return fault;
        }
        if (*text >= ' ' || *text == '\t')
            continue;
        if (*text)
            snprintf(fault, LINE_TEXT_FAULT_SIZE, "character %lu of the line is the control character U+%04X; %s",
                    place, (unsigned int)*text, right);
        else
            snprintf(fault, LINE_TEXT_FAULT_SIZE,
                    "character %lu of the line is a NUL, as files of UTF-16 have them; save the file as UTF-8", place);
        return fault;
    }
    return NULL;
}
