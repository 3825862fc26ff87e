#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void free_said(struct said *said)
{
    said_cleanup(said);
    free(said);
}

/* What tells the instances of a class apart. */
static const char *key_of(const struct said *said)
{
    static const char *const keys[] = {"InstanceID", "SystemName", "Name"};
    const char *key = NULL;

    for (size_t i = 0; !key && i < sizeof(keys) / sizeof(*keys); ++i)
        key = hv_row_text(&said->row, keys[i], 0);
    return key ? key : "";
}

static void remove_instance(struct world *world, const char *class_name, const char *key)
{
    for (size_t i = 0; i < world->instance_count; ++i)
    {
        if (strcmp(world->instances[i]->words[0], class_name) || strcmp(key_of(world->instances[i]), key))
            continue;
        free_said(world->instances[i]);
        memmove(&world->instances[i], &world->instances[i + 1], (--world->instance_count - i) * sizeof(struct said *));
        return;
    }
}

/* In the place of the one before, so that the order stays. */
static void put_instance(struct world *world, struct said *said)
{
    const char *key = key_of(said);

    for (size_t i = 0; i < world->instance_count; ++i)
    {
        if (strcmp(world->instances[i]->words[0], said->words[0]) || strcmp(key_of(world->instances[i]), key))
            continue;
        free_said(world->instances[i]);
        world->instances[i] = said;
        return;
    }
    if (world->instance_count < WORLD_INSTANCES_MAX)
        world->instances[world->instance_count++] = said;
    else
        free_said(said);
}

/* The place of what is said to fail or to be slow, or a free one; WORLD_FAILURES_MAX: there is none. */
static size_t place_of(const struct world *world, const char *what)
{
    size_t place = 0;

    while (place < WORLD_FAILURES_MAX && strcmp(world->failures[place].what, what))
        ++place;
    for (size_t i = 0; place == WORLD_FAILURES_MAX && i < WORLD_FAILURES_MAX; ++i)
        place = *world->failures[i].what ? place : i;
    return place;
}

static void put_failure(struct world *world, const char *what, int32_t code)
{
    size_t place = place_of(world, what);

    if (place == WORLD_FAILURES_MAX)
        return;
    strcpy(world->failures[place].what, what);
    world->failures[place].code = code;
}

static void put_slowness(struct world *world, const char *what, uint32_t ms)
{
    size_t place = place_of(world, what);

    if (place == WORLD_FAILURES_MAX)
        return;
    strcpy(world->failures[place].what, what);
    world->failures[place].slow_ms = ms;
}

static int32_t failure_of(const struct world *world, const char *what)
{
    for (size_t i = 0; i < WORLD_FAILURES_MAX; ++i)
    {
        if (!strcmp(world->failures[i].what, what))
            return world->failures[i].code;
    }
    return HV_OK;
}

static uint32_t slowness_of(const struct world *world, const char *what)
{
    for (size_t i = 0; i < WORLD_FAILURES_MAX; ++i)
    {
        if (!strcmp(world->failures[i].what, what))
            return world->failures[i].slow_ms;
    }
    return 0;
}

uint32_t world_slowness(const struct world *world, const char *class_name)
{
    char what[SAID_WORD_MAX + 1];

    snprintf(what, sizeof(what), "query:%.60s", class_name);
    return slowness_of(world, what);
}

static bool queue(struct said **list, size_t *count, struct said *said)
{
    if (*count == WORLD_QUEUE_MAX)
        free_said(said);
    else
        list[(*count)++] = said;
    return true;
}

bool world_take(struct world *world, struct said *said)
{
    switch (said->verb)
    {
        case SAID_IS:
            put_instance(world, said);
            return true;
        case SAID_GONE:
            remove_instance(world, said->words[0], said->words[1]);
            return false;
        case SAID_TELLS:
            /* Nobody keeps it for who has not subscribed. */
            return world->subscribed && queue(world->told, &world->told_count, said);
        case SAID_LOGS:
            return queue(world->logged, &world->logged_count, said);
        case SAID_FAILS:
            put_failure(world, said->words[0], (int32_t)(uint32_t)strtoul(said->words[1], NULL, 16));
            return false;
        case SAID_SLOWS:
            put_slowness(world, said->words[0], (uint32_t)strtoul(said->words[1], NULL, 10));
            return false;
        default:
            return false;
    }
}

static struct said *take_first(struct said **list, size_t *count)
{
    struct said *first = list[0];

    memmove(list, list + 1, --*count * sizeof(*list));
    return first;
}

/* What the core calls */

static int32_t world_connect(void *context)
{
    struct world *world = context;
    int32_t code = failure_of(world, "connect");

    ++world->connects;
    world->connected = code >= 0;
    return code;
}

void world_unsubscribe(struct world *world)
{
    world->subscribed = false;
    while (world->told_count)
        free_said(take_first(world->told, &world->told_count));
}

static void world_disconnect(void *context)
{
    struct world *world = context;

    world->connected = false;
    world_unsubscribe(world);
}

/* Whether the text of a query, behind its first quote, is that name: a backslash stands before what is a part of it. */
static bool is_name(const char *text, const char *name)
{
    for (; *name; ++name, ++text)
    {
        text += *text == '\\';
        if (strncasecmp(text, name, 1))
            return false;
    }
    return *text == '\'';
}

/* Whether the instance is one that the query is about: the conditions that name a machine are looked at. */
static bool is_asked_for(const struct said *said, const char *query)
{
    const char *where = strstr(query, " WHERE "), *name = strstr(query, "ElementName = '"), *element;
    const char *job = strstr(query, "InstanceID=\""), *like = strstr(query, "'Microsoft:");
    struct hv_guid guid, own;

    if (job)
        return !strncmp(job + 12, key_of(said), strlen(key_of(said)));
    if (name && (element = hv_row_text(&said->row, "ElementName", 0)))
        return is_name(name + 15, element);
    for (; where && (where = strchr(where, '\'')); ++where)
    {
        if (hv_guid_parse_start(&guid, where + 1))
            return hv_guid_parse(&own, key_of(said)) && hv_guid_equals(&guid, &own);
    }
    for (; like; like = strstr(like + 1, "'Microsoft:"))
    {
        if (hv_guid_parse_start(&guid, like + 11))
            return strstr(key_of(said), guid.text) != NULL;
    }
    return true;
}

/* The item that has been handed over, in a row of its own. */
static void take_host_items(const struct world *world, void (*take)(void *taker, const struct hv_row *row), void *taker)
{
    struct hv_row row;

    hv_row_init(&row);
    if (!*world->item || hv_row_add_text(&row, "HostExchangeItems", world->item, strlen(world->item)))
        take(taker, &row);
    hv_row_cleanup(&row);
}

static int32_t world_query(void *context, const char *query, enum hv_class class_,
        void (*take)(void *taker, const struct hv_row *row), void *taker)
{
    struct world *world = context;
    const char *name = class_ == HV_CLASS_AFFECTED ? "Msvm_AffectedJobElement" : hv_class_name(class_);
    uint32_t slow_ms = world_slowness(world, name);
    char what[SAID_WORD_MAX + 1], by_names[SAID_WORD_MAX + 1];

    ++world->queries[class_];
    snprintf(what, sizeof(what), "query:%.60s", name);
    if (!world->connected)
        return HV_E_DISCONNECTED;
    if (slow_ms && world->pass)
        world->pass(world, world->now_ms + (slow_ms < HV_QUERY_MS ? slow_ms : HV_QUERY_MS));
    if (slow_ms >= HV_QUERY_MS && world->pass)
        return HV_E_TIMED_OUT;
    snprintf(by_names, sizeof(by_names), "select:%.60s", name);
    if (strncmp(query, "SELECT *", 8) && failure_of(world, by_names) < 0)
        return failure_of(world, by_names);
    if (class_ == HV_CLASS_HOST_ITEMS && failure_of(world, what) >= 0)
        take_host_items(world, take, taker);
    for (size_t i = 0; failure_of(world, what) >= 0 && i < world->instance_count; ++i)
    {
        if (!strcmp(world->instances[i]->words[0], name) && is_asked_for(world->instances[i], query))
            take(taker, &world->instances[i]->row);
    }
    return failure_of(world, what);
}

static int32_t world_subscribe(void *context, const char *query)
{
    struct world *world = context;
    int32_t code = failure_of(world, "subscribe");

    ++world->subscriptions;
    if (code >= 0 && !strstr(query, " WITHIN "))
        code = failure_of(world, "push");
    world->subscribed = code >= 0;
    return code;
}

bool world_copy_row(struct hv_row *to, const struct hv_row *from)
{
    for (size_t i = 0; i < from->count; ++i)
    {
        const struct hv_value *value = &from->values[i];
        const char *name = from->text + value->name, *text = from->text + value->text;

        if (value->text == SIZE_MAX ? !hv_row_add_number(to, name, value->number)
                                    : !hv_row_add_text(to, name, text, strlen(text)))
            return false;
    }
    return true;
}

static int32_t world_next(void *context, uint32_t timeout_ms, struct hv_notification *notification, struct hv_row *row)
{
    struct world *world = context;
    struct said *said;
    int32_t code;

    if (!world->told_count && world->pass)
        world->pass(world, world->now_ms + timeout_ms);
    if ((code = failure_of(world, "next")) < 0)
        world->subscribed = false;
    if (code < 0 || !world->told_count)
        return code < 0 ? code : HV_TIMED_OUT;
    said = take_first(world->told, &world->told_count);
    world->now_ms += slowness_of(world, "next");
    *notification = (struct hv_notification){
            .type = *said->words[0] == 'c'   ? HV_CREATED
                    : *said->words[0] == 'd' ? HV_DELETED
                                             : HV_MODIFIED,
            .class_ = strcmp(said->words[1], hv_class_name(HV_CLASS_SYSTEM)) ? HV_CLASS_SETTINGS : HV_CLASS_SYSTEM,
            .time_us = WORLD_TIME_US + (int64_t)said->at_ms * 1000,
    };
    code = world_copy_row(row, &said->row) ? HV_OK : HV_E_NO_MEMORY;
    free_said(said);
    return code;
}

static int32_t world_open_log(void *context)
{
    struct world *world = context;
    int32_t code = failure_of(world, "log");

    world->log_open = code >= 0;
    return code;
}

static void world_close_log(void *context)
{
    struct world *world = context;

    world->log_open = false;
}

static void take_text(char *to, size_t size, const struct hv_row *row, const char *name)
{
    const char *text = hv_row_text(row, name, 0);

    snprintf(to, size, "%s", text ? text : "");
}

static int32_t world_next_record(void *context, struct hv_record *record)
{
    struct world *world = context;
    int32_t code = failure_of(world, "records");
    struct said *said;

    if (code < 0 || !world->logged_count)
        return code < 0 ? code : HV_TIMED_OUT;
    said = take_first(world->logged, &world->logged_count);
    *record = (struct hv_record){
            .channel = strcmp(said->words[0], "vmms") ? HV_CHANNEL_WORKER : HV_CHANNEL_VMMS,
            .provider = !strcmp(said->words[1], "worker") ? HV_PROVIDER_WORKER
                    : !strcmp(said->words[1], "vmms")     ? HV_PROVIDER_VMMS
                                                          : HV_PROVIDER_OTHER,
            .id = (uint32_t)strtoul(said->words[2], NULL, 10),
            .number = (uint64_t)hv_row_number_or(&said->row, "number", 0, (int64_t)++world->record_number),
            .time_us = WORLD_TIME_US + (int64_t)said->at_ms * 1000,
    };
    if (!hv_guid_parse(&record->machine, said->words[3]))
        *record->machine.text = 0;
    take_text(record->codes, sizeof(record->codes), &said->row, "codes");
    take_text(record->message, sizeof(record->message), &said->row, "message");
    free_said(said);
    return HV_OK;
}

/* Hyper-V adds what is not there, and changes what is. */
static int32_t world_change_item(
        void *context, enum hv_item_change change, const struct hv_guid *machine, const char *item)
{
    static const char *const words[] = {"adds", "modifies", "removes"};
    struct world *world = context;
    int32_t code = failure_of(world, "items");
    struct hv_item parsed;
    char text[sizeof(parsed) + 16];

    if (code)
        return code;
    if (!*machine->text || !hv_item_parse(&parsed, item) || (change == HV_ADD_ITEM) != !*world->item)
        return 32773;
    snprintf(world->item, sizeof(world->item), "%s", change == HV_REMOVE_ITEM ? "" : item);
    snprintf(text, sizeof(text), "%s %s: %s", words[change], parsed.name, parsed.data);
    if (world->hear)
        world->hear(world, text);
    return HV_OK;
}

static uint64_t world_now_ms(void *context)
{
    return ((struct world *)context)->now_ms;
}

static int64_t world_time_us(void *context)
{
    return WORLD_TIME_US + (int64_t)((struct world *)context)->now_ms * 1000;
}

const struct hv_source world_source = {
        .connect = world_connect,
        .disconnect = world_disconnect,
        .query = world_query,
        .subscribe = world_subscribe,
        .next = world_next,
        .open_log = world_open_log,
        .close_log = world_close_log,
        .next_record = world_next_record,
        .change_item = world_change_item,
        .now_ms = world_now_ms,
        .time_us = world_time_us,
};

void world_cleanup(struct world *world)
{
    world_disconnect(world);
    while (world->logged_count)
        free_said(take_first(world->logged, &world->logged_count));
    while (world->instance_count)
        free_said(world->instances[--world->instance_count]);
}
