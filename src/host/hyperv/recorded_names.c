#include "host/hyperv/recorded_names.h"

#include <stdio.h>
#include <string.h>

#include "host/hyperv/address.h"
#include "platform/memory.h"

struct hv_replaced
{
    struct hv_replaced *next;
    bool is_guid;
    char by[64];
    char text[];
};

const char *hv_names_stand_in(struct hv_names *names, const char *text, bool is_guid)
{
    struct hv_replaced *replaced;

    if (!names->are_replaced)
        return text;
    for (replaced = names->first; replaced; replaced = replaced->next)
    {
        if (replaced->is_guid == is_guid && hv_names_are_equal(replaced->text, text))
            return replaced->by;
    }
    if (!(replaced = memory_alloc(sizeof(*replaced) + strlen(text) + 1)))
    {
        names->lost_memory = true;
        return "name";
    }
    memcpy(replaced->text, text, strlen(text) + 1);
    replaced->is_guid = is_guid;
    if (is_guid)
        snprintf(replaced->by, sizeof(replaced->by), "00000000-0000-0000-0000-%012X", ++names->guid_count);
    else
        snprintf(replaced->by, sizeof(replaced->by), "name%u", ++names->name_count);
    replaced->next = names->first;
    names->first = replaced;
    return replaced->by;
}

bool hv_names_append_guids(struct hv_names *names, struct hv_line *line, const char *text)
{
    struct hv_guid guid;
    bool found = false;

    while (*text)
    {
        if (hv_guid_parse_start(&guid, text))
        {
            hv_line_append(line, hv_names_stand_in(names, guid.text, true));
            text += strlen(guid.text);
            found = true;
            continue;
        }
        hv_line_append_part(line, text++, 1);
    }
    return found;
}

void hv_names_cleanup(struct hv_names *names)
{
    struct hv_replaced *replaced;

    while ((replaced = names->first))
    {
        names->first = replaced->next;
        memory_free(replaced);
    }
}
