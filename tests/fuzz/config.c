/*
 * vmforward's configuration file, of whatever bytes: it is understood as a whole, or refused with a reason for it and a line that
 * there is; what is understood is within its limits, and no broker of another computer is spoken with in the clear by accident.
 * It is read again with single requests for memory refused, which changes nothing but that it may be refused.
 */
#include "forward/config.h"
#include "fuzz/target.h"

#include <string.h>

#include "support/counted_memory.h"

struct faults
{
    size_t count;
    unsigned int lines; /* that the text has */
};

static void on_fault(void *context, unsigned int line, const char *text)
{
    struct faults *faults = context;

    REQUIRE(line <= faults->lines && *text && strlen(text) < CONFIG_FAULT_SIZE && !strchr(text, '\n'));
    ++faults->count;
}

static unsigned int count_lines(const char *text, size_t size)
{
    unsigned int lines = 1;

    for (size_t i = 0; i < size; ++i)
        lines += text[i] == '\n';
    return lines;
}

static bool is_local(const char *host)
{
    return !strcmp(host, "localhost") || !strcmp(host, "::1") || !strncmp(host, "127.", 4);
}

static void check_brokers(const struct config *config)
{
    REQUIRE(config->broker_count <= CONFIG_BROKERS_MAX);
    for (size_t i = 0; i < config->broker_count; ++i)
    {
        const struct config_broker *broker = &config->brokers[i];

        REQUIRE(broker->host && *broker->host && broker->port && !strpbrk(broker->host, "[]/, \t"));
        REQUIRE(broker->tls == config->brokers[0].tls && (broker->tls || !broker->name));
        REQUIRE(broker->tls || config->allow_plain || is_local(broker->host));
    }
}

static void check(const struct config *config)
{
    check_brokers(config);
    REQUIRE(config->spool && *config->spool && config->host && strlen(config->host) <= 255);
    REQUIRE(config->client_id && config->status_file);
    REQUIRE(config->machine_count <= CONFIG_MACHINES_MAX);
    for (size_t i = 0; i < config->machine_count; ++i)
        REQUIRE(*config->machines[i].name && strchr(config->machines[i].address, ':'));
    REQUIRE(config->spool_limit >= 1u << 20 && config->spool_limit <= 1ull << 40);
    REQUIRE(config->keep_minutes >= 1 && config->keep_minutes <= 1440);
    REQUIRE(config->repeat_seconds <= config->keep_minutes * 60);
    REQUIRE(config->window >= 1 && config->window <= 4096);
    REQUIRE(config->keep_alive >= 5 && config->keep_alive <= 3600);
    REQUIRE(!(config->password_file && config->password_credential));
    REQUIRE(config->user || (!config->password_file && !config->password_credential));
}

static bool read_one(const char *text, size_t size)
{
    struct faults faults = {0, count_lines(text, size)};
    struct config config, empty = {0};
    bool read = config_read(&config, text, size, "host", on_fault, &faults);

    REQUIRE(read == !faults.count);
    if (read)
        check(&config);
    else
        REQUIRE(!memcmp(&config, &empty, sizeof(config)));
    config_free(&config);
    REQUIRE(!counted_memory_get()->live().blocks);
    return read;
}

static unsigned int requests, refused;

static bool refuse_one(void)
{
    return ++requests != refused;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool read = read_one((const char *)data, size);

    counted_memory_get()->set_gate(refuse_one);
    for (refused = 1; refused < 40; ++refused)
    {
        requests = 0;
        REQUIRE(!read_one((const char *)data, size) || read);
        if (requests < refused)
            break;
    }
    counted_memory_get()->set_gate(NULL);
    return 0;
}
