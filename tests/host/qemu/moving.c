/*
 * A machine that goes from one QEMU to another: it is the same machine there, and nothing is heard twice. Two or three
 * QEMUs are pretended, in the same loop.
 */
#include "conversation.h"
#include "host/qemu/attachment.h"
#include "host/qemu/dial.h"
#include "host/qemu/json_reader.h"
#include "places.h"
#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define ALICE "[{\"user\": \"alice\", \"login-time\": 700}]"
#define BOTH "[{\"user\": \"alice\", \"login-time\": 700}, {\"user\": \"bob\", \"login-time\": 800}]"

/* What follows from something is there after so long, a poll of the agent too; and a poll of QEMU's. */
#define SETTLED_MS 1500
#define POLLED_MS 2600

static struct place *const source = &places[0], *const destination = &places[1], *const third = &places[2];

static struct attachment attachment;
static unsigned int attached_times, tried_times;
static bool closed, connected;
static enum vm_state learnt;
static char events[2048], fault[LIVE_FAULT_SIZE];

/* What the attachment calls */

static void on_event(void *context, const struct vm_event *event)
{
    size_t length = strlen(events);

    (void)context;
    assert_true(length + 200 < sizeof(events));
    vm_event_text(event, events + length, 198);
    strcat(events, "\n");
}

static void on_state(void *context, enum vm_state state)
{
    (void)context;
    learnt = state;
}

static void on_connection(void *context, bool is_connected, const char *what)
{
    (void)context;
    if (is_connected && !connected)
        ++attached_times;
    connected = is_connected;
    snprintf(fault, sizeof(fault), "%s", what ? what : "");
}

static void on_tried(void *context, bool has_memory)
{
    (void)context;
    assert_true(has_memory);
    ++tried_times;
}

static void on_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    (void)context, (void)result, (void)text;
}

static void on_closed(void *context)
{
    (void)context;
    closed = true;
}

static const struct live_callbacks callbacks = {
        .event = on_event,
        .state = on_state,
        .connection = on_connection,
        .tried = on_tried,
        .logged_off = on_logged_off,
        .closed = on_closed,
};

/* Opening and closing */

static void open_machine(unsigned int place_count)
{
    size_t size = 0;
    char text[256], complaint[256];
    static struct address address; /* the attachment has no copy */

    for (unsigned int i = 0; i < place_count; ++i)
        size += (size_t)snprintf(text + size, sizeof(text) - size,
                i ? ",next=127.0.0.1:%u,next-agent=%u" : "qemu:127.0.0.1:%u,agent=%u", places[i].port,
                places[i].agent_port);
    assert_null(address_parse(&address, text, complaint));
    assert_true(attachment_open(&attachment, &places_loop, &callbacks, NULL, &address, NULL));
}

static void close_machine(void)
{
    attachment_close(&attachment);
    while (!closed)
        uv_run(&places_loop, UV_RUN_ONCE);
}

static int set_up(void **state)
{
    (void)state;
    attached_times = tried_times = 0;
    closed = connected = false;
    learnt = VM_UNKNOWN;
    *events = *fault = 0;
    places_set_up();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (!closed)
        close_machine();
    places_tear_down();
    return 0;
}

static void expect(const char *expected)
{
    assert_string_equal(events, expected);
    *events = 0;
}

/* Waits until so much has been heard; a test that waits in vain ends by CTest's time limit. */
static void await(const char *text)
{
    while (!strstr(events, text))
        uv_run(&places_loop, UV_RUN_ONCE);
}

static void await_fault(const char *part)
{
    while (!strstr(fault, part))
        uv_run(&places_loop, UV_RUN_ONCE);
}

static void await_client(const struct place *place)
{
    while (!place_has_client(place))
        uv_run(&places_loop, UV_RUN_ONCE);
}

/* A machine at the source, and those users known to be logged on; the destination waits for it. */
static void start_with(const char *users, unsigned int place_count)
{
    source->users = users;
    destination->run_state = "inmigrate";
    third->run_state = "inmigrate";
    open_machine(place_count);
    while (source->asked_users < 2)
        uv_run(&places_loop, UV_RUN_ONCE);
    /* Events pass at once from here on. */
    places_wait(1500);
    assert_int_equal(learnt, VM_RUNNING);
    expect("");
}

/* Migrations, as QEMU tells of them */

static void begin_migration(struct place *place)
{
    place_say(place, "MIGRATION", "{\"status\": \"setup\"}");
    place_say(place, "MIGRATION", "{\"status\": \"active\"}");
    places_wait(100);
}

static void stop_for_migration(struct place *place)
{
    place->run_state = "finish-migrate";
    place_say(place, "STOP", NULL);
    places_wait(50);
}

static void complete_migration(struct place *place)
{
    place->run_state = "postmigrate";
    place->migration = "completed";
    place_say(place, "MIGRATION", "{\"status\": \"completed\"}");
    places_wait(50);
}

static void send_away(struct place *place)
{
    begin_migration(place);
    stop_for_migration(place);
    complete_migration(place);
}

static void arrive(struct place *place, const char *users)
{
    place->users = users;
    place->migration = "completed";
    place->run_state = "running";
}

static void quit(struct place *place)
{
    place_say(place, "SHUTDOWN", "{\"guest\": false, \"reason\": \"host-qmp-quit\"}");
    places_wait(20);
    place_kill(place);
}

/* Tests */

/* The port that the guest has open opens a moment later there, and the medium has another path. */
static void test_it_is_the_same_machine(void **state)
{
    (void)state;
    source->drives =
            "[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false, \"inserted\": {\"file\": \"/a/1.iso\"}}]";
    destination->drives =
            "[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false, \"inserted\": {\"file\": \"/b/1.iso\"}}]";
    destination->port_open = false;
    start_with(ALICE, 2);
    send_away(source);
    places_wait(300);
    expect("OnStateChange(Saving)\nOnStateChange(Saved)\n");
    arrive(destination, ALICE);
    await("Running");
    await_client(destination);
    assert_false(place_has_client(source));
    /* Until all has been answered there, and the agent too. */
    places_wait(500);
    destination->port_open = true;
    place_say(destination, "VSERPORT_CHANGE", "{\"id\": \"agent0\", \"open\": true}");
    places_wait(POLLED_MS);
    expect("OnStateChange(Running)\n");
    assert_string_equal(fault, "");
    /* Whatever becomes of the QEMU that it was at. */
    place_kill(source);
    destination->users = "[]";
    await("Logoff");
    places_wait(POLLED_MS);
    expect("OnGuestLogoff(Normal)\n");
    assert_int_equal(tried_times, 1);
}

/* Who leaves while nobody could see it has logged off. */
static void test_who_leaves_on_the_way(void **state)
{
    (void)state;
    start_with(BOTH, 2);
    send_away(source);
    arrive(destination, ALICE);
    await("Logoff");
    places_wait(SETTLED_MS);
    expect("OnStateChange(Saving)\nOnStateChange(Saved)\nOnStateChange(Running)\nOnGuestLogoff(Normal)\n");
}

/* Who logs on while it is being migrated is known at the other end, and who logs off then is not heard of again. */
static void test_users_during_a_long_migration(void **state)
{
    (void)state;
    start_with(ALICE, 2);
    begin_migration(source);
    source->users = BOTH;
    places_wait(SETTLED_MS);
    source->users = "[{\"user\": \"bob\", \"login-time\": 800}]";
    await("Logoff");
    expect("OnStateChange(Saving)\nOnGuestLogoff(Normal)\n");
    stop_for_migration(source);
    complete_migration(source);
    arrive(destination, "[]");
    await("Logoff");
    places_wait(SETTLED_MS);
    expect("OnStateChange(Saved)\nOnStateChange(Running)\nOnGuestLogoff(Normal)\n");
}

/* As it is asked for when nothing more is to be done there: its machine is still on the way. */
static void test_a_source_that_ends_at_once(void **state)
{
    (void)state;
    start_with(ALICE, 2);
    send_away(source);
    quit(source);
    places_wait(1000);
    expect("OnStateChange(Saving)\nOnStateChange(Saved)\n");
    arrive(destination, "[]");
    await("Logoff");
    places_wait(SETTLED_MS);
    expect("OnStateChange(Running)\nOnGuestLogoff(Normal)\n");
}

/* Without a word of the end: the last of it may not have been sent. */
static void test_a_source_that_is_killed(void **state)
{
    (void)state;
    start_with(ALICE, 2);
    begin_migration(source);
    place_kill(source);
    places_wait(500);
    expect("OnStateChange(Saving)\n");
    arrive(destination, ALICE);
    await("Running");
    places_wait(SETTLED_MS);
    expect("OnStateChange(Running)\n");
}

static void test_a_source_that_dies_on_the_way(void **state)
{
    (void)state;
    start_with(ALICE, 2);
    begin_migration(source);
    place_kill(source);
    place_kill(destination);
    await("TurnedOff");
    places_wait(500);
    expect("OnStateChange(Saving)\nOnGuestLogoff(Forced)\nOnStateChange(TurnedOff)\n");
    await_fault("nobody listens there");
}

/* It goes on waiting for a machine that does not come any more. */
static void test_a_destination_that_waits_in_vain(void **state)
{
    (void)state;
    start_with(ALICE, 2);
    begin_migration(source);
    place_kill(source);
    await("TurnedOff");
    expect("OnStateChange(Saving)\nOnGuestLogoff(Forced)\nOnStateChange(TurnedOff)\n");
}

static void test_a_migration_that_comes_to_nothing(void **state)
{
    (void)state;
    start_with(ALICE, 2);
    for (int i = 0; i < 4; ++i)
    {
        begin_migration(source);
        if (i & 1)
            stop_for_migration(source);
        place_say(source, "MIGRATION", "{\"status\": \"cancelling\"}");
        source->run_state = "running";
        if (i & 1)
            place_say(source, "RESUME", NULL);
        place_say(source, "MIGRATION", i & 2 ? "{\"status\": \"failed\"}" : "{\"status\": \"cancelled\"}");
        await("Running");
        places_wait(200);
        expect("OnStateChange(Saving)\nOnStateChange(Running)\n");
    }
    assert_int_equal(destination->greeted, 0);
    source->users = "[]";
    await("Logoff");
    expect("OnGuestLogoff(Normal)\n");
}

/* Nobody has it: it is where it was, and can go on there. */
static void test_a_destination_that_is_not_there(void **state)
{
    (void)state;
    place_kill(destination);
    start_with(ALICE, 2);
    send_away(source);
    await_fault("nobody listens there");
    assert_non_null(strstr(fault, "the machine may have gone to QEMU at 127.0.0.1"));
    assert_true(connected);
    source->run_state = "running";
    place_say(source, "RESUME", NULL);
    await("Running");
    places_wait(SETTLED_MS);
    expect("OnStateChange(Saving)\nOnStateChange(Saved)\nOnStateChange(Running)\n");
    assert_true(place_has_client(source));
    /* The fault goes with its reason. */
    assert_string_equal(fault, "");
}

static void test_a_destination_that_never_answers(void **state)
{
    (void)state;
    destination->is_mute = true;
    start_with(ALICE, 2);
    send_away(source);
    await_fault("it does not answer");
    assert_true(connected);
    place_kill(source);
    places_wait(DIAL_ANSWER_MS + SETTLED_MS);
    expect("OnStateChange(Saving)\nOnStateChange(Saved)\n");
    destination->is_mute = false;
    place_kill(destination);
    place_start(destination);
    arrive(destination, ALICE);
    await("Running");
    expect("OnStateChange(Running)\n");
}

static void test_another_machine_there(void **state)
{
    (void)state;
    destination->uuid = "99999999-2222-3333-4444-555555555555";
    start_with(ALICE, 2);
    arrive(destination, "[]");
    send_away(source);
    await_fault("another machine, whose UUID is 99999999-2222-3333-4444-555555555555 and not 11111111-2222-");
    quit(source);
    places_wait(SETTLED_MS);
    expect("OnStateChange(Saving)\nOnStateChange(Saved)\n");
    assert_non_null(strstr(fault, "another machine"));
    assert_false(connected);
}

static void test_back_again(void **state)
{
    (void)state;
    start_with(ALICE, 2);
    for (int i = 0; i < 4; ++i)
    {
        struct place *from = &places[i % 2], *to = &places[1 - i % 2];

        send_away(from);
        arrive(to, ALICE);
        await("Running");
        await_client(to);
        /* It is prepared for the way back. */
        place_kill(from);
        from->run_state = "inmigrate";
        from->migration = "";
        place_start(from);
        places_wait(1500);
        expect("OnStateChange(Saving)\nOnStateChange(Saved)\nOnStateChange(Running)\n");
    }
    source->users = "[]";
    await("Logoff");
    expect("OnGuestLogoff(Normal)\n");
}

static void test_the_third_place(void **state)
{
    (void)state;
    start_with(ALICE, 3);
    destination->is_mute = true;
    send_away(source);
    arrive(third, ALICE);
    await("Running");
    await_client(third);
    places_wait(SETTLED_MS);
    expect("OnStateChange(Saving)\nOnStateChange(Saved)\nOnStateChange(Running)\n");
}

/* Where it was opened it is no more, or not again: it has been at the other place all along. */
static void test_found_where_it_is(void **state)
{
    static const char *const run_states[] = {NULL, "postmigrate", "inmigrate"};

    (void)state;
    for (size_t i = 0; i < sizeof(run_states) / sizeof(run_states[0]); ++i)
    {
        if (i)
            set_up(NULL);
        if (run_states[i])
            source->run_state = run_states[i];
        else
            place_kill(source);
        arrive(destination, ALICE);
        open_machine(2);
        while (!tried_times)
            uv_run(&places_loop, UV_RUN_ONCE);
        assert_true(connected);
        assert_int_equal(learnt, VM_RUNNING);
        places_wait(SETTLED_MS);
        expect("");
        assert_true(place_has_client(destination));
        destination->users = "[]";
        await("Logoff");
        expect("OnGuestLogoff(Normal)\n");
        if (i + 1 < sizeof(run_states) / sizeof(run_states[0]))
            tear_down(NULL);
    }
}

static void test_nobody_anywhere(void **state)
{
    (void)state;
    place_kill(source);
    place_kill(destination);
    open_machine(2);
    while (!tried_times)
        uv_run(&places_loop, UV_RUN_ONCE);
    assert_int_equal(learnt, VM_TURNED_OFF);
    expect("");
    place_start(destination);
    await("Running");
    await("Additions");
    expect("OnStateChange(Running)\nOnAdditionsAvailable()\n");
}

/* It has not come from where it was: its sessions are over. */
static void test_started_at_another_place(void **state)
{
    (void)state;
    start_with(ALICE, 2);
    destination->run_state = "running";
    place_kill(source);
    await("Running");
    places_wait(SETTLED_MS);
    expect("OnGuestLogoff(Forced)\nOnStateChange(TurnedOff)\nOnStateChange(Running)\nOnAdditionsAvailable()\n");
}

/* Whatever has been started there may be another. Where it has come from elsewhere it is this one. */
static void test_machines_without_a_uuid(void **state)
{
    (void)state;
    source->uuid = destination->uuid = "00000000-0000-0000-0000-000000000000";
    start_with(ALICE, 2);
    destination->run_state = "running";
    send_away(source);
    await_fault("give both QEMUs the same -uuid");
    places_wait(SETTLED_MS);
    expect("OnStateChange(Saving)\nOnStateChange(Saved)\n");
    arrive(destination, ALICE);
    await("Running");
    places_wait(SETTLED_MS);
    expect("OnStateChange(Running)\n");
}

/* A QEMU that has sent its machine away is not one that has it. */
static void test_a_connection_that_is_lost_for_a_moment(void **state)
{
    (void)state;
    destination->run_state = "postmigrate";
    destination->migration = "completed";
    source->users = ALICE;
    open_machine(2);
    places_wait(SETTLED_MS);
    for (int i = 0; i < 3; ++i)
    {
        place_kill(source);
        place_start(source);
        source->process -= 10;
        places_wait(1000);
        await_client(source);
    }
    expect("");
    assert_true(connected);
}

/* At each step of the loop from the start of a search on. */
static void test_closed_at_every_moment(void **state)
{
    (void)state;
    place_kill(third);
    for (int steps = 0; steps < 24; ++steps)
    {
        source->run_state = "postmigrate";
        destination->run_state = steps % 3 ? "inmigrate" : "running";
        open_machine(3);
        for (int i = 0; i < steps; ++i)
            uv_run(&places_loop, UV_RUN_ONCE);
        close_machine();
        closed = false;
    }
    open_machine(3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(it_is_the_same_machine),
            TEST(who_leaves_on_the_way),
            TEST(users_during_a_long_migration),
            TEST(a_source_that_ends_at_once),
            TEST(a_source_that_is_killed),
            TEST(a_source_that_dies_on_the_way),
            TEST(a_destination_that_waits_in_vain),
            TEST(a_migration_that_comes_to_nothing),
            TEST(a_destination_that_is_not_there),
            TEST(a_destination_that_never_answers),
            TEST(another_machine_there),
            TEST(back_again),
            TEST(the_third_place),
            TEST(found_where_it_is),
            TEST(nobody_anywhere),
            TEST(started_at_another_place),
            TEST(machines_without_a_uuid),
            TEST(a_connection_that_is_lost_for_a_moment),
            TEST(closed_at_every_moment),
    };

#ifdef SIGPIPE
    /* On POSIX systems a peer that is gone would end the program. */
    signal(SIGPIPE, SIG_IGN);
#endif
    json_reader_init();
    return cmocka_run_group_tests_name("machines that move", tests, NULL, NULL);
}
