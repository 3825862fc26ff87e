#include "forward/config_checks.h"

#include <stdio.h>
#include <string.h>

#define BROKER_RIGHT "it has to be mqtt://HOST:PORT or mqtts://HOST:PORT, as in mqtts://broker.example.com:8883"

/* Takes the port off the end of "HOST:PORT". An IPv6 address stands in brackets. */
static bool split_port(char *place, uint16_t *port)
{
    char *colon = strrchr(place, ':');
    unsigned int number = 0;

    if (!colon || !colon[1] || strlen(colon + 1) > 5 || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    for (const char *c = colon + 1; *c; ++c)
        number = number * 10 + (unsigned int)(*c - '0');
    *colon = 0;
    *port = (uint16_t)number;
    return number && number <= 65535;
}

/* Whether it can be a host's name or address. */
static bool is_host(const char *host)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    size_t length = strlen(host);

    if (*host == '[') /* an IPv6 address */
        return length > 2 && strspn(host + 1, "0123456789abcdefABCDEF:.") == length - 2 && host[length - 1] == ']'
                && strchr(host, ':');
    return length && length < 254 && strspn(host, letters) == length;
}

/* The brackets serve the port alone. */
static void take_off_brackets(char *host)
{
    size_t place = 0;

    if (*host != '[')
        return;
    for (; host[place + 1] != ']'; ++place)
        host[place] = host[place + 1];
    host[place] = 0;
}

void config_take_broker(struct config_reading *reading, const char *value)
{
    struct config_broker *broker = &reading->config->brokers[reading->config->broker_count];
    bool tls = !strncmp(value, "mqtts://", 8);
    char *comma;

    if (reading->config->broker_count == CONFIG_BROKERS_MAX)
    {
        config_complain(reading, reading->line, "there are more than %u brokers", CONFIG_BROKERS_MAX);
        return;
    }
    if (!tls && strncmp(value, "mqtt://", 7) != 0)
    {
        config_complain(reading, reading->line, "broker is \"%.200s\"; " BROKER_RIGHT, value);
        return;
    }
    *broker = (struct config_broker){.tls = tls, .line = reading->line};
    if (!(broker->host = config_copy(reading, value + (tls ? 8 : 7), "")))
        return;
    ++reading->config->broker_count;
    if ((comma = strchr(broker->host, ',')))
    {
        *comma = 0;
        if (tls && !strncmp(comma + 1, "name=", 5) && is_host(comma + 6))
            broker->name = comma + 6;
        else
            config_complain(reading, reading->line,
                    "behind the broker's port may only stand ,name=NAME, and only with mqtts://");
    }
    if (!split_port(broker->host, &broker->port) || !is_host(broker->host))
        config_complain(reading, reading->line, "broker is \"%.200s\"; " BROKER_RIGHT, value);
    else
        take_off_brackets(broker->host);
}

void config_take_machine(struct config_reading *reading, const char *value)
{
    struct config *config = reading->config;
    struct config_machine *machine = &config->machines[config->machine_count];
    char *bar, *end;

    if (config->machine_count == CONFIG_MACHINES_MAX)
    {
        config_complain(reading, reading->line, "there are more than %u machines", CONFIG_MACHINES_MAX);
        return;
    }
    if (!(machine->name = config_copy(reading, value, "")))
        return;
    machine->line = reading->line;
    ++config->machine_count;
    if (!(bar = strchr(machine->name, '|')))
    {
        config_complain(reading, reading->line, "machine is \"%.200s\"; it has to be NAME | ADDRESS", value);
        return;
    }
    for (end = bar; end > machine->name && end[-1] == ' '; --end)
        ;
    *end = 0;
    machine->address = bar + 1 + strspn(bar + 1, " ");
    if (!*machine->name || !strchr(machine->address, ':'))
        config_complain(reading, reading->line, "machine is \"%.200s\"; it has to be NAME | ADDRESS", value);
    for (size_t i = 0; i + 1 < config->machine_count; ++i)
    {
        if (!strcmp(config->machines[i].name, machine->name))
            config_complain(reading, reading->line, "line %u has a machine of that name", config->machines[i].line);
    }
}

/* Nothing leaves the computer on the way there. */
static bool is_this_computer(const char *host)
{
    return !strcmp(host, "localhost") || !strcmp(host, "::1")
            || (!strncmp(host, "127.", 4) && strspn(host, "0123456789.") == strlen(host));
}

static void check_brokers(struct config_reading *reading)
{
    const struct config *config = reading->config;

    for (size_t i = 0; i < config->broker_count; ++i)
    {
        const struct config_broker *broker = &config->brokers[i];

        if (broker->tls != config->brokers[0].tls)
            config_complain(reading, broker->line, "either all brokers are mqtts:// or none is");
        if (!broker->tls && !config->allow_plain && !is_this_computer(broker->host))
            config_complain(reading, broker->line,
                    "%s is another computer, where everybody on the way can read and change what is sent without TLS; "
                    "it has to be mqtts://, or allow-plain = yes has to say that this is meant",
                    broker->host);
        for (size_t k = 0; k < i; ++k)
        {
            if (broker->port == config->brokers[k].port && !strcmp(broker->host, config->brokers[k].host))
                config_complain(
                        reading, broker->line, "this broker stands in line %u already", config->brokers[k].line);
        }
    }
}

/* Keys that have a sense only where there is something else. */
static void check_company(struct config_reading *reading)
{
    const struct config *config = reading->config;
    static const char *const tls_keys[] = {"ca", "client-certificate"};
    static const char *const password_keys[] = {"password-file", "password-credential"};

    for (size_t i = 0; i < 2; ++i)
    {
        if (config_line_of(reading, tls_keys[i]) && !(config->broker_count && config->brokers[0].tls))
            config_complain(
                    reading, config_line_of(reading, tls_keys[i]), "%s needs a broker that is mqtts://", tls_keys[i]);
        if (config_line_of(reading, password_keys[i]) && !config->user)
            config_complain(reading, config_line_of(reading, password_keys[i]), "%s needs user too", password_keys[i]);
    }
    if (config->password_file && config->password_credential)
        config_complain(reading, config_line_of(reading, "password-credential"),
                "the password comes either by password-file or by password-credential");
}

static void check_values(struct config_reading *reading)
{
    const struct config *config = reading->config;
    const char *thumbprint = config->client_certificate;

    if (thumbprint && (strlen(thumbprint) != 40 || strspn(thumbprint, "0123456789abcdefABCDEF") != 40))
        config_complain(reading, config_line_of(reading, "client-certificate"),
                "client-certificate is \"%.100s\"; it has to be the certificate's SHA-1 thumbprint, 40 hexadecimal "
                "digits "
                "without blanks",
                thumbprint);
    if (config->repeat_seconds > config->keep_minutes * 60)
        config_complain(reading, config_line_of(reading, "repeat-seconds"),
                "repeat-seconds is more than keep-minutes: what has left the spool cannot be repeated");
    if (config->host && strlen(config->host) > 255)
        config_complain(reading, config_line_of(reading, "host"), "host has more than 255 bytes");
}

void config_complete(struct config_reading *reading, const char *default_host)
{
    struct config *config = reading->config;

    check_brokers(reading);
    check_company(reading);
    check_values(reading);
    if (!config->spool)
        config_complain(reading, 0, "there is no line `spool = FILE`, which says where events are kept");
    if (!config->host && !default_host)
        config_complain(reading, 0, "there is no line `host = NAME`");
    if (reading->failed)
        return;
    if (!config->host)
        config->host = config_copy(reading, default_host, "");
    if (config->host && !config->client_id)
        config->client_id = config_copy(reading, "vmforward-", config->host);
    config->spool_line = config_line_of(reading, "spool");
    config->status_file_line = config_line_of(reading, "status-file");
    if (!config->status_file)
        config->status_file = config_copy(reading, config->spool, ".prom");
}
