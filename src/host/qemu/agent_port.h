/*
 * The port that the guest agent has on the machine's virtio-serial bus: a device, which a character device is behind.
 * QEMU has an event when the guest opens and closes the port, so that it shows whether an agent is there. An agent on a
 * serial line, or on a port whose device was given no id, has no port that is known here.
 */
#ifndef VMEVENTS_HOST_AGENT_PORT_H
#define VMEVENTS_HOST_AGENT_PORT_H

#include <stdbool.h>

#include <jansson.h>

/* The type of such devices in the answer to qom-list. */
#define AGENT_PORT_TYPE "child<virtserialport>"

struct agent_port
{
    char name[128];   /* of the device; empty: there is none that is known */
    char device[128]; /* the label of the character device; empty: not known */
};

/* Takes what a port is called in the guest, given the path of its device among QEMU's objects. Whether it is the
 * agent's. */
bool agent_port_take_name(struct agent_port *port, const char *path, const json_t *name);

/* Takes the label of the character device that is behind the agent's port. */
void agent_port_take_device(struct agent_port *port, const json_t *label);

/* The device is gone, or the machine. Another device may become the agent's. */
void agent_port_lose(struct agent_port *port);

bool agent_port_is_known(const struct agent_port *port);
bool agent_port_has_device(const struct agent_port *port);

/* Whether that is the name of the agent's device. */
bool agent_port_is(const struct agent_port *port, const char *name);

/* Whether that is the agent's character device, one of the answer to query-chardev. */
bool agent_port_is_behind(const struct agent_port *port, const json_t *device);

/* The name of the device, "" when there is none. */
const char *agent_port_name(const struct agent_port *port);

#endif
