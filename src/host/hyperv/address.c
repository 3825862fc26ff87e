#include "host/hyperv/address.h"

#include <stdio.h>
#include <string.h>

#include "host/live/address_options.h"
#include "platform/hash.h"

#define SCHEME "hyperv:"

static const char *describe(char description[256], const char *format, const char *what)
{
    snprintf(description, 256, format, what);
    return description;
}

static char small(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool hv_names_are_equal(const char *one, const char *other)
{
    while (*one && small(*one) == small(*other))
        ++one, ++other;
    return !*one && !*other;
}

/* This computer, by the names that everybody knows. Its own name is asked of Windows by nobody here: it is another
 * computer's as far as WMI is asked, which finds this one by it. */
static bool is_local(const char *host)
{
    return !*host || !strcmp(host, ".") || hv_names_are_equal(host, "localhost") || !strcmp(host, "127.0.0.1")
            || !strcmp(host, "::1");
}

/* What stands in a path of WMI's, and nothing that makes another path of it. */
static bool is_host_name(const char *host)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";

    return *host && strspn(host, allowed) == strlen(host);
}

static const char *parse_machine(struct hv_address *address, const char *text, size_t length, char description[256])
{
    if (!length)
        return describe(description,
                "the address has no machine; it must be like hyperv:Web, with the name that Hyper-V Manager shows%s",
                "");
    if (length > HV_NAME_MAX)
        return describe(description, "the name \"%.40s…\" is longer than any of Hyper-V's", text);
    memcpy(address->name, text, length);
    if (*text != '{')
        return NULL;
    if (!hv_guid_parse(&address->guid, address->name))
        return describe(description,
                "\"%.60s\" is no GUID; it must be like {5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90}, which (Get-VM NAME).Id "
                "tells",
                address->name);
    *address->name = 0;
    return NULL;
}

static const char *parse_option(struct hv_address *address, const char *option, char description[256])
{
    static const char host[] = "host=";

    if (!strcmp(option, "allow-remote"))
    {
        address->allow_remote = true;
        return NULL;
    }
    if (strncmp(option, host, strlen(host)))
        return describe(description,
                "\"%.60s\" is no part of an address; there are host=COMPUTER and allow-remote, and a machine with a "
                "comma in its name is named by its GUID, in braces",
                option);
    option += strlen(host);
    if (strlen(option) > HV_HOST_MAX || (!is_local(option) && !is_host_name(option)))
        return describe(description, "host=%.60s must be the name or the IP address of a computer", option);
    memcpy(address->host, is_local(option) ? "" : option, is_local(option) ? 1 : strlen(option) + 1);
    return *option ? NULL
                   : describe(description, "host=%.60s must be the name or the IP address of a computer", option);
}

const char *hv_address_parse(struct hv_address *address, const char *text, char description[256])
{
    static const char *const may_repeat[] = {NULL};
    char option[HV_HOST_MAX + 64];
    const char *whole = text, *fault;
    size_t length;

    *address = (struct hv_address){0};
    text += strncmp(text, SCHEME, strlen(SCHEME)) ? 0 : strlen(SCHEME);
    length = strcspn(text, ",");
    if ((fault = parse_machine(address, text, length, description)))
        return fault;
    for (text += length; *text; text += length)
    {
        length = strcspn(++text, ",");
        snprintf(option, sizeof(option), "%.*s", (int)(length < sizeof(option) ? length : sizeof(option) - 1), text);
        if ((fault = parse_option(address, option, description)))
            return fault;
    }
    if ((fault = address_options_check(whole, may_repeat, description)))
        return fault;
    if (*address->host && !address->allow_remote)
        return describe(description,
                "host=%.80s is another computer; with allow-remote its WMI is spoken to by DCOM, as the user that the "
                "host runs as",
                address->host);
    return NULL;
}

bool hv_address_equals(const struct hv_address *one, const struct hv_address *other)
{
    if (!hv_names_are_equal(one->host, other->host))
        return false;
    return *one->name ? hv_names_are_equal(one->name, other->name) : hv_guid_equals(&one->guid, &other->guid);
}

static uint32_t hash_name(uint32_t hash, const char *name)
{
    for (; *name; ++name)
        hash = hash_number(hash, (unsigned char)small(*name));
    return hash;
}

uint32_t hv_address_hash(const struct hv_address *address)
{
    const char *machine = *address->name ? address->name : address->guid.text;

    return hash_name(hash_number(hash_name(HASH_BEGIN, address->host), 0), machine);
}
