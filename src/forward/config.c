#include "forward/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "forward/config_checks.h"
#include "platform/line_text.h"
#include "platform/memory.h"

#define LINE_MAX_SIZE 2048

/* How a value is read. */
enum value_kind
{
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_SIZE,
    VALUE_YES,
    VALUE_BROKER,
    VALUE_MACHINE
};

struct value_place
{
    enum value_kind kind;
    size_t offset; /* in struct config */
    uint64_t least, most, otherwise;
};

#define TEXT(field)                                                                                                    \
    {                                                                                                                  \
        VALUE_TEXT, offsetof(struct config, field), 0, 0, 0                                                            \
    }
#define NUMBER(field, least, most, otherwise)                                                                          \
    {                                                                                                                  \
        VALUE_NUMBER, offsetof(struct config, field), least, most, otherwise                                           \
    }

/* clang-format off */
const struct config_key config_keys[] = {
    {"host", "NAME",
        "this host's name in topics and messages; the computer's name where it is left out"},
    {"broker", "mqtt://HOST:PORT or mqtts://HOST:PORT[,name=NAME]",
        "where a broker listens; mqtts is by TLS, name= is whom its certificate is for when that is not HOST. May stand up "
        "to 16 times: they are tried in turn. Without one the spool just fills"},
    {"machine", "NAME | ADDRESS",
        "a live machine that the host is to open when it does not have one of that name, as in Web | "
        "qemu:127.0.0.1:4444. A service has a host of its own, with these machines. May stand up to 256 times"},
    {"allow-plain", "yes or no",
        "yes: other computers' brokers may be spoken with without TLS, where everybody on the way can read and change all"},
    {"ca", "FILE",
        "certificates (PEM or DER) of whom the broker's has to be signed by; without it the system's own are trusted"},
    {"client-certificate", "THUMBPRINT",
        "40 hexadecimal digits: the certificate, in the user's or the computer's store, that is shown to the broker"},
    {"user", "NAME",
        "as whom the broker knows vmforward"},
    {"password-file", "FILE",
        "its first line is the password; nobody else should be allowed to read it"},
    {"password-credential", "NAME",
        "the password is that of the generic credential of this name in Windows' credential store"},
    {"client-id", "ID",
        "vmforward's id at the broker, where no two may have the same; vmforward- and the host's name where it is left out"},
    {"spool", "FILE",
        "where events are kept, in a folder that is there; beside it lie files with more words at its end"},
    {"spool-limit", "SIZE",
        "how much the spool may keep: a number of bytes with KB, MB or GB behind it, from 1 MB on (1 GB). When it is full "
        "the oldest events go"},
    {"keep-minutes", "N",
        "how long an event stays in the spool when the broker has acknowledged it, from 1 to 1440 (5)"},
    {"repeat-seconds", "N",
        "when a connection is lost, what was acknowledged in the last N seconds is sent again (60), since a broker that lost "
        "its power may have lost it; 0: it is not. No more than keep-minutes"},
    {"window", "N",
        "how many messages may wait for the broker's acknowledgement at a time, from 1 to 4096 (256)"},
    {"keep-alive", "SECONDS",
        "how long a connection may be silent until the broker takes vmforward for lost, from 5 to 3600 (30)"},
    {"status-file", "FILE",
        "where vmforward writes how it fares, for --status and for whatever reads Prometheus' text format; the spool's "
        "name and .prom where it is left out"},
    {NULL, NULL, NULL}
};

static const struct value_place places[] = {
    TEXT(host),
    {VALUE_BROKER, 0, 0, 0, 0},
    {VALUE_MACHINE, 0, 0, 0, 0},
    {VALUE_YES, offsetof(struct config, allow_plain), 0, 0, 0},
    TEXT(ca),
    TEXT(client_certificate),
    TEXT(user),
    TEXT(password_file),
    TEXT(password_credential),
    TEXT(client_id),
    TEXT(spool),
    {VALUE_SIZE, offsetof(struct config, spool_limit), 1u << 20, 1ull << 40, 1u << 30},
    NUMBER(keep_minutes, 1, 1440, 5),
    NUMBER(repeat_seconds, 0, 86400, 60),
    NUMBER(window, 1, 4096, 256),
    NUMBER(keep_alive, 5, 3600, 30),
    TEXT(status_file),
};
/* clang-format on */

#define KEY_COUNT (sizeof(places) / sizeof(places[0]))
_Static_assert(KEY_COUNT == sizeof(config_keys) / sizeof(config_keys[0]) - 1, "each key has a place");
_Static_assert(KEY_COUNT == CONFIG_KEY_COUNT, "the checks know how many there are");

void config_complain(struct config_reading *reading, unsigned int line, const char *format, ...)
{
    char text[CONFIG_FAULT_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    reading->failed = true;
    reading->fault(reading->context, line, text);
}

unsigned int config_line_of(const struct config_reading *reading, const char *key)
{
    for (size_t i = 0; i < KEY_COUNT; ++i)
    {
        if (!strcmp(config_keys[i].name, key))
            return reading->lines[i];
    }
    return 0;
}

char *config_copy(struct config_reading *reading, const char *string, const char *behind)
{
    size_t size = strlen(string) + strlen(behind) + 1;
    char *copy = memory_alloc(size);

    if (copy)
        snprintf(copy, size, "%s%s", string, behind);
    else
        config_complain(reading, 0, "out of memory");
    return copy;
}

static void *field(const struct config_reading *reading, size_t key)
{
    return (char *)reading->config + places[key].offset;
}

/* A whole number without a sign; *end is behind it. False: there is none, or one of more than 15 digits. */
static bool read_digits(const char *string, uint64_t *number, const char **end)
{
    size_t count = strspn(string, "0123456789");

    *number = 0;
    *end = string + count;
    for (size_t i = 0; i < count && count <= 15; ++i)
        *number = *number * 10 + (uint64_t)(string[i] - '0');
    return count && count <= 15;
}

static bool read_unit(const char *unit, uint64_t *factor)
{
    static const char *const units[] = {"", "KB", "MB", "GB"};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); ++i)
    {
        *factor = (uint64_t)1 << (10 * i);
        if (!strcmp(unit, units[i]))
            return true;
    }
    return false;
}

static void take_number(struct config_reading *reading, size_t key, const char *value)
{
    const struct value_place *place = &places[key];
    bool is_size = place->kind == VALUE_SIZE;
    uint64_t number, factor = 1;
    const char *end;

    if (read_digits(value, &number, &end) && read_unit(end + strspn(end, " "), &factor) && (is_size || !*end)
            && number <= place->most / factor && number * factor >= place->least)
    {
        *(uint64_t *)field(reading, key) = number * factor;
        return;
    }
    if (is_size)
        config_complain(reading, reading->lines[key],
                "%s is \"%.100s\"; it has to be a whole number with KB, MB or GB behind it, from 1 MB to 1024 GB",
                config_keys[key].name, value);
    else
        config_complain(reading, reading->lines[key], "%s is \"%.100s\"; it has to be a whole number from %llu to %llu",
                config_keys[key].name, value, (unsigned long long)place->least, (unsigned long long)place->most);
}

static void take_value(struct config_reading *reading, size_t key, const char *value)
{
    switch (places[key].kind)
    {
        case VALUE_TEXT:
            *(char **)field(reading, key) = config_copy(reading, value, "");
            return;
        case VALUE_NUMBER:
        case VALUE_SIZE:
            take_number(reading, key, value);
            return;
        case VALUE_YES:
            *(bool *)field(reading, key) = !strcmp(value, "yes");
            if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
                config_complain(reading, reading->lines[key], "%s is \"%.100s\"; it has to be yes or no",
                        config_keys[key].name, value);
            return;
        case VALUE_BROKER:
            config_take_broker(reading, value);
            return;
        case VALUE_MACHINE:
            config_take_machine(reading, value);
            return;
    }
}

static size_t find_key(const char *name)
{
    size_t key = 0;

    while (key < KEY_COUNT && strcmp(config_keys[key].name, name) != 0)
        ++key;
    return key;
}

/* Takes blanks off both ends. */
static char *trim(char *string)
{
    size_t length;

    string += strspn(string, " \t");
    length = strlen(string);
    while (length && strchr(" \t\r", string[length - 1]))
        string[--length] = 0;
    return string;
}

static void take_line(struct config_reading *reading, char *line)
{
    char *name = trim(line), *equals = strchr(name, '='), *value;
    size_t key;

    if (!*name || *name == '#')
        return;
    if (!equals)
    {
        config_complain(reading, reading->line,
                "\"%.100s\" is neither a comment, which begins with #, nor `key = value`", name);
        return;
    }
    *equals = 0;
    name = trim(name);
    value = trim(equals + 1);
    if ((key = find_key(name)) == KEY_COUNT)
        config_complain(reading, reading->line, "there is no key \"%.100s\"; vmforward --help lists them", name);
    else if (!*value)
        config_complain(reading, reading->line, "%s has no value; it is %s", name, config_keys[key].value);
    else if (reading->lines[key] && places[key].kind < VALUE_BROKER)
        config_complain(reading, reading->line, "%s stands in line %u already", name, reading->lines[key]);
    else
    {
        reading->lines[key] = reading->line;
        take_value(reading, key, value);
    }
}

/* line: with room for a NUL. */
static void take_text(struct config_reading *reading, char *line, size_t length)
{
    char fault[LINE_TEXT_FAULT_SIZE];

    length -= length && line[length - 1] == '\r';
    if (line_text_fault(line, length, "the only ones that may stand there are tabs", fault))
    {
        config_complain(reading, reading->line, "%s", fault);
        return;
    }
    line[length] = 0;
    take_line(reading, line);
}

static void take_lines(struct config_reading *reading, const char *text, size_t size)
{
    char line[LINE_MAX_SIZE];
    const char *end;
    size_t length;

    if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) /* as editors of Windows put in front of UTF-8 */
    {
        text += 3;
        size -= 3;
    }
    for (; size; text += length, size -= length)
    {
        ++reading->line;
        end = memchr(text, '\n', size);
        length = end ? (size_t)(end - text) + 1 : size;
        if (length >= sizeof(line))
        {
            config_complain(reading, reading->line, "the line has more than 2047 bytes");
            continue;
        }
        memcpy(line, text, length);
        take_text(reading, line, length - (end != NULL));
    }
}

bool config_read(struct config *config, const char *text, size_t size, const char *default_host,
        config_fault_function fault, void *context)
{
    struct config_reading reading = {.config = config, .fault = fault, .context = context};

    *config = (struct config){0};
    for (size_t i = 0; i < KEY_COUNT; ++i)
    {
        if (places[i].kind == VALUE_NUMBER || places[i].kind == VALUE_SIZE)
            *(uint64_t *)field(&reading, i) = places[i].otherwise;
    }
    take_lines(&reading, text, size);
    config_complete(&reading, default_host);
    if (reading.failed)
        config_free(config);
    return !reading.failed;
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < KEY_COUNT; ++i)
    {
        if (places[i].kind == VALUE_TEXT)
            memory_free(*(char **)((char *)config + places[i].offset));
    }
    for (size_t i = 0; i < config->broker_count; ++i)
        memory_free(config->brokers[i].host);
    for (size_t i = 0; i < config->machine_count; ++i)
        memory_free(config->machines[i].name);
    *config = (struct config){0};
}
