#include "host/qemu/agent_port.h"

#include "host/qemu/devices.h"

#include <stdio.h>
#include <string.h>

/* What qemu-guest-agent opens, unless it is told otherwise. */
#define NAME_IN_GUEST "org.qemu.guest_agent.0"

bool agent_port_take_name(struct agent_port *port, const char *path, const json_t *name)
{
    if (!json_is_string(name) || strcmp(json_string_value(name), NAME_IN_GUEST))
        return false;
    snprintf(port->name, sizeof(port->name), "%s", path + strlen(DEVICES_PATH "/"));
    return true;
}

void agent_port_take_device(struct agent_port *port, const json_t *label)
{
    snprintf(port->device, sizeof(port->device), "%s", json_is_string(label) ? json_string_value(label) : "");
}

void agent_port_lose(struct agent_port *port)
{
    *port->name = *port->device = 0;
}

bool agent_port_is_known(const struct agent_port *port)
{
    return *port->name != 0;
}

bool agent_port_has_device(const struct agent_port *port)
{
    return *port->device != 0;
}

bool agent_port_is(const struct agent_port *port, const char *name)
{
    return *port->name && !strcmp(name, port->name);
}

bool agent_port_is_behind(const struct agent_port *port, const json_t *device)
{
    const char *label = json_string_value(json_object_get(device, "label"));

    return *port->device && label && !strcmp(label, port->device);
}

const char *agent_port_name(const struct agent_port *port)
{
    return port->name;
}
