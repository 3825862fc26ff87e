#include "host/mqtt/found_name.h"

#include <string.h>

#include "fleet/message.h"
#include "fleet/topics.h"

/* How many bytes of a control character or a separator of lines begin there, or of what else is not shown as it is. */
static size_t hidden_size(const unsigned char *c)
{
    if (*c < ' ' || *c == 0x7f || strchr("*?:<>/|\\\"@%", *c))
        return 1;
    if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
        return 2;
    return *c == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9) ? 3 : 0;
}

static void append(struct utf8_text *text, const char *token, size_t length)
{
    char name[MESSAGE_NAME_SIZE];
    size_t hidden;

    if (!topic_decode_name(token, length, name, sizeof(name)))
        return;
    for (const char *c = name; *c;)
    {
        hidden = hidden_size((const unsigned char *)c);
        if (!hidden)
            utf8_text_append_part(text, c++, 1);
        for (; hidden; --hidden)
            utf8_text_append_format(text, "%%%02X", (unsigned int)(unsigned char)*c++);
    }
}

void found_name_append(struct utf8_text *text, const char *key)
{
    size_t host = strcspn(key, "/");

    append(text, key + host + 1, strlen(key + host + 1));
    utf8_text_append(text, "@");
    append(text, key, host);
}
