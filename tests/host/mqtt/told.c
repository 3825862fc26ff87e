#include "told.h"

#include "fleet/cloud_event.h"
#include "fleet/topics.h"
#include "host/mqtt/found_name.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

struct fleet fleet;
bool told_is_taken;

static const char time[] = "2026-01-31T09:05:01.223Z";

static void note(struct listener *listener, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(struct listener *listener, const char *format, ...)
{
    size_t length = strlen(listener->said);
    va_list args;

    va_start(args, format);
    vsnprintf(listener->said + length, sizeof(listener->said) - length, format, args);
    va_end(args);
}

static void on_event(void *context, const struct vm_event *event)
{
    struct scan_value object, name;

    assert_int_equal(event->type, VM_EVENT_TOLD);
    assert_true(scan_text(event->text, event->length, &object) && scan_find(&object, "name", &name));
    assert_string_equal(event->details[0].name, "origin");
    assert_int_equal(strncmp(event->details[0].text, "/vmevents/", 10), 0);
    note(context, "%.*s", (int)name.length, name.start);
    if (event->details[3].text)
        note(context, " behind %s missing", event->details[3].text);
    note(context, "; ");
}

static void on_state(void *context, enum vm_state state)
{
    note(context, "state %d; ", (int)state);
}

static void on_connection(void *context, bool connected, const char *fault)
{
    note(context, "%s%s%s; ", connected ? "connected" : "cut off", fault ? ": " : "", fault ? fault : "");
}

static void on_tried(void *context, bool has_memory)
{
    note(context, has_memory ? "tried; " : "no memory; ");
}

static void on_removed(void *context)
{
    note(context, "removed; ");
}

const struct live_callbacks listener_callbacks = {
        .event = on_event,
        .state = on_state,
        .connection = on_connection,
        .tried = on_tried,
        .removed = on_removed,
};

static const void *on_found(void *context, const struct fleet_watch *watch, const char *key)
{
    struct utf8_text name = {0};

    (void)context;
    found_name_append(&name, key);
    note(watch->context, "found %s; ", utf8_text_get(&name));
    utf8_text_free(&name);
    return watch->context;
}

static const struct fleet_callbacks fleet_callbacks = {on_found};

void told_begin(void)
{
    fleet_init(&fleet, &fleet_callbacks, NULL);
    told_is_taken = true;
}

void told_end(void)
{
    fleet_cleanup(&fleet);
}

void told_open(struct listener *listener, const char *key)
{
    assert_non_null(fleet_open(&fleet, key, listener, &listener_callbacks, listener, false));
}

void told_watch(struct listener *listener, struct fleet_watch *watch, const char *key)
{
    *watch = (struct fleet_watch){.owner = listener, .callbacks = &listener_callbacks, .context = listener, .key = key};
    fleet_watch_add(&fleet, watch);
}

void told_expect(struct listener *listener, const char *said)
{
    assert_string_equal(listener->said, said);
    *listener->said = 0;
}

void tell_bytes(const char *topic, const char *body)
{
    told_is_taken &= fleet_take(&fleet, topic, strlen(topic), body, strlen(body));
}

static void send_to(const char *host, const char *machine, const char *last, struct utf8_text *body)
{
    struct utf8_text topic = {0};

    topic_append(&topic, host, machine, last);
    tell_bytes(utf8_text_get(&topic), utf8_text_get(body));
    utf8_text_free(&topic);
    utf8_text_free(body);
}

static void send_event(const char *host, const char *machine, const char *spool, uint64_t sequence,
        const char *interface_name, const char *name, const char *arguments)
{
    struct cloud_place place = {host, machine, spool, sequence + 1000, sequence};
    struct cloud_event event = {interface_name, name, time, arguments, name, NULL, NULL};
    struct utf8_text body = {0};

    cloud_event_append(&body, &place, &event);
    send_to(host, machine, name, &body);
}

void tell_event(const char *host, const char *machine, const char *spool, uint64_t sequence, const char *name)
{
    send_event(host, machine, spool, sequence, "IVMVirtualMachineEvents", name, "{}");
}

void tell_state_change(const char *host, const char *machine, const char *spool, uint64_t sequence, int state)
{
    char arguments[64];

    snprintf(arguments, sizeof(arguments), "{\"virtualMachineState\":%d}", state);
    send_event(host, machine, spool, sequence, "IVMVirtualMachineEvents", "OnStateChange", arguments);
}

void tell_own(const char *host, const char *machine, const char *spool, uint64_t sequence, const char *name, int state)
{
    char arguments[64];

    snprintf(arguments, sizeof(arguments), "{\"virtualMachineState\":%d}", state);
    send_event(host, machine, spool, sequence, CLOUD_EVENT_FORWARD, name, arguments);
}

void tell_state(const char *host, const char *machine, const char *spool, uint64_t sequence, const char *state)
{
    struct cloud_place place = {host, machine, spool, sequence + 1000, sequence};
    struct utf8_text body = {0};

    cloud_event_append_state(&body, &place, state, time);
    send_to(host, machine, TOPIC_STATE, &body);
}

void tell_host(const char *host, const char *state)
{
    struct cloud_place place = {host, NULL, SPOOL, 1, 0};
    struct utf8_text body = {0};

    cloud_event_append_host(&body, &place, state, time);
    send_to(host, NULL, TOPIC_STATE, &body);
}
