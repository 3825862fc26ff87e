/* Machines that are found: which, under what name, and what becomes of those that are not opened. */
#include "told.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static struct listener all, web;
static struct fleet_watch watch;

static int set_up(void **state)
{
    (void)state;
    memset(&all, 0, sizeof(all));
    memset(&web, 0, sizeof(web));
    told_begin();
    fleet_set_way(&fleet, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    told_end();
    return 0;
}

static void what_comes_before_it_is_open(void **state)
{
    (void)state;
    told_watch(&all, &watch, "+/+");
    told_expect(&all, "connected; ");
    fleet_finish_tries(&fleet);
    told_expect(&all, "tried; ");
    tell_host("h", "online");
    tell_bytes("vmevents/h/Web/state", "");
    told_expect(&all, "");
    tell_state("h", "Web", SPOOL, 6, "vmVMState_Running");
    tell_event("h", "Web", SPOOL, 7, "OnReset");
    tell_state_change("h", "Web", SPOOL, 8, 6);
    tell_event("h", "=host", SPOOL, 1, "OnReset");
    told_expect(&all, "found Web@h; found =host@h; ");
    told_open(&web, "h/Web");
    told_expect(&web, "connected; state 5; OnReset; OnStateChange; tried; ");
    tell_event("h", "Web", SPOOL, 8, "OnReset");
    tell_event("h", "Web", SPOOL, 9, "OnReset");
    told_expect(&web, "OnReset; ");
    told_expect(&all, "");
    fleet_watch_remove(&fleet, &watch);
    tell_event("h", "Mail", SPOOL, 1, "OnReset");
    tell_event("h", "Web", SPOOL, 10, "OnReset");
    told_expect(&web, "OnReset; ");
    told_expect(&all, "");
}

static void a_watch_that_is_barred(void **state)
{
    static const char filter[] = "vmevents/+/+/+";

    (void)state;
    told_watch(&all, &watch, "+/+");
    tell_event("h", "Web", SPOOL, 1, "OnReset");
    told_open(&web, "h/Web");
    fleet_set_way(&fleet, "the broker is away");
    *all.said = *web.said = 0;
    fleet_bar(&fleet, filter, sizeof(filter) - 1);
    fleet_set_way(&fleet, NULL);
    told_expect(&all,
            "cut off: the broker does not let the machines be heard, as brokers do when the user has no right to it; ");
    told_expect(&web,
            "cut off: the broker does not let the machine be heard, as brokers do when the user has no right to it; ");
}

static void one_host_alone(void **state)
{
    (void)state;
    told_watch(&all, &watch, "pc%201/+");
    *all.said = 0;
    tell_event("pc 1", "Web", SPOOL, 1, "OnReset");
    tell_event("pc", "Web", SPOOL, 1, "OnReset");
    tell_event("pc 11", "Web", SPOOL, 1, "OnReset");
    told_expect(&all, "found Web@pc 1; ");
    assert_true(fleet_is_watched(&fleet, "pc%201/Mail", 6));
    assert_false(fleet_is_watched(&fleet, "pc%2011/Mail", 7));
}

static void names(void **state)
{
    (void)state;
    told_watch(&all, &watch, "+/+");
    *all.said = 0;
    tell_event("a.b", "\xc3\xbc 1", SPOOL, 1, "OnReset");
    tell_event("a@b", "c/d", SPOOL, 1, "OnReset");
    tell_event("b", "c%2Fd@a", SPOOL, 1, "OnReset");
    tell_event("h", "a\nb\xc2\x85\xe2\x80\xa8", SPOOL, 1, "OnReset");
    told_expect(&all, "found \xc3\xbc 1@a.b; found c%2Fd@a%40b; found c%252Fd%40a@b; found a%0Ab%C2%85%E2%80%A8@h; ");
}

static void what_is_not_opened(void **state)
{
    (void)state;
    told_watch(&all, &watch, "+/+");
    fleet_finish_tries(&fleet);
    *all.said = 0;
    tell_event("h", "Web", SPOOL, 1, "OnReset");
    told_expect(&all, "found Web@h; ");
    fleet_close(&fleet, "h/Web", &all);
    told_expect(&all,
            "connected: 1 of the machines that were found are not open here: they were removed, or another has "
            "the name, or it is longer than any can be; ");
    tell_event("h", "Web", SPOOL, 2, "OnReset");
    told_expect(&all, "");
    /* By hand it can be opened all the same; when that ends it stays unopened. */
    told_open(&web, "h/Web");
    tell_event("h", "Web", SPOOL, 3, "OnReset");
    told_expect(&web,
            "connected: the broker has nothing to say of a machine of that name and host yet; tried; "
            "OnReset; connected; ");
    fleet_close(&fleet, "h/Web", &web);
    *all.said = 0;
    /* Another that is made where it was is another. */
    tell_state_change("h", "Web", SPOOL, 4, 10);
    told_expect(&all, "connected; ");
    tell_own("h", "Web", SPOOL, 5, "MachineHeard", 1);
    told_expect(&all, "found Web@h; ");
}

/* All of it comes in one burst, as from a session that lasts, before the host has removed the first. */
static void a_machine_that_is_made_anew(void **state)
{
    (void)state;
    told_watch(&all, &watch, "+/+");
    fleet_finish_tries(&fleet);
    *all.said = 0;
    tell_event("h", "Web", SPOOL, 1, "OnReset");
    for (uint64_t i = 2; i < 8; i += 3)
    {
        tell_state_change("h", "Web", SPOOL, i, 10);
        tell_bytes("vmevents/h/Web/state", "");
        tell_own("h", "Web", SPOOL, i + 1, "MachineHeard", 5);
        tell_state("h", "Web", SPOOL, i + 1, "vmVMState_Running");
        tell_event("h", "Web", SPOOL, i + 2, "OnTripleFault");
    }
    told_expect(&all, "found Web@h; ");
    told_open(&web, "h/Web");
    told_expect(&web, "connected; OnReset; tried; removed; ");
    /* The host has removed it. */
    fleet_close(&fleet, "h/Web", &web);
    told_expect(&all, "found Web@h; ");
    told_open(&web, "h/Web");
    told_expect(&web, "connected; state 5; OnTripleFault; tried; removed; ");
    /* It has not yet, and more comes. */
    tell_event("h", "Web", SPOOL, 8, "OnReset");
    fleet_close(&fleet, "h/Web", &web);
    told_expect(&all, "found Web@h; ");
    told_open(&web, "h/Web");
    told_expect(&web, "connected; state 5; OnTripleFault; OnReset; tried; ");
    /* The last words of one are none of another. */
    tell_state_change("h", "Web", SPOOL, 9, 10);
    tell_bytes("vmevents/h/Web/state", "");
    tell_event("h", "Web", SPOOL, 8, "OnReset");
    fleet_close(&fleet, "h/Web", &web);
    told_expect(&all, "");
}

/* Its vmforward has another node, and says again what it has said last. */
static void a_machine_that_was_deleted_is_told_of_again(void **state)
{
    (void)state;
    told_watch(&all, &watch, "+/+");
    fleet_finish_tries(&fleet);
    tell_event("h", "Web", SPOOL, 1, "OnReset");
    told_open(&web, "h/Web");
    tell_state_change("h", "Web", SPOOL, 2, 10);
    fleet_close(&fleet, "h/Web", &web);
    *all.said = *web.said = 0;
    for (int again = 0; again < 2; ++again)
    {
        tell_event("h", "Web", SPOOL, 1, "OnReset");
        tell_state("h", "Web", SPOOL, 1, "vmVMState_Running");
        tell_state_change("h", "Web", SPOOL, 2, 10);
    }
    told_expect(&all, "");
    /* Another one of that name. */
    tell_own("h", "Web", SPOOL, 3, "MachineHeard", 5);
    told_expect(&all, "found Web@h; ");
    fleet_close(&fleet, "h/Web", &all);
    *all.said = 0;
    /* It is not opened; what is said again of the first one changes nothing. */
    tell_event("h", "Web", SPOOL, 4, "OnReset");
    tell_state_change("h", "Web", SPOOL, 2, 10);
    tell_bytes("vmevents/h/Web/state", "");
    tell_event("h", "Web", SPOOL, 4, "OnReset");
    told_expect(&all, "");
    assert_int_equal(fleet.unopened, 1);
    tell_state_change("h", "Web", SPOOL, 5, 10);
    tell_event("h", "Web", SPOOL, 4, "OnReset");
    told_expect(&all, "connected; ");
    assert_int_equal(fleet.unopened, 0);
}

static void those_that_are_past_are_bounded(void **state)
{
    char name[32], key[32];

    (void)state;
    for (int i = 0; i < FLEET_PAST_MAX + 10; ++i)
    {
        snprintf(name, sizeof(name), "m%d", i);
        snprintf(key, sizeof(key), "h/m%d", i);
        told_open(&web, key);
        tell_event("h", name, SPOOL, 1, "OnReset");
        fleet_close(&fleet, key, &web);
        *web.said = 0;
    }
    assert_int_equal(fleet.past_count, FLEET_PAST_MAX);
    assert_string_equal(fleet.oldest->key, "h/m10");
    told_open(&web, "h/m10");
    assert_string_equal(fleet.oldest->key, "h/m11");
    assert_int_equal(fleet.past_count, FLEET_PAST_MAX - 1);
}

/* Whoever opens it by hand, before the host has let go of the one that was deleted, has it anew. */
static void a_machine_that_is_opened_anew(void **state)
{
    struct listener again = {0};

    (void)state;
    told_open(&web, "h/Web");
    tell_state_change("h", "Web", SPOOL, 2, 10);
    *web.said = 0;
    told_open(&again, "h/Web");
    *again.said = 0;
    fleet_close(&fleet, "h/Web", &web);
    tell_own("h", "Web", SPOOL, 3, "MachineHeard", 5);
    tell_event("h", "Web", SPOOL, 4, "OnReset");
    told_expect(&web, "");
    assert_non_null(strstr(again.said, "state 5; "));
    assert_non_null(strstr(again.said, "OnReset; "));
}

/* What was wrong with it while it was open is nothing of the next opening's. */
static void one_that_is_refused_and_opened_again(void **state)
{
    (void)state;
    told_watch(&all, &watch, "+/+");
    tell_event("h", "Web", SPOOL, 1, "OnReset");
    told_open(&web, "h/Web");
    tell_event("h", "Web", SPOOL, 5, "OnReset");
    assert_non_null(strstr(web.said, "3 of the machine's events"));
    tell_bytes("vmevents/h/Web/OnReset", "<html>");
    fleet_close(&fleet, "h/Web", &web);
    tell_event("h", "Web", SPOOL, 6, "OnReset");
    *web.said = 0;
    told_open(&web, "h/Web");
    tell_event("h", "Web", SPOOL, 9, "OnReset");
    told_expect(&web,
            "connected: the broker has nothing to say of a machine of that name and host yet; tried; "
            "OnReset; connected; ");
}

static void no_more_than_there_may_be(void **state)
{
    char name[32];

    (void)state;
    told_watch(&all, &watch, "+/+");
    fleet_finish_tries(&fleet);
    for (int i = 0; i < FLEET_FOUND_MAX; ++i)
    {
        snprintf(name, sizeof(name), "m%d", i);
        tell_event("h", name, SPOOL, 1, "OnReset");
        *all.said = 0;
    }
    tell_event("h", "one more", SPOOL, 1, "OnReset");
    tell_event("h", "and one", SPOOL, 1, "OnReset");
    told_expect(&all, "connected: more than 4096 machines were found; the others are not opened; ");
}

static void the_hosts_that_are_known(void **state)
{
    char name[32];

    (void)state;
    tell_host("other", "lost");
    assert_int_equal(fleet.host_count, 0);
    told_open(&web, "h/Web");
    tell_host("other", "lost");
    tell_host("h", "lost");
    assert_int_equal(fleet.host_count, 1);
    told_watch(&all, &watch, "+/+");
    *all.said = 0;
    for (int i = 0; i < FLEET_HOSTS_MAX + 2; ++i)
    {
        snprintf(name, sizeof(name), "h%d", i);
        tell_host(name, "lost");
    }
    assert_int_equal(fleet.host_count, FLEET_HOSTS_MAX);
    told_expect(
            &all, "connected: there are more than 4096 hosts; of the others it is not known whether they are lost; ");
    fleet_watch_remove(&fleet, &watch);
    assert_int_equal(fleet.host_count, 1);
    fleet_close(&fleet, "h/Web", &web);
    assert_int_equal(fleet.host_count, 0);
}

static void no_more_may_wait_than_there_is_room(void **state)
{
    (void)state;
    told_watch(&all, &watch, "+/+");
    for (uint64_t i = 1; i < 3000; ++i)
        tell_event("h", "Web", SPOOL, i, "OnReset");
    told_open(&web, "h/Web");
    memset(web.said, 0, sizeof(web.said));
    tell_event("h", "Web", SPOOL, 3000, "OnReset");
    assert_non_null(strstr(web.said, "OnReset behind 1975 missing; connected: 1975 of"));
}

/* What there is no room for is left at a broker that keeps it. */
static void what_waits_at_the_broker(void **state)
{
    (void)state;
    fleet.resumes = true;
    told_watch(&all, &watch, "+/+");
    for (uint64_t i = 1; i <= REMOTE_WAITING_COUNT; ++i)
        tell_event("h", "Web", SPOOL, i, "OnReset");
    assert_true(told_is_taken);
    tell_event("h", "Web", SPOOL, REMOTE_WAITING_COUNT + 1, "OnReset");
    assert_false(told_is_taken);
    told_open(&web, "h/Web");
    memset(web.said, 0, sizeof(web.said));
    told_is_taken = true;
    tell_event("h", "Web", SPOOL, REMOTE_WAITING_COUNT + 1, "OnReset");
    assert_true(told_is_taken);
    told_expect(&web, "OnReset; ");
    assert_int_equal(fleet.waiting_bytes, 0);
    /* All of them together. */
    fleet.waiting_bytes = REMOTE_WAITING_BYTES_OF_ALL - 100;
    tell_event("h", "Mail", SPOOL, 1, "OnReset");
    assert_false(told_is_taken);
    fleet.waiting_bytes = 0;
    told_is_taken = true;
    tell_event("h", "Mail", SPOOL, 1, "OnReset");
    assert_true(told_is_taken && fleet.waiting_bytes > 100);
}

static bool refuse_all(void)
{
    return false;
}

static void no_memory(void **state)
{
    (void)state;
    told_watch(&all, &watch, "+/+");
    *all.said = 0;
    counted_memory_get()->set_gate(refuse_all);
    fleet_take(&fleet, "vmevents/h/Web/state", 20, "", 0);
    assert_null(fleet_open(&fleet, "h/Web", &web, &listener_callbacks, &web, false));
    counted_memory_get()->set_gate(NULL);
    told_expect(&all, "");
}

#define WATCH_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            WATCH_TEST(what_comes_before_it_is_open),
            WATCH_TEST(a_watch_that_is_barred),
            WATCH_TEST(one_host_alone),
            WATCH_TEST(names),
            WATCH_TEST(what_is_not_opened),
            WATCH_TEST(a_machine_that_is_made_anew),
            WATCH_TEST(a_machine_that_is_opened_anew),
            WATCH_TEST(a_machine_that_was_deleted_is_told_of_again),
            WATCH_TEST(those_that_are_past_are_bounded),
            WATCH_TEST(one_that_is_refused_and_opened_again),
            WATCH_TEST(no_more_than_there_may_be),
            WATCH_TEST(the_hosts_that_are_known),
            WATCH_TEST(no_more_may_wait_than_there_is_room),
            WATCH_TEST(what_waits_at_the_broker),
            WATCH_TEST(no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
