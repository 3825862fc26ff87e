#include "host/hyperv/exchange.h"

#include "host/hyperv/xml_text.h"

#include <stdio.h>
#include <string.h>

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
        return hv_xml_decode(out, size, value, value + strcspn(value, "<"));
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
