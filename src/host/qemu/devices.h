/* The devices that have been added to the machine: the children of /machine/peripheral among QEMU's objects. */
#ifndef VMEVENTS_HOST_DEVICES_H
#define VMEVENTS_HOST_DEVICES_H

#include <stdbool.h>

#include <jansson.h>

#include "host/qemu/vm_event.h"

/* The setting that tells whether a device is there: DEVICES_KEY and its name. */
#define DEVICES_KEY "hardware/devices/"

#define DEVICES_PATH "/machine/peripheral"

/* An object: the name of each device, with its type; NULL before the first list. */
struct devices
{
    json_t *known;
};

void devices_cleanup(struct devices *devices);

/* Takes the answer to qom-list, and tells what has been added or deleted since the one before, and whether anything has
 * been. False: out of memory. */
bool devices_update(struct devices *devices, const json_t *list, const struct vm_outlet *outlet, bool *changed);

/* QEMU says that a device is gone. */
void devices_delete(struct devices *devices, const char *name, const struct vm_outlet *outlet);

#endif
