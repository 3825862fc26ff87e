#include "fleet/topics.h"

#include <string.h>

#include "platform/hex.h"

static bool stands_for_itself(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
            || c == '~';
}

void topic_append_name(struct utf8_text *text, const char *name)
{
    for (; *name; ++name)
    {
        if (stands_for_itself((unsigned char)*name))
            utf8_text_append_part(text, name, 1);
        else
            utf8_text_append_format(text, "%%%02X", (unsigned int)(unsigned char)*name);
    }
}

bool topic_decode_name(const char *token, size_t length, char *name, size_t size)
{
    size_t count = 0;
    int value;

    for (size_t i = 0; i < length; ++i)
    {
        value = (unsigned char)token[i];
        if (value == '%')
        {
            if (length - i < 3 || hex_value_of_capital(token[i + 1]) < 0 || hex_value_of_capital(token[i + 2]) < 0)
                return false;
            value = hex_value_of_capital(token[i + 1]) * 16 + hex_value_of_capital(token[i + 2]);
            /* Each name has one encoding. */
            if (!value || stands_for_itself((unsigned char)value))
                return false;
            i += 2;
        }
        else if (!stands_for_itself((unsigned char)value))
        {
            return false;
        }
        if (count + 1 >= size)
            return false;
        name[count++] = (char)value;
    }
    name[count] = 0;
    return count > 0;
}

void topic_append(struct utf8_text *text, const char *host, const char *machine, const char *last)
{
    utf8_text_append(text, TOPIC_ROOT "/");
    topic_append_name(text, host);
    utf8_text_append(text, "/");
    if (machine)
        topic_append_name(text, machine);
    else
        utf8_text_append(text, TOPIC_OF_HOST);
    utf8_text_append(text, "/");
    utf8_text_append(text, last);
}
