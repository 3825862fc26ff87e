#include "forward/key_words.h"

#include <string.h>

static const struct
{
    const char *there, *here;
} words[] = {
        {"tls-ca=", "ca = "},
        {"tls-ca", "ca"},
        {"tls-cert=", "client-certificate = "},
        {"tls-cert", "client-certificate"},
        {"tls-name=", "broker = …,name="},
};

void key_words(char *text, size_t size, const char *fault)
{
    size_t length = 0, count, i;
    const char *part;

    while (*fault)
    {
        for (i = 0; i < sizeof(words) / sizeof(words[0]); ++i)
        {
            if (!strncmp(fault, words[i].there, strlen(words[i].there)))
                break;
        }
        part = i < sizeof(words) / sizeof(words[0]) ? words[i].here : fault;
        count = part == fault ? 1 : strlen(part);
        if (length + count >= size)
            break;
        memcpy(text + length, part, count);
        length += count;
        fault += part == fault ? 1 : strlen(words[i].there);
    }
    text[length] = 0;
}
