/*
 * Memory that runs out while a live machine is followed: each request of a whole life is refused once in turn. An event
 * may be lost then, since the connection is, but none is invented or told twice, and what comes later is told as ever.
 */
#include "pretended.h"
#include "support/counted_memory.h"
#include "support/test.h"

#include "host/qemu/json_reader.h"

#include <string.h>

static struct pretended *machine;
static unsigned long requests, refused_number;
static bool armed, refused;

static bool allow(void)
{
    if (!armed || machine->is_answering || ++requests != refused_number)
        return true;
    return !(refused = true);
}

static void arm(unsigned long number)
{
    requests = 0;
    refused_number = number;
    refused = false;
    armed = true;
}

/* A life */

static void go_on(void)
{
    pretended_wait(machine, 2500);
}

static void say(const char *event, const char *data)
{
    pretended_say(machine, event, data);
    go_on();
}

static void stop(const char *run_state)
{
    machine->run_state = run_state;
    say("STOP", NULL);
}

static void resume(void)
{
    machine->run_state = "running";
    say("RESUME", NULL);
}

static void put_in(const char *drives)
{
    machine->drives = drives;
    say("DEVICE_TRAY_MOVED", NULL);
}

static void save_snapshot(void)
{
    machine->jobs = "[{\"id\": \"save\", \"type\": \"snapshot-save\"}]";
    say("JOB_STATUS_CHANGE", "{\"id\": \"save\", \"status\": \"created\"}");
    stop("save-vm");
    resume();
    machine->jobs = "[]";
    say("JOB_STATUS_CHANGE", "{\"id\": \"save\", \"status\": \"concluded\"}");
}

static void replace_port(void)
{
    machine->has_port = machine->agent_answers = false;
    say("DEVICE_DELETED", "{\"device\": \"agent0\"}");
    machine->has_port = true;
    pretended_wait(machine, 2500);
    machine->agent_answers = true;
    go_on();
}

/* It may be refused for want of memory, and then not be half done. */
static void log_off(void)
{
    machine->logoff_result = -1;
    vm_logoff(&machine->vm, machine->now_ms);
    pretended_wait(machine, 1000);
    if (refused && machine->logoff_result == VM_LOGOFF_NO_MEMORY)
    {
        machine->logoff_result = -1;
        vm_logoff(&machine->vm, machine->now_ms);
        pretended_wait(machine, 1000);
    }
    machine->users = "[]";
    go_on();
    assert_int_equal(machine->logoff_result, VM_LOGOFF_DONE);
}

/* With events and answers that wait for what may come late. */
static void lose(void)
{
    pretended_wait(machine, POLL_MS - machine->now_ms % POLL_MS - 10);
    pretended_say(machine, "RTC_CHANGE", "{\"offset\": 4}");
    pretended_say(machine, "BLOCK_IO_ERROR", "{\"device\": \"e\", \"nospace\": true, \"action\": \"report\"}");
    pretended_wait(machine, 20);
    pretended_lose(machine);
    pretended_connect(machine);
    go_on();
}

static void migrate(void)
{
    say("MIGRATION", "{\"status\": \"active\"}");
    stop("finish-migrate");
    machine->run_state = "postmigrate";
    say("MIGRATION", "{\"status\": \"completed\"}");
    pretended_move(machine);
    go_on();
}

#define CD "\"qdev\": \"cd0\", \"removable\": true, \"tray_open\""
#define FLOPPY "{\"qdev\": \"/machine/unattached/device[16]\", \"removable\": true, "

static void live(void)
{
    machine->users = "[" ALICE ", " BOB "]";
    go_on();
    stop("paused");
    resume();
    put_in("[{" CD ": false, \"inserted\": {\"file\": \"a.iso\", \"node-name\": \"#1\"}}, " FLOPPY
           "\"inserted\": {\"file\": \"a.img\", \"node-name\": \"#2\"}}]");
    put_in("[{" CD ": true}, " FLOPPY "\"inserted\": {\"file\": \"b.img\", \"node-name\": \"#3\"}}]");
    put_in("[{" CD ": false, \"inserted\": {\"file\": \"b.iso\", \"node-name\": \"#4\"}}]");
    say("RTC_CHANGE", "{\"offset\": 3}");
    say("BALLOON_CHANGE", "{\"actual\": 1048576}");
    machine->users = "[" BOB "]";
    go_on();
    lose();
    migrate();
    save_snapshot();
    replace_port();
    log_off();
    say("BLOCK_IO_ERROR", "{\"device\": \"d\", \"nospace\": true, \"action\": \"stop\"}");
    say("RESET", "{\"guest\": false, \"reason\": \"host-qmp-system-reset\"}");
    say("GUEST_PANICKED", "{\"action\": \"run\"}");
    say("POWERDOWN", NULL);
    machine->run_state = "shutdown";
    say("SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    pretended_lose(machine);
    vm_end(&machine->vm, machine->now_ms);
    ++machine->process;
    machine->drives = "[]";
    machine->run_state = "running";
}

/* What happens in a life, in two parts. */
#define EVENTS_BEFORE_MIGRATION                                                                                        \
    "OnStateChange(Paused)\n"                                                                                          \
    "OnStateChange(Running)\n"                                                                                         \
    "DVD.OnMediaEject(a.iso)\n"                                                                                        \
    "Floppy.OnMediaEject(a.img)\n"                                                                                     \
    "Floppy.OnMediaInsert(b.img)\n"                                                                                    \
    "DVD.OnMediaInsert(b.iso)\n"                                                                                       \
    "OnConfigurationChanged(hardware/bios/time_offset=3)\n"                                                            \
    "OnConfigurationChanged(hardware/memory/ram_size=1)\n"                                                             \
    "OnGuestLogoff(Normal)\n"                                                                                          \
    "OnConfigurationChanged(hardware/bios/time_offset=4)\n"                                                            \
    "OnDiskOutOfSpace(False)\n"

#define EVENTS_FROM_MIGRATION                                                                                          \
    "OnStateChange(Saving)\n"                                                                                          \
    "OnStateChange(Saved)\n"                                                                                           \
    "OnStateChange(Running)\n"                                                                                         \
    "OnStateChange(Saving)\n"                                                                                          \
    "OnStateChange(Running)\n"                                                                                         \
    "OnConfigurationChanged(hardware/devices/agent0=False)\n"                                                          \
    "OnAdditionsUninstalled()\n"                                                                                       \
    "OnConfigurationChanged(hardware/devices/agent0=True)\n"                                                           \
    "OnAdditionsAvailable()\n"                                                                                         \
    "OnGuestLogoff(External)\n"                                                                                        \
    "OnDiskOutOfSpace(True)\n"                                                                                         \
    "OnReset()\n"                                                                                                      \
    "OnHeartbeatStopped()\n"                                                                                           \
    "OnRequestShutdown()\n"                                                                                            \
    "OnGuestShutdown()\n"                                                                                              \
    "OnStateChange(TurningOff)\n"                                                                                      \
    "OnStateChange(TurnedOff)\n"

static const char events_of_a_life[] = EVENTS_BEFORE_MIGRATION EVENTS_FROM_MIGRATION;

/* What may be fired when a connection is lost. One that is made anew while the machine is migrated, and still runs, finds it
 * running. */
static const char events_with_losses[] =
        EVENTS_BEFORE_MIGRATION "OnStateChange(Saving)\nOnStateChange(Running)\n" EVENTS_FROM_MIGRATION;

static const char events_of_another[] = "OnStateChange(Running)\nOnAdditionsAvailable()\n";

/* Whether each line of the events is among the others, in their order. */
static bool are_among(const char *events, const char *others)
{
    while (*events)
    {
        size_t length = strcspn(events, "\n") + 1;

        while (*others && strncmp(events, others, length))
            others += strcspn(others, "\n") + 1;
        if (!*others)
            return false;
        events += length;
        others += length;
    }
    return true;
}

static void begin(void)
{
    if (!pretended_init(machine))
    {
        assert_true(refused);
        vm_cleanup(&machine->vm);
        assert_true(pretended_init(machine));
    }
    pretended_connect(machine);
    pretended_wait(machine, 2000);
}

/* Whether there was a request of that number. */
static bool attempt(unsigned long number)
{
    char expected[sizeof(machine->events)];

    machine = pretended_create("qemu:127.0.0.1:1,agent=2");
    machine->reconnects = true;
    arm(number);
    begin();
    live();
    armed = false;
    if (refused ? !are_among(machine->events, events_with_losses) : strcmp(machine->events, events_of_a_life))
        fail_msg("request %lu refused, %u connections lost:\n%s", number, machine->losses, machine->events);
    *machine->events = 0;

    machine->reconnects = false;
    pretended_connect(machine);
    pretended_wait(machine, 2000);
    live();
    snprintf(expected, sizeof(expected), "%s%s", events_of_another, events_of_a_life);
    pretended_expect(machine, expected);
    pretended_end(machine);
    return refused;
}

/* Where it takes several times as long, one request of several; natively each is refused. */
#if defined(__SANITIZE_ADDRESS__)
#define STEP 8
#elif defined(_WIN32)
#define STEP 4
#else
#define STEP 1
#endif

static void test_each_request_is_refused_once(void **state)
{
    struct memory_count before = counted_memory_get()->live();
    unsigned long number = 1;

    (void)state;
    attempt(0);
    while (attempt(number))
    {
        assert_int_equal(counted_memory_get()->live().blocks, before.blocks);
        number += STEP;
    }
    print_message("%lu refused\n", number / STEP);
    /* What a life takes at least. */
    assert_true(number > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_each_request_is_refused_once),
    };

    json_reader_init();
    counted_memory_get()->set_gate(allow);
    return cmocka_run_group_tests_name("memory that runs out behind a live machine", tests, NULL, NULL);
}
