#include "host/hyperv/exchange.h"

#include <stdio.h>
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

/* False: it is no text of XML, or longer than there is room. */
static bool decode(char *out, size_t size, const char *text, const char *end)
{
    size_t length = 0, count;
    char bytes[4];

    while (text < end)
    {
        bytes[0] = *text++;
        count = bytes[0] == '&' ? decode_entity(&text, bytes) : 1;
        if (!count || length + count >= size)
            return false;
        memcpy(out + length, bytes, count);
        length += count;
    }
    out[length] = 0;
    return text == end;
}

/* The value of the property of that name. Hyper-V writes <PROPERTY NAME="Data" TYPE="string"><VALUE>…</VALUE>. One that is
 * null has no VALUE. */
static bool read_property(const char *xml, const char *name, char *out, size_t size)
{
    static const char property[] = "<PROPERTY ", attribute[] = "NAME=\"", open[] = "<VALUE>", close[] = "</PROPERTY>";

    while ((xml = strstr(xml, property)))
    {
        const char *tag_end = strchr(xml, '>'), *named = strstr(xml, attribute), *end = strstr(xml, close), *value;

        if (!tag_end || !named || named > tag_end || !end)
            return false;
        named += strlen(attribute);
        xml = end;
        if (strncmp(named, name, strlen(name)) || named[strlen(name)] != '"')
            continue;
        value = strstr(tag_end, open);
        if (!value || value > end)
            return false;
        value += strlen(open);
        return decode(out, size, value, value + strcspn(value, "<"));
    }
    return false;
}

bool hv_item_parse(struct hv_item *item, const char *xml)
{
    if (!read_property(xml, "Name", item->name, sizeof(item->name)) || !*item->name)
        return false;
    return read_property(xml, "Data", item->data, sizeof(item->data));
}

void hv_exchange_read(const struct hv_row *row, const char *property,
        void (*take)(void *context, const struct hv_item *item), void *context)
{
    struct hv_item item;
    const char *xml;

    for (size_t i = 0; (xml = hv_row_text(row, property, i)); ++i)
    {
        if (hv_item_parse(&item, xml))
            take(context, &item);
    }
}

/* Source 0: of the host, for the guest. */
void hv_item_write(const char *name, const char *data, char xml[HV_ITEM_XML_SIZE])
{
    snprintf(xml, HV_ITEM_XML_SIZE,
            "<INSTANCE CLASSNAME=\"Msvm_KvpExchangeDataItem\"><PROPERTY NAME=\"Data\" TYPE=\"string\"><VALUE>%s"
            "</VALUE></PROPERTY><PROPERTY NAME=\"Name\" TYPE=\"string\"><VALUE>%s</VALUE></PROPERTY><PROPERTY "
            "NAME=\"Source\" TYPE=\"uint16\"><VALUE>0</VALUE></PROPERTY></INSTANCE>",
            data, name);
}
