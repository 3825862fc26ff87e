/*
 * vmforward's configuration file: a line `key = value` each, UTF-8, with comments behind "#" at the beginning of a line.
 * The whole file is looked at, and each fault is told with its line and what would be right.
 */
#ifndef VMEVENTS_FORWARD_CONFIG_H
#define VMEVENTS_FORWARD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_BROKERS_MAX 16
#define CONFIG_FAULT_SIZE 600

struct config_broker
{
    char *host; /* the one string of the broker; it belongs to the configuration */
    const char *name;
    uint16_t port;
    bool tls;
    unsigned int line;
};

#define CONFIG_MACHINES_MAX 256

/* A live machine that is to be there: opened when the host does not have it. */
struct config_machine
{
    char *name; /* the one string of it; it belongs to the configuration */
    const char *address;
    unsigned int line;
};

/* Strings are NULL where the file does not have the key and there is no default. */
struct config
{
    char *host;
    struct config_broker brokers[CONFIG_BROKERS_MAX];
    size_t broker_count;
    struct config_machine machines[CONFIG_MACHINES_MAX];
    size_t machine_count;
    bool allow_plain;
    char *ca;
    char *client_certificate;
    char *user;
    char *password_file;
    char *password_credential;
    char *client_id;
    char *spool;
    unsigned int spool_line;
    uint64_t spool_limit; /* bytes */
    uint64_t keep_minutes;
    uint64_t repeat_seconds;
    uint64_t window;
    uint64_t keep_alive; /* seconds */
    char *status_file;
    unsigned int status_file_line; /* 0: it is beside the spool */
};

/* A key, for who describes them; after the last one its name is NULL. */
struct config_key
{
    const char *name;
    const char *value; /* what stands behind the "=" */
    const char *meaning;
};

extern const struct config_key config_keys[];

/* Called for each fault; line 0: the file as a whole. The text is a plain sentence without its full stop. */
typedef void (*config_fault_function)(void *context, unsigned int line, const char *text);

/* Reads the text, which has so many bytes and need not end by a NUL. default_host: where the file names none; NULL: it
 * has to. False: there were faults, or memory has run out; then the configuration is empty. */
bool config_read(struct config *config, const char *text, size_t size, const char *default_host,
        config_fault_function fault, void *context);

void config_free(struct config *config);

#endif
