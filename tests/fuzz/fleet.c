/*
 * What anybody may publish where machines of other hosts are heard: whatever it is, each event of a machine comes once and in
 * its order, nothing comes of a machine that is gone or closed, and all memory is given back.
 *
 * The input is what happens, a letter, a number of bytes, and so many bytes. m: a message, its topic up to the first end of
 * line; e, s: an event and a state as vmforward writes them, whose machine, sequence and spool the bytes choose; h: a host's
 * state; o, c: a machine is opened and closed; w: a watch begins or ends; x: the way to the broker is lost or there; f: the
 * first tries end; b: the broker lets one machine, or what the watch hears, not be heard; l: a message that is too large has come;
 * r: the broker has a session that lasts. It is played again with single requests for memory refused.
 */
#include "fuzz/target.h"

#include "fleet/cloud_event.h"
#include "fleet/topics.h"
#include "host/mqtt/fleet.h"
#include "host/mqtt/found_name.h"

#include <string.h>

#include "support/counted_memory.h"

#define MACHINES 4

/* Longer inputs have memory: they are played many times without it. */
#define SMALL 512

static const char *const hosts[] = {"h", "pc 1"};
static const char *const machines[] = {"a", "b/c"};
static const char *const keys[MACHINES] = {"h/a", "h/b%2Fc", "pc%201/a", "pc%201/b%2Fc"};
static const char *const spools[] = {"0123456789abcdef", "fedcba9876543210"};

struct listener
{
    bool open, connected, tried, removed;
    char spool[MESSAGE_SPOOL_SIZE];
    unsigned long long last; /* the number in the last id, which of those that are made here is the sequence */
};

struct play
{
    struct fleet fleet;
    struct listener machines[MACHINES], all;
    struct fleet_watch watch;
    bool watching, has_way;
};

/* What the fleet calls */

static const char *detail(const struct vm_event *event, const char *name)
{
    for (size_t i = 0; i < VM_DETAILS_MAX && event->details[i].name; ++i)
    {
        if (!strcmp(event->details[i].name, name))
            return event->details[i].text;
    }
    return NULL;
}

static bool raw; /* an input that has messages of its own, whose ids may be anything */

static void check_order(struct listener *listener, const char *id)
{
    unsigned long long number = strtoull(id + MESSAGE_SPOOL_SIZE, NULL, 10);

    REQUIRE(strncmp(listener->spool, id, MESSAGE_SPOOL_SIZE - 1) != 0 || number > listener->last);
    memcpy(listener->spool, id, MESSAGE_SPOOL_SIZE - 1);
    listener->last = number;
}

static void on_event(void *context, const struct vm_event *event)
{
    struct listener *listener = context;
    const char *id = detail(event, "id");
    struct scan_value object;

    REQUIRE(listener->open && !listener->removed && event->type == VM_EVENT_TOLD);
    REQUIRE(scan_text(event->text, event->length, &object) && object.kind == SCAN_OBJECT);
    REQUIRE(id && strlen(id) > MESSAGE_SPOOL_SIZE && detail(event, "origin"));
    if (!raw)
        check_order(listener, id);
}

static void on_state(void *context, enum vm_state state)
{
    struct listener *listener = context;

    REQUIRE(listener->open && !listener->removed && state >= VM_UNKNOWN && (int)state <= MESSAGE_STATE_DELETED);
}

static void on_connection(void *context, bool connected, const char *fault)
{
    struct listener *listener = context;

    REQUIRE(listener->open && !listener->removed && (!fault || *fault));
    listener->connected = connected;
}

static void on_tried(void *context, bool has_memory)
{
    struct listener *listener = context;

    REQUIRE(listener->open && !listener->removed && !listener->tried && has_memory);
    listener->tried = true;
}

static void on_removed(void *context)
{
    struct listener *listener = context;

    REQUIRE(listener->open && !listener->removed);
    listener->removed = true;
}

static const struct live_callbacks callbacks = {
        .event = on_event,
        .state = on_state,
        .connection = on_connection,
        .tried = on_tried,
        .removed = on_removed,
};

static const void *on_found(void *context, const struct fleet_watch *watch, const char *key)
{
    struct play *play = context;
    struct utf8_text name = {0};
    bool named;

    REQUIRE(play->watching && watch == &play->watch && strchr(key, '/'));
    found_name_append(&name, key);
    named = utf8_text_get(&name) != NULL;
    REQUIRE(!named || (strchr(name.start, '@') && !strpbrk(name.start, "*?:<>/|\\\"\n")));
    utf8_text_free(&name);
    return named ? play : NULL;
}

static const struct fleet_callbacks fleet_callbacks = {on_found};

/* What happens */

static unsigned char byte_at(const char *bytes, size_t count, size_t place)
{
    return place < count ? (unsigned char)bytes[place] : 0;
}

static void take_raw(struct play *play, const char *bytes, size_t count)
{
    const char *end = memchr(bytes, '\n', count);
    size_t length = end ? (size_t)(end - bytes) : count;
    char *topic = malloc(length + 1), *body = malloc(count - length + 1);

    /* Blocks of their own, so that nothing is read beyond them. */
    REQUIRE(topic && body);
    memcpy(topic, bytes, length);
    if (end)
        memcpy(body, end + 1, count - length - 1);
    fleet_take(&play->fleet, topic, length, body, end ? count - length - 1 : 0);
    free(topic);
    free(body);
}

static void take_right(struct play *play, const char *bytes, size_t count, bool is_state)
{
    static const char *const names[] = {"OnReset", "OnStateChange", "MachineHeard", "MachineGone", "Other"};
    unsigned char machine = byte_at(bytes, count, 0) % MACHINES, what = byte_at(bytes, count, 3) % 5;
    struct cloud_place place = {hosts[machine / 2], machines[machine % 2], spools[byte_at(bytes, count, 2) & 1],
            byte_at(bytes, count, 1) + 1u, byte_at(bytes, count, 1) + 1u};
    struct utf8_text topic = {0}, body = {0};
    char arguments[64];

    snprintf(arguments, sizeof(arguments), "{\"virtualMachineState\":%u}", byte_at(bytes, count, 4) % 12u);
    struct cloud_event event = {what < 2 ? "IVMVirtualMachineEvents" : CLOUD_EVENT_FORWARD, names[what],
            "2026-01-31T09:05:01.223Z", arguments, "", NULL, NULL};

    topic_append(&topic, place.host, place.machine, is_state ? TOPIC_STATE : event.name);
    if (is_state)
        cloud_event_append_state(&body, &place, "vmVMState_Running", event.time);
    else
        cloud_event_append(&body, &place, &event);
    if (utf8_text_get(&topic) && utf8_text_get(&body))
        fleet_take(&play->fleet, topic.start, topic.length, body.start, body.length);
    utf8_text_free(&topic);
    utf8_text_free(&body);
}

static void take_host_state(struct play *play, const char *bytes, size_t count)
{
    static const char *const states[] = {"online", "offline", "lost"};
    struct cloud_place place = {hosts[byte_at(bytes, count, 0) & 1], NULL, spools[0], 1, 0};
    struct utf8_text topic = {0}, body = {0};

    topic_append(&topic, place.host, NULL, TOPIC_STATE);
    cloud_event_append_host(&body, &place, states[byte_at(bytes, count, 1) % 3], NULL);
    if (utf8_text_get(&topic) && utf8_text_get(&body))
        fleet_take(&play->fleet, topic.start, topic.length, body.start, body.length);
    utf8_text_free(&topic);
    utf8_text_free(&body);
}

static void open_machine(struct play *play, unsigned char number)
{
    struct listener *listener = &play->machines[number];

    if (listener->open)
        return;
    *listener = (struct listener){.open = true};
    listener->open = fleet_open(&play->fleet, keys[number], listener, &callbacks, listener, number & 1) != NULL;
}

static void close_machine(struct play *play, unsigned char number)
{
    struct listener *listener = &play->machines[number];

    if (!listener->open)
        return;
    fleet_close(&play->fleet, keys[number], listener);
    listener->open = false;
}

static void toggle_watch(struct play *play, unsigned char of_host)
{
    if (play->watching)
    {
        fleet_watch_remove(&play->fleet, &play->watch);
        play->watching = play->all.open = false;
        return;
    }
    play->all = (struct listener){.open = true};
    play->watch = (struct fleet_watch){
            .owner = play, .callbacks = &callbacks, .context = &play->all, .key = of_host & 1 ? "h/+" : "+/+"};
    play->watching = true;
    fleet_watch_add(&play->fleet, &play->watch);
}

static void bar(struct play *play, unsigned char number)
{
    char filter[64];

    snprintf(filter, sizeof(filter), TOPIC_ROOT "/%s/+", number < MACHINES ? keys[number] : "+/+");
    fleet_bar(&play->fleet, filter, strlen(filter));
}

static void play_step(struct play *play, char what, const char *bytes, size_t count)
{
    switch (what)
    {
        case 'm':
            raw = true;
            take_raw(play, bytes, count);
            break;
        case 'e':
        case 's':
            take_right(play, bytes, count, what == 's');
            break;
        case 'h':
            take_host_state(play, bytes, count);
            break;
        case 'o':
            open_machine(play, byte_at(bytes, count, 0) % MACHINES);
            break;
        case 'c':
            close_machine(play, byte_at(bytes, count, 0) % MACHINES);
            break;
        case 'w':
            toggle_watch(play, byte_at(bytes, count, 0));
            break;
        case 'x':
            play->has_way = !play->has_way;
            fleet_set_way(&play->fleet, play->has_way ? NULL : "the broker is away");
            break;
        case 'b':
            bar(play, byte_at(bytes, count, 0) % (MACHINES + 1));
            break;
        case 'l':
            fleet_take_too_large(&play->fleet, bytes, count);
            break;
        case 'r':
            play->fleet.resumes = true;
            break;
        case 'f':
            fleet_finish_tries(&play->fleet);
            for (unsigned char i = 0; i < MACHINES; ++i)
                REQUIRE(!play->machines[i].open || play->machines[i].removed || play->machines[i].tried);
            break;
    }
    REQUIRE(play->fleet.past_count <= FLEET_PAST_MAX && play->fleet.found_count <= FLEET_FOUND_MAX
            && play->fleet.unopened <= play->fleet.found_count);
}

static void play_all(const char *bytes, size_t size)
{
    struct play *play = calloc(1, sizeof(*play));
    size_t count;

    REQUIRE(play);
    raw = false;
    fleet_init(&play->fleet, &fleet_callbacks, play);
    for (size_t i = 0; i + 2 <= size; i += 2 + count)
    {
        count = (unsigned char)bytes[i + 1];
        count = count < size - i - 2 ? count : size - i - 2;
        play_step(play, bytes[i], bytes + i + 2, count);
    }
    for (unsigned char i = 0; i < MACHINES; ++i)
        close_machine(play, i);
    if (play->watching)
        toggle_watch(play, 0);
    fleet_cleanup(&play->fleet);
    free(play);
    REQUIRE(!counted_memory_get()->live().blocks);
}

static unsigned int requests, refused;

static bool refuse_one(void)
{
    return ++requests != refused;
}

/* All of the first, then fewer and fewer, to the last. */
static void play_without_memory(const char *bytes, size_t size)
{
    counted_memory_get()->set_gate(refuse_one);
    for (unsigned int next = 1; next; next = requests >= refused ? next + 1 + next / 8 : 0)
    {
        refused = next;
        requests = 0;
        play_all(bytes, size);
    }
    counted_memory_get()->set_gate(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    play_all((const char *)data, size);
    if (size <= SMALL)
        play_without_memory((const char *)data, size);
    return 0;
}
