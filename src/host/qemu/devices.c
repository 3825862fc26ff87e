#include "host/qemu/devices.h"

#include <stdio.h>
#include <string.h>

void devices_cleanup(struct devices *devices)
{
    json_decref(devices->known);
    devices->known = NULL;
}

/* The devices are the children in the list; the rest are properties of the container itself. */
static json_t *make_table(const json_t *list)
{
    json_t *table = json_object(), *member;
    size_t i;

    json_array_foreach(list, i, member)
    {
        const char *name = json_string_value(json_object_get(member, "name"));
        const char *type = json_string_value(json_object_get(member, "type"));

        if (table && name && type && !strncmp(type, "child<", strlen("child<"))
                && json_object_set_nocheck(table, name, json_object_get(member, "type")))
        {
            json_decref(table);
            return NULL;
        }
    }
    return table;
}

static void fire(const char *name, bool there, const struct vm_outlet *outlet)
{
    char key[512];

    snprintf(key, sizeof(key), DEVICES_KEY "%s", name);
    outlet->fire(outlet->context,
            &(struct vm_event){.type = VM_EVENT_CONFIGURATION_CHANGED, .number = there, .is_truth = true, .text = key});
}

bool devices_update(struct devices *devices, const json_t *list, const struct vm_outlet *outlet, bool *changed)
{
    json_t *table = make_table(list), *type;
    const char *name;

    *changed = false;
    if (!table)
        return false;
    if (devices->known)
    {
        json_object_foreach(devices->known, name, type)
        {
            if (json_object_get(table, name))
                continue;
            fire(name, false, outlet);
            *changed = true;
        }
        json_object_foreach(table, name, type)
        {
            if (json_object_get(devices->known, name))
                continue;
            fire(name, true, outlet);
            *changed = true;
        }
    }
    json_decref(devices->known);
    devices->known = table;
    return true;
}

void devices_delete(struct devices *devices, const char *name, const struct vm_outlet *outlet)
{
    if (devices->known && !json_object_del(devices->known, name))
        fire(name, false, outlet);
}

bool devices_are_known(const struct devices *devices)
{
    return devices->known != NULL;
}

bool devices_have(const struct devices *devices, const char *name)
{
    return json_object_get(devices->known, name) != NULL;
}
