/*
 * The part in a guest, and the host that hears it: whatever happens there and whatever it is handed, each item that it writes is
 * one, and the host counts the logoffs that it has counted. An input is a program, a byte for each step and for what it takes;
 * what follows on a zero is a text that neither of the two has written.
 */
#include "fuzz/target.h"
#include "guest/part.h"
#include "host/hyperv/guest.h"
#include "platform/memory.h"

#include <stdio.h>
#include <string.h>

#include "support/counted_memory.h"

struct world
{
    const uint8_t *data;
    size_t size;
    struct guest_part part;
    char written[GUEST_ITEM_COUNT][GUEST_VALUE_SIZE];
    uint64_t now_ms;
    unsigned int boot;
    struct hv_guest host;
    struct hv_outlet outlet;
    struct guest_summary last;
    bool heard;
    uint64_t fired, expected;
};

static uint8_t next(struct world *world)
{
    if (!world->size)
        return 0;
    --world->size;
    return *world->data++;
}

/* Users here have names of one letter again and again. */
static void check_name(const char *name)
{
    REQUIRE(!name || strlen(name) <= GUEST_NAME_MAX);
    for (size_t i = 0; name && name[i]; ++i)
        REQUIRE(name[i] == *name && (unsigned char)name[i] >= ' ' && name[i] != 0x7F);
}

static void on_fire(void *context, const struct vm_event *event)
{
    struct world *world = context;

    REQUIRE(event->type == VM_EVENT_GUEST_LOGOFF && event->number >= 0 && event->number <= 2);
    check_name(event->details[0].name ? event->details[0].text : NULL);
    ++world->fired;
}

/* The host reads the summary, each time that it is written. */
static void hear(struct world *world, const char *value)
{
    struct hv_guest_said said = {.has_summary = true, .names = memory_alloc(sizeof(*said.names))};
    struct guest_summary summary;

    REQUIRE(guest_summary_parse(&summary, value) && said.names);
    said.summary = summary;
    memcpy(said.names->users, world->written[GUEST_USERS_ITEM], GUEST_VALUE_SIZE);
    memcpy(said.names->left, world->written[GUEST_LEFT_ITEM], GUEST_VALUE_SIZE);
    if (world->heard && !strcmp(world->last.boot, summary.boot))
    {
        REQUIRE(summary.total >= world->last.total);
        world->expected += summary.total - world->last.total;
    }
    else if (world->heard)
    {
        world->expected += world->last.users;
    }
    hv_guest_take(&world->host, &said, (int64_t)world->now_ms * 1000, &world->outlet);
    hv_guest_said_cleanup(&said);
    world->fired += hv_guest_untold(&world->host);
    REQUIRE(world->fired == world->expected);
    world->last = summary;
    world->heard = true;
}

static void write_items(struct world *world)
{
    enum guest_item item;
    const char *value;

    while (guest_part_take_item(&world->part, &item, &value))
    {
        REQUIRE(strlen(value) <= GUEST_VALUE_MAX);
        for (const char *c = value; *c; ++c)
            REQUIRE(*c >= ' ' && *c <= '~');
        strcpy(world->written[item], value);
        if (item == GUEST_SUMMARY_ITEM)
            hear(world, value);
    }
}

/* The start's name; another for each number. */
static void begin(struct world *world)
{
    char boot[GUEST_BOOT_SIZE];

    snprintf(boot, sizeof(boot), "%016x", world->boot);
    guest_part_init(&world->part, boot);
}

static void list(struct world *world)
{
    unsigned int count = next(world) % 16;

    guest_part_begin_list(&world->part);
    for (unsigned int i = 0; i < count; ++i)
    {
        char id[8], user[200];

        snprintf(id, sizeof(id), "%u", next(world));
        memset(user, 0, sizeof(user));
        memset(user, next(world), next(world) % sizeof(user));
        user[sizeof(user) - 1] = 0;
        guest_part_see(&world->part, id, user);
    }
    guest_part_end_list(&world->part, world->now_ms);
}

static void request(struct world *world)
{
    struct guest_request wish = {.number = next(world)};
    char value[GUEST_VALUE_SIZE];

    memcpy(wish.boot, world->part.summary.boot, GUEST_BOOT_SIZE);
    guest_request_write(&wish, value);
    if (guest_part_take_request(&world->part, value, world->now_ms) && next(world) % 4 == 0)
        guest_part_refuse(&world->part, "no");
}

static void restart(struct world *world, bool anew)
{
    const char *values[GUEST_ITEM_COUNT];

    world->boot += anew;
    begin(world);
    for (unsigned int i = 0; i < GUEST_ITEM_COUNT; ++i)
        values[i] = *world->written[i] ? world->written[i] : NULL;
    guest_part_resume(&world->part, values);
}

static void play(struct world *world)
{
    while (world->size)
    {
        switch (next(world) % 8)
        {
            case 0:
                return;
            case 1:
                world->now_ms += next(world) * 100u;
                guest_part_tick(&world->part, world->now_ms);
                REQUIRE(guest_part_due_ms(&world->part) > world->now_ms);
                break;
            case 2:
                request(world);
                break;
            case 3:
                guest_part_shut_down(&world->part);
                break;
            case 4:
                restart(world, next(world) % 2);
                break;
            default:
                list(world);
                break;
        }
        write_items(world);
    }
}

/* Whatever is read back is written as it was read. */
static void read_text(struct world *world)
{
    struct guest_answer answer;
    struct guest_summary summary;
    char text[2 * GUEST_VALUE_SIZE], value[GUEST_VALUE_SIZE];
    size_t length = world->size < sizeof(text) ? world->size : sizeof(text) - 1;
    const char *values[GUEST_ITEM_COUNT] = {text, text, text, text};

    memcpy(text, world->data, length);
    text[length] = 0;
    if (guest_summary_parse(&summary, text))
    {
        guest_summary_write(&summary, value);
        REQUIRE(!strcmp(text, value));
    }
    if (guest_answer_parse(&answer, text))
    {
        guest_answer_write(&answer, value);
        REQUIRE(!strcmp(text, value));
    }
    guest_part_take_request(&world->part, text, world->now_ms);
    begin(world);
    guest_part_resume(&world->part, values);
    world->heard = false;
    hv_guest_cleanup(&world->host);
    world->host = (struct hv_guest){.known = false};
    world->fired = world->expected = 0;
    guest_part_begin_list(&world->part);
    guest_part_end_list(&world->part, world->now_ms);
    write_items(world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;

    world = (struct world){.data = data, .size = size, .outlet = {on_fire, &world}};
    begin(&world);
    play(&world);
    read_text(&world);
    hv_guest_cleanup(&world.host);
    REQUIRE(!counted_memory_get()->live().blocks);
    return 0;
}
