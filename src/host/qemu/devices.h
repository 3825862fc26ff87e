/* The devices that have been added to the machine: the children of /machine/peripheral among QEMU's objects. */
#ifndef VMEVENTS_HOST_DEVICES_H
#define VMEVENTS_HOST_DEVICES_H

#include <stdbool.h>

#include <jansson.h>

#include "host/qemu/vm_event.h"

/* The key of the setting whose value is whether a device is there: DEVICES_KEY and the device's name. */
#define DEVICES_KEY "hardware/devices/"

#define DEVICES_PATH "/machine/peripheral"

/* An object: the name of each device, with its type; NULL before the first list. */
struct devices
{
    json_t *known;
};

/* Forgets the devices, of a machine that has ended too: the next list is a first one again. */
void devices_cleanup(struct devices *devices);

/* Takes the answer to qom-list, and fires what has been added and deleted since the one before. *changed: whether
 * anything has been. False: out of memory. */
bool devices_update(struct devices *devices, const json_t *list, const struct vm_outlet *outlet, bool *changed);

/* QEMU has the event that a device is gone. */
void devices_delete(struct devices *devices, const char *name, const struct vm_outlet *outlet);

/* Whether they have been listed; whether a device is among those that are there. */
bool devices_are_known(const struct devices *devices);
bool devices_have(const struct devices *devices, const char *name);

#endif
