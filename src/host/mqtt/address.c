#include "host/mqtt/address.h"

#include <stdio.h>
#include <string.h>

#include "fleet/topics.h"
#include "host/live/address_options.h"
#include "platform/hash.h"
#include "platform/hex.h"

#define SCHEME "mqtt:"
#define RIGHT "it must be like mqtt:broker.example.com:8883/web-1/Web,tls"

/* More than a sensible address has behind the scheme. */
#define TEXT_MAX 3071

static const char *describe(char description[256], const char *format, const char *what)
{
    snprintf(description, 256, format, what);
    return description;
}

static bool begins_with(const char *text, const char *beginning)
{
    return !strncmp(text, beginning, strlen(beginning));
}

static const char *parse_broker(struct mqtt_address_way *way, char *place, char description[256])
{
    struct mqtt_address_broker *broker = &way->brokers[way->broker_count];
    char *host, *port;

    if (*place == '/')
        return describe(
                description, "\"%.60s\" begins with a slash; the address is written without //, and " RIGHT, place);
    if (!place_split(place, &host, &port))
        return describe(description, "\"%.60s\" is no broker and port; " RIGHT, place);
    if (strlen(host) > PLACE_HOST_MAX)
        return describe(description, "the broker \"%.40s…\" has a name of more than 255 characters", host);
    if (!place_read_port(port, &broker->port))
        return describe(description, "the port \"%.40s\" must be a number from 1 to 65535", port);
    memcpy(broker->tls_name, host, strlen(host) + 1);
    /* The one name whose meaning is known. */
    if (!strcmp(host, "localhost"))
        host = "127.0.0.1";
    memcpy(broker->host, host, strlen(host) + 1);
    ++way->broker_count;
    return NULL;
}

/* Host and machine */

/* Takes what stands for other bytes, %20, for those. False: a "%" is followed by something else, or it is too long. */
static bool decode(const char *part, size_t length, char name[MESSAGE_NAME_SIZE])
{
    size_t count = 0;

    for (size_t i = 0; i < length; ++i)
    {
        if (count + 1 == MESSAGE_NAME_SIZE)
            return false;
        name[count] = part[i];
        if (part[i] == '%')
        {
            if (length - i < 3 || hex_value(part[i + 1]) < 0 || hex_value(part[i + 2]) < 0)
                return false;
            name[count] = (char)(hex_value(part[i + 1]) * 16 + hex_value(part[i + 2]));
            i += 2;
        }
        if (!name[count++])
            return false;
    }
    name[count] = 0;
    return true;
}

/* Appends the name as it stands in topics. False: it is none. */
static bool append_name(struct utf8_text *key, const char *part, size_t length)
{
    char name[MESSAGE_NAME_SIZE];

    if (!length || !decode(part, length, name))
        return false;
    topic_append_name(key, name);
    return true;
}

static bool is_plus(const char *part, size_t length)
{
    return length == 1 && *part == '+';
}

static bool make_key(struct mqtt_address *address, struct utf8_text *key, const char *text)
{
    const char *slash = strchr(text, '/');
    size_t host = slash ? (size_t)(slash - text) : 0;
    bool all_hosts = is_plus(text, host);

    if (!slash || strchr(slash + 1, '/') || (!all_hosts && !append_name(key, text, host)))
        return false;
    address->is_watch = is_plus(slash + 1, strlen(slash + 1));
    if (all_hosts)
        utf8_text_append(key, "+");
    utf8_text_append(key, "/");
    if (address->is_watch)
        utf8_text_append(key, "+");
    else if (all_hosts || !append_name(key, slash + 1, strlen(slash + 1)))
        return false;
    return utf8_text_get(key) && key->length < sizeof(address->key);
}

static const char *parse_key(struct mqtt_address *address, const char *text, char description[256])
{
    struct utf8_text key = {0};
    bool made = make_key(address, &key, text), failed = key.failed;

    if (made)
        memcpy(address->key, key.start, key.length + 1);
    utf8_text_free(&key);
    if (made)
        return NULL;
    if (failed)
        return describe(description, "%s", "");
    return describe(description,
            "\"%.60s\" names no machine; behind the broker's port stands /HOST/MACHINE, /HOST/+ for all machines of a "
            "host, or /+/+ for all; in a name %%2C is a comma, %%2F a slash, %%2B a plus and %%25 a percent sign",
            text);
}

/* Options */

static const char *take_value(char *field, size_t size, const char *option, char description[256])
{
    const char *value = option + strcspn(option, "=") + 1;

    if (!*value || strlen(value) >= size)
        return describe(description, "%.60s has no value, or one that is too long", option);
    memcpy(field, value, strlen(value) + 1);
    return NULL;
}

static const char *take_path(char field[MQTT_ADDRESS_PATH_MAX + 1], const char *option, char description[256])
{
    const char *fault = take_value(field, MQTT_ADDRESS_PATH_MAX + 1, option, description);

    if (fault || place_is_full_path(field))
        return fault;
    return describe(description,
            "%.80s must have the full path, without a comma in it, of a file on this computer, as "
            "C:\\secrets\\broker.txt",
            option);
}

static const char *take_certificate(struct mqtt_address_way *way, const char *option, char description[256])
{
    if (place_read_thumbprint(strchr(option, '=') + 1, way->tls_certificate))
        return NULL;
    return describe(description,
            "%.70s must be the SHA-1 thumbprint of a certificate in the user's or the computer's store, 40 hexadecimal "
            "digits",
            option);
}

static const char *take_next(struct mqtt_address_way *way, char *option, char description[256])
{
    if (way->broker_count == MQTT_ADDRESS_BROKERS_MAX)
        return describe(description, "%.60s is one more than the 8 brokers that are tried in turn", option);
    return parse_broker(way, option + strlen("next="), description);
}

/* What an address may have in all; what of it is read into fields of their own stands there. */
struct options
{
    bool allow_remote;
    char tls_name[PLACE_HOST_MAX + 1];
};

static const char *parse_option(
        struct mqtt_address_way *way, struct options *options, char *option, char description[256])
{
    if (!strcmp(option, "tls"))
        way->tls = true;
    else if (!strcmp(option, "allow-remote"))
        options->allow_remote = true;
    else if (begins_with(option, "next="))
        return take_next(way, option, description);
    else if (begins_with(option, "tls-ca="))
        return take_path(way->tls_ca, option, description);
    else if (begins_with(option, "tls-cert="))
        return take_certificate(way, option, description);
    else if (begins_with(option, "tls-name="))
        return take_value(options->tls_name, sizeof(options->tls_name), option, description);
    else if (begins_with(option, "user="))
        return take_value(way->user, sizeof(way->user), option, description);
    else if (begins_with(option, "password-file="))
        return take_path(way->password_file, option, description);
    else if (begins_with(option, "password-credential="))
        return take_value(way->password_credential, sizeof(way->password_credential), option, description);
    else if (begins_with(option, "session="))
        return take_value(way->session, sizeof(way->session), option, description);
    else
        return describe(description,
                "\"%.50s\" is no part of an address; there are next=BROKER:PORT, tls, tls-ca=PATH, "
                "tls-cert=THUMBPRINT, "
                "tls-name=NAME, user=NAME, password-file=PATH, password-credential=NAME, session=ID and allow-remote",
                option);
    return NULL;
}

static const char *check_brokers(
        const struct mqtt_address_way *way, const struct options *options, char description[256])
{
    for (unsigned int i = 0; i < way->broker_count; ++i)
    {
        const struct mqtt_address_broker *broker = &way->brokers[i];

        for (unsigned int k = 0; k < i; ++k)
        {
            if (broker->port == way->brokers[k].port && !strcmp(broker->host, way->brokers[k].host))
                return describe(description, "the broker %.60s is named twice with the same port", broker->host);
        }
        if (!way->tls && !options->allow_remote && !place_is_loopback(broker->host))
            return describe(description,
                    "%.60s is another computer, where everybody on the way can read and change what is sent without "
                    "TLS; add ,tls, or say by ,allow-remote that this is meant",
                    broker->host);
    }
    return NULL;
}

static const char *check(struct mqtt_address_way *way, const struct options *options, char description[256])
{
    if (!way->tls && (*way->tls_ca || *way->tls_certificate || *options->tls_name))
        return describe(description, "%s mean something only together with ,tls", "tls-ca, tls-cert and tls-name");
    if (!*way->user && (*way->password_file || *way->password_credential))
        return describe(description, "a password means something only together with %s", "user=NAME");
    if (*way->password_file && *way->password_credential)
        return describe(
                description, "the password comes either by password-file or by %s", "password-credential, not by both");
    for (unsigned int i = 0; *options->tls_name && i < way->broker_count; ++i)
        memcpy(way->brokers[i].tls_name, options->tls_name, strlen(options->tls_name) + 1);
    return check_brokers(way, options, description);
}

static const char *const may_repeat[] = {"next", NULL};

const char *mqtt_address_parse(struct mqtt_address *address, const char *text, char description[256])
{
    char copy[TEXT_MAX + 1], *key, *rest, *part;
    struct options options = {0};
    const char *wrong;

    *address = (struct mqtt_address){0};
    if (!begins_with(text, SCHEME))
        return describe(description, "the address \"%.80s\" must begin with mqtt:; " RIGHT, text);
    text += strlen(SCHEME);
    if (strlen(text) >= sizeof(copy))
        return describe(description, "the address \"%.40s…\" is longer than any can be", text);
    memcpy(copy, text, strlen(text) + 1);
    if ((rest = strchr(copy, ',')))
        *rest++ = 0;
    if (!(key = strchr(copy, '/')) || key == copy)
        return describe(description, "\"%.60s\" is no broker with a machine behind it; " RIGHT, copy);
    *key++ = 0;
    if ((wrong = parse_broker(&address->way, copy, description)) || (wrong = parse_key(address, key, description)))
        return wrong;
    while ((part = rest))
    {
        if ((rest = strchr(part, ',')))
            *rest++ = 0;
        if ((wrong = parse_option(&address->way, &options, part, description)))
            return wrong;
    }
    if ((wrong = address_options_check(text, may_repeat, description)))
        return wrong;
    return check(&address->way, &options, description);
}

/* Comparing */

static bool is_same_broker(const struct mqtt_address_broker *one, const struct mqtt_address_broker *other)
{
    return one->port == other->port && !strcmp(one->host, other->host);
}

bool mqtt_address_is_same_way(const struct mqtt_address_way *one, const struct mqtt_address_way *other)
{
    if (one->broker_count != other->broker_count)
        return false;
    for (unsigned int i = 0; i < one->broker_count; ++i)
    {
        if (!is_same_broker(&one->brokers[i], &other->brokers[i])
                || strcmp(one->brokers[i].tls_name, other->brokers[i].tls_name) != 0)
            return false;
    }
    return one->tls == other->tls && !strcmp(one->tls_ca, other->tls_ca)
            && !strcmp(one->tls_certificate, other->tls_certificate) && !strcmp(one->user, other->user)
            && !strcmp(one->password_file, other->password_file)
            && !strcmp(one->password_credential, other->password_credential) && !strcmp(one->session, other->session);
}

bool mqtt_address_ways_meet(const struct mqtt_address_way *one, const struct mqtt_address_way *other)
{
    for (unsigned int i = 0; i < one->broker_count; ++i)
    {
        for (unsigned int k = 0; k < other->broker_count; ++k)
        {
            if (is_same_broker(&one->brokers[i], &other->brokers[k]))
                return true;
        }
    }
    return false;
}

unsigned int mqtt_address_hash(
        const struct mqtt_address_way *way, const char *key, uint32_t hashes[MQTT_ADDRESS_BROKERS_MAX])
{
    uint32_t hash = hash_text(HASH_BEGIN, key);

    for (unsigned int i = 0; i < way->broker_count; ++i)
        hashes[i] = hash_number(hash_text(hash, way->brokers[i].host), way->brokers[i].port);
    return way->broker_count;
}

bool mqtt_address_of(const char *watch, const char *key, char *text, size_t size)
{
    const char *slash = strchr(watch, '/'), *options = strchr(watch, ',');
    int length = snprintf(text, size, "%.*s/%s%s", (int)(slash - watch), watch, key, options ? options : "");

    return length > 0 && (size_t)length < size;
}
