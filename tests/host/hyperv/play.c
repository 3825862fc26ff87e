#include "play.h"

#include "host/live_event_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long a step of the host's waits at most. */
#define WAIT_MS 250

/* What is heard */

__attribute__((format(printf, 2, 3))) static void hear(struct play_machine *machine, const char *format, ...)
{
    char text[2600];
    size_t length = 0;
    va_list args;

    if (machine->play->machine_count > 1)
        length = (size_t)snprintf(text, sizeof(text), "%s: ", machine->label);
    va_start(args, format);
    vsnprintf(text + length, sizeof(text) - length, format, args);
    va_end(args);
    machine->play->hear(machine->play->context, text);
}

static void on_event(void *context, const struct vm_event *event)
{
    char text[1200], details[1200];

    vm_event_text(event, text, sizeof(text));
    vm_event_details_text(event, details, sizeof(details));
    hear(context, "%s%s%s", text, *details ? " " : "", details);
}

static void on_state(void *context, enum vm_state state)
{
    hear(context, "state %s", vm_state_text(state));
}

static void on_connection(void *context, bool connected, const char *fault)
{
    hear(context, "%s%s%s", connected ? "connected" : "not connected", fault ? ": " : "", fault ? fault : "");
}

static void record_opening(const struct play_machine *machine)
{
    if (machine->play->records)
        hv_recording_open(&machine->play->recording, machine->text);
}

static void on_tried(void *context, bool has_memory)
{
    record_opening(context);
    hear(context, has_memory ? "tried" : "no memory");
}

static void on_refused(void *context, const char *description)
{
    record_opening(context);
    hear(context, "refused: %s", description);
}

static void on_removed(void *context)
{
    hear(context, "removed");
}

static void on_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    static const char *const words[] = {
            "done", "not running", "no agent", "refused", "timed out", "ended", "no memory"};

    hear(context, "logged off: %s%s%s", words[result], text ? ": " : "", text ? text : "");
}

static void on_item(struct world *world, const char *text)
{
    struct play *play = world->context;

    play->hear(play->context, text);
}

static const struct live_callbacks callbacks = {
        .event = on_event,
        .state = on_state,
        .connection = on_connection,
        .tried = on_tried,
        .logged_off = on_logged_off,
        .refused = on_refused,
        .removed = on_removed,
};

/* What is done */

static void open_machine(struct play *play, const char *address)
{
    struct play_machine *machine = &play->machines[play->machine_count];
    char description[256];

    if (play->machine_count == PLAY_MACHINES_MAX || hv_address_parse(&machine->address, address, description))
        return;
    ++play->machine_count;
    machine->play = play;
    snprintf(machine->text, sizeof(machine->text), "%s", address);
    snprintf(machine->label, sizeof(machine->label), "%.60s",
            *machine->address.name ? machine->address.name : machine->address.guid.text);
    hv_machine_init(&machine->machine, &machine->address, &callbacks, machine);
    hv_computer_add(&play->computer, &machine->machine);
    machine->open = true;
}

static void close_machine(struct play *play, struct play_machine *machine)
{
    if (!machine->open)
        return;
    hv_computer_remove(&play->computer, &machine->machine);
    hv_machine_cleanup(&machine->machine);
    machine->open = false;
}

/* One logoff of a machine at a time, as the host's door has it. */
static void log_off(struct play *play, struct play_machine *machine)
{
    if (machine->open && !machine->machine.vm.logoff.active)
        hv_computer_log_off(&play->computer, &machine->machine);
}

static void for_machines(
        struct play *play, const char *address, void (*act)(struct play *play, struct play_machine *machine))
{
    struct hv_address parsed;
    char description[256];

    if (hv_address_parse(&parsed, address, description))
        return;
    for (size_t i = 0; i < play->machine_count; ++i)
    {
        if (hv_address_equals(&play->machines[i].address, &parsed))
            act(play, &play->machines[i]);
    }
}

static bool is_act(const struct said *said)
{
    return said->verb == SAID_OPENS || said->verb == SAID_CLOSES || said->verb == SAID_LOGS_OFF;
}

/* Time passes, up to there or to the next line, which then is said. Whoever opens, closes and logs off is outside of a
 * step. */
static void pass(struct world *world, uint64_t until_ms)
{
    struct play *play = world->context;

    while (play->next_line < play->line_count && play->lines[play->next_line]->ms <= until_ms)
    {
        struct said *said = play->lines[play->next_line];

        if (is_act(said))
        {
            world->now_ms = said->ms > world->now_ms ? said->ms : world->now_ms;
            return;
        }
        play->lines[play->next_line++] = NULL;
        world->now_ms = said->ms > world->now_ms ? said->ms : world->now_ms;
        if (!world_take(world, said))
        {
            said_cleanup(said);
            free(said);
        }
        if (world->told_count)
            return;
    }
    world->now_ms = until_ms > world->now_ms ? until_ms : world->now_ms;
}

static void act(struct play *play)
{
    while (play->next_line < play->line_count)
    {
        struct said *said = play->lines[play->next_line];

        if (said->ms > play->world.now_ms || !is_act(said))
            return;
        if (said->verb == SAID_OPENS)
            open_machine(play, said->rest);
        else
            for_machines(play, said->rest, said->verb == SAID_CLOSES ? close_machine : log_off);
        said_cleanup(said);
        free(said);
        play->lines[play->next_line++] = NULL;
    }
}

void play_lines(struct play *play, struct said **lines, size_t count, uint64_t after_ms)
{
    uint64_t end = play->world.now_ms + after_ms, due, wait;

    play->lines = lines;
    play->line_count = count;
    play->next_line = 0;
    if (count && lines[count - 1]->ms + after_ms > end)
        end = lines[count - 1]->ms + after_ms;
    while (play->world.now_ms < end || play->next_line < count)
    {
        pass(&play->world, play->world.now_ms);
        act(play);
        due = hv_computer_due_ms(&play->computer);
        wait = due <= play->world.now_ms ? 0 : due - play->world.now_ms;
        wait = wait < WAIT_MS ? wait : WAIT_MS;
        hv_computer_step(&play->computer, (uint32_t)wait);
        if (!hv_computer_waits(&play->computer))
            pass(&play->world, play->world.now_ms + (wait ? wait : 1));
        else if (!wait)
            ++play->world.now_ms;
    }
}

void play_init(struct play *play, void (*hear)(void *context, const char *text), void *context)
{
    memset(play, 0, sizeof(*play));
    play->hear = hear;
    play->context = context;
    play->world.pass = pass;
    play->world.hear = on_item;
    play->world.context = play;
    hv_computer_init(&play->computer, &world_source, &play->world, "");
}

void play_init_recorded(struct play *play, void (*hear)(void *context, const char *text), void *context,
        bool replaces_names, void (*write)(void *context, const char *text, size_t length), void *write_context)
{
    play_init(play, hear, context);
    play->records = true;
    hv_recording_init(&play->recording, &world_source, &play->world, replaces_names, write, write_context);
    hv_computer_init(&play->computer, &hv_recording_source, &play->recording, "");
}

void play_cleanup(struct play *play)
{
    for (size_t i = 0; i < play->machine_count; ++i)
        close_machine(play, &play->machines[i]);
    hv_computer_cleanup(&play->computer);
    if (play->records)
        hv_recording_cleanup(&play->recording);
    world_cleanup(&play->world);
}
