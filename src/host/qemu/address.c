#include "host/qemu/address.h"

#include "host/live/address_options.h"
#include "net/place.h"
#include "platform/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME "qemu:"

/* More than a sensible address has behind the scheme. */
#define ADDRESS_TEXT_MAX 2047

static bool is_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static bool parse_number(const char *text, unsigned long least, unsigned long most, unsigned long *number)
{
    if (!is_digits(text) || strlen(text) > 9)
        return false;
    *number = strtoul(text, NULL, 10);
    return *number >= least && *number <= most;
}

static const char *describe(char description[256], const char *format, const char *what)
{
    snprintf(description, 256, format, what);
    return description;
}

static bool begins_with(const char *text, const char *beginning)
{
    return !strncmp(text, beginning, strlen(beginning));
}

/* What people have and know from QEMU's own options. NULL: it is none of that. */
static const char *describe_other_kind(const char *place, char description[256])
{
    if (*place == '/' || begins_with(place, "unix:"))
        return describe(description,
                "\"%.48s\" is a Unix socket, which no Windows program reaches; give QEMU one more monitor (-qmp "
                "tcp:127.0.0.1:PORT,server=on,wait=off), or let socat TCP-LISTEN:PORT,bind=127.0.0.1,fork "
                "UNIX-CONNECT:PATH forward it",
                place);
    if (begins_with(place, "tcp:"))
        return describe(description, "the address is written without tcp:, as qemu:%.80s", place + strlen("tcp:"));
    if (begins_with(place, "telnet:"))
        return describe(description,
                "\"%.80s\" is a monitor for people; QEMU has one for programs with -qmp "
                "tcp:127.0.0.1:PORT,server=on,wait=off, written as qemu:127.0.0.1:PORT",
                place);
    return NULL;
}

/* host:port; an IPv6 address stands in brackets. */
static const char *parse_place(struct address_place *parsed, char *place, char description[256])
{
    char *host, *port;

    if (describe_other_kind(place, description))
        return description;
    if (!place_split(place, &host, &port))
        return describe(description,
                "\"%.80s\" is no host and port; it must be like 127.0.0.1:4444, the place of QEMU's -qmp tcp:…", place);
    if (strlen(host) > ADDRESS_HOST_MAX)
        return describe(description, "the host \"%.40s…\" has a name of more than 255 characters", host);
    if (!place_read_port(port, &parsed->qmp_port))
        return describe(description, "the port \"%.40s\" must be a number from 1 to 65535", port);
    /* As it is written: a certificate may be for localhost. */
    memcpy(parsed->tls_name, host, strlen(host) + 1);
    /* The one name whose meaning is known. */
    if (!strcmp(host, "localhost"))
        host = "127.0.0.1";
    memcpy(parsed->host, host, strlen(host) + 1);
    return NULL;
}

static bool is_same_monitor(const struct address_place *place, const struct address_place *other)
{
    return place->qmp_port == other->qmp_port && !strcmp(place->host, other->host);
}

/* The place of a next, which is written like the first one. */
static const char *parse_next(struct address *address, const char *value, char description[256])
{
    char place[ADDRESS_HOST_MAX + 64];
    const char *wrong;

    if (address->place_count == ADDRESS_PLACES_MAX)
        return describe(description, "next=%.60s is one more than the 7 places where a machine may go", value);
    if (strlen(value) >= sizeof(place))
        return describe(description, "next=%.40s… is longer than a host and a port can be", value);
    memcpy(place, value, strlen(value) + 1);
    if ((wrong = parse_place(&address->places[address->place_count], place, description)))
        return wrong;
    ++address->place_count;
    return NULL;
}

static const char *parse_next_agent(struct address *address, const char *value, char description[256])
{
    struct address_place *place = &address->places[address->place_count - 1];

    if (address->place_count == 1 || place->agent_port)
        return describe(description, "next-agent=%.40s must follow the next=HOST:PORT whose agent's port it is", value);
    if (!place_read_port(value, &place->agent_port))
        return describe(description, "the agent's port \"%.40s\" must be a number from 1 to 65535", value);
    return NULL;
}

/* Where a next says nothing of its agent, the port is that of the first place: on another host it can be. */
static const char *settle_next_agents(struct address *address, char description[256])
{
    struct address_place *first = address->places;

    for (unsigned int i = 1; i < address->place_count; ++i)
    {
        struct address_place *place = &address->places[i];

        if (place->agent_port || !first->agent_port)
            continue;
        if (!strcmp(place->host, first->host))
        {
            snprintf(description, 256,
                    "next=%.60s:%u is on the same host as the first place, so that its agent has another port; name it "
                    "by next-agent=PORT behind it",
                    place->host, place->qmp_port);
            return description;
        }
        place->agent_port = first->agent_port;
    }
    return NULL;
}

static const char *check_places(const struct address *address, char description[256])
{
    for (unsigned int i = 0; i < address->place_count; ++i)
    {
        const struct address_place *place = &address->places[i];

        for (unsigned int j = 0; j < i; ++j)
        {
            if (is_same_monitor(place, &address->places[j]))
                return describe(description, "%.60s is named twice with the same port", place->host);
        }
        if (!address->tls && !address->allow_remote && !place_is_loopback(place->host))
            return describe(description,
                    "%.60s is another machine, and QEMU's monitor knows no password: whoever reaches it owns the "
                    "machine. Have QEMU speak TLS, and add ,tls; or say by ,allow-remote that the network between is "
                    "yours alone",
                    place->host);
    }
    return NULL;
}

/* A pipe or a device, which would have the host connect to it, or another computer's file, which may keep all machines
 * waiting. */
static bool is_device_or_share(const char *path)
{
    return strspn(path, "\\/") >= 2;
}

/* Those of TLS. known: whether it is one of them. */
static const char *parse_tls_option(struct address *address, const char *option, char tls_name[ADDRESS_HOST_MAX + 1],
        bool *known, char description[256])
{
    const char *value = strchr(option, '=');

    value = value ? value + 1 : option + strlen(option);
    *known = true;
    if (!strcmp(option, "tls"))
    {
        address->tls = true;
        return NULL;
    }
    if (begins_with(option, "tls-ca="))
    {
        if (strlen(value) > ADDRESS_PATH_MAX || !place_is_full_path(value))
            return describe(description,
                    "tls-ca=%.40s must be the full path, without a comma in it, of a file on this computer with the "
                    "CA's certificate, as C:\\certs\\ca-cert.pem",
                    value);
        memcpy(address->tls_ca, value, strlen(value) + 1);
        return NULL;
    }
    if (begins_with(option, "tls-cert="))
    {
        if (place_read_thumbprint(value, address->tls_certificate))
            return NULL;
        return describe(description,
                "tls-cert=%.60s must be the SHA-1 thumbprint of a certificate in the user's or the computer's store, "
                "40 hexadecimal digits",
                value);
    }
    if (begins_with(option, "tls-name="))
    {
        if (!*value || strlen(value) > ADDRESS_HOST_MAX)
            return describe(
                    description, "tls-name=%.40s must be the name or the IP address in QEMU's certificate", value);
        memcpy(tls_name, value, strlen(value) + 1);
        address->has_tls_name = true;
        return NULL;
    }
    *known = false;
    return NULL;
}

static const char *parse_option(
        struct address *address, const char *option, char tls_name[ADDRESS_HOST_MAX + 1], char description[256])
{
    const char *value = strchr(option, '=');
    size_t length = value ? (size_t)(value - option) : strlen(option);
    unsigned long seconds;
    const char *fault;
    bool known;

    value = value ? value + 1 : NULL;
    if ((fault = parse_tls_option(address, option, tls_name, &known, description)) || known)
        return fault;
    if (!value && !strcmp(option, "allow-remote"))
    {
        address->allow_remote = true;
        return NULL;
    }
    if (value && length == strlen("agent") && !memcmp(option, "agent", length))
    {
        if (place_read_port(value, &address->places[0].agent_port))
            return NULL;
        return describe(description, "the agent's port \"%.40s\" must be a number from 1 to 65535", value);
    }
    if (value && begins_with(option, "next="))
        return parse_next(address, value, description);
    if (value && begins_with(option, "next-agent="))
        return parse_next_agent(address, value, description);
    if (value && length == strlen("heartbeat") && !memcmp(option, "heartbeat", length))
    {
        if (!parse_number(value, 1, 86400, &seconds))
            return describe(description, "heartbeat=%.40s must be a number of seconds, from 1 to 86400", value);
        address->heartbeat_seconds = (uint32_t)seconds;
        return NULL;
    }
    if (value && length == strlen("reset-log") && !memcmp(option, "reset-log", length))
    {
        if (!*value || strlen(value) > ADDRESS_PATH_MAX || is_device_or_share(value))
            return describe(description,
                    "reset-log=%.40s must be the path of the file of QEMU's -D option, on this computer", value);
        memcpy(address->reset_log, value, strlen(value) + 1);
        return NULL;
    }
    return describe(description,
            "\"%.60s\" is no part of an address; there are agent=PORT, next=HOST:PORT, next-agent=PORT, "
            "heartbeat=SECONDS, reset-log=PATH, tls, tls-ca=PATH, tls-cert=THUMBPRINT, tls-name=NAME and allow-remote",
            option);
}

static const char *const may_repeat[] = {"next", "next-agent", NULL};

const char *address_parse(struct address *address, const char *text, char description[256])
{
    char copy[ADDRESS_TEXT_MAX + 1], tls_name[ADDRESS_HOST_MAX + 1], *rest, *part;
    const char *wrong;

    *address = (struct address){.place_count = 1, .heartbeat_seconds = ADDRESS_HEARTBEAT_SECONDS};
    if (strncmp(text, SCHEME, strlen(SCHEME)))
        return describe(
                description, "the address \"%.80s\" must begin with qemu:, as in qemu:127.0.0.1:4444,agent=4445", text);
    text += strlen(SCHEME);
    if (strlen(text) >= sizeof(copy))
        return describe(description, "the address \"%.40s…\" is longer than any can be", text);
    memcpy(copy, text, strlen(text) + 1);
    if ((rest = strchr(copy, ',')))
        *rest++ = 0;
    if ((wrong = parse_place(address->places, copy, description)))
        return wrong;
    while ((part = rest))
    {
        if ((rest = strchr(part, ',')))
            *rest++ = 0;
        if ((wrong = parse_option(address, part, tls_name, description)))
            return wrong;
    }
    if ((wrong = address_options_check(text, may_repeat, description)))
        return wrong;
    if (!address->tls && (*address->tls_ca || *address->tls_certificate || address->has_tls_name))
        return describe(description, "%s mean something only together with ,tls", "tls-ca, tls-cert and tls-name");
    for (unsigned int i = 0; address->has_tls_name && i < address->place_count; ++i)
        memcpy(address->places[i].tls_name, tls_name, strlen(tls_name) + 1);
    if ((wrong = settle_next_agents(address, description)))
        return wrong;
    return check_places(address, description);
}

bool address_overlaps(const struct address *address, const struct address *other)
{
    for (unsigned int i = 0; i < address->place_count; ++i)
    {
        for (unsigned int j = 0; j < other->place_count; ++j)
        {
            if (is_same_monitor(&address->places[i], &other->places[j]))
                return true;
        }
    }
    return false;
}

static uint32_t hash_place(const struct address_place *place)
{
    return hash_number(hash_text(HASH_BEGIN, place->host), place->qmp_port);
}

void address_hash(const struct address *address, uint32_t hashes[ADDRESS_PLACES_MAX])
{
    for (unsigned int i = 0; i < address->place_count; ++i)
        hashes[i] = hash_place(&address->places[i]);
}
