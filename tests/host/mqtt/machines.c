/* Machines that have been opened: what of their messages is news, in what order, and what is wrong with them. */
#include "told.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

static struct listener web;

static int set_up(void **state)
{
    (void)state;
    memset(&web, 0, sizeof(web));
    told_begin();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    told_end();
    return 0;
}

static void begin_heard(void)
{
    told_open(&web, "h/Web");
    fleet_set_way(&fleet, NULL);
    tell_state("h", "Web", SPOOL, 6, "vmVMState_Running");
    *web.said = 0;
}

static void a_machine_and_its_state(void **state)
{
    (void)state;
    told_open(&web, "h/Web");
    told_expect(&web, "cut off: the broker has not been reached yet; ");
    fleet_set_way(&fleet, NULL);
    told_expect(&web, "connected: the broker has nothing to say of a machine of that name and host yet; ");
    tell_state("h", "Web", SPOOL, 6, "vmVMState_Running");
    told_expect(&web, "state 5; connected; tried; ");
    tell_state_change("h", "Web", SPOOL, 7, 6);
    tell_state("h", "Web", SPOOL, 7, "vmVMState_Paused");
    tell_event("h", "Mail", SPOOL, 1, "OnReset");
    tell_event("other", "Web", SPOOL, 1, "OnReset");
    told_expect(&web, "OnStateChange; ");
    /* A state without its event: that will not come any more, or is to come. */
    tell_state("h", "Web", SPOOL, 9, "vmVMState_Saved");
    told_expect(&web, "state 2; ");
}

static void nothing_is_known(void **state)
{
    (void)state;
    told_open(&web, "h/Web");
    fleet_set_way(&fleet, NULL);
    *web.said = 0;
    fleet_finish_tries(&fleet);
    told_expect(&web, "tried; ");
    fleet_finish_tries(&fleet);
    told_expect(&web, "");
}

static void a_broker_that_is_away(void **state)
{
    (void)state;
    told_open(&web, "h/Web");
    *web.said = 0;
    fleet_set_way(&fleet, "the broker is away");
    fleet_finish_tries(&fleet);
    told_expect(&web, "cut off: the broker is away; tried; ");
    fleet_set_way(&fleet, "the broker is away");
    told_expect(&web, "");
    fleet_set_way(&fleet, NULL);
    tell_event("h", "Web", SPOOL, 1, "OnReset");
    told_expect(&web,
            "connected: the broker has nothing to say of a machine of that name and host yet; OnReset; connected; ");
}

static void repeats(void **state)
{
    (void)state;
    begin_heard();
    for (int again = 0; again < 2; ++again)
    {
        for (uint64_t i = 7; i < 11; ++i)
            tell_event("h", "Web", SPOOL, i, "OnReset");
    }
    tell_event("h", "Web", SPOOL, 1, "OnReset");
    told_expect(&web, "OnReset; OnReset; OnReset; OnReset; ");
}

/* vmforward says again what it has said last, as when it has another node. */
static void what_was_before_it_was_opened(void **state)
{
    (void)state;
    begin_heard();
    for (uint64_t i = 2; i < 7; ++i)
        tell_event("h", "Web", SPOOL, i, "OnReset");
    tell_state("h", "Web", SPOOL, 6, "vmVMState_Running");
    told_expect(&web, "");
    /* Others may have been between the state and the opening. */
    tell_event("h", "Web", SPOOL, 9, "OnReset");
    tell_event("h", "Web", SPOOL, 8, "OnReset");
    told_expect(&web, "OnReset; ");
}

/* What the broker has kept may come behind the retained state, which is of later. */
static void a_session_that_lasts(void **state)
{
    (void)state;
    fleet.resumes = true;
    begin_heard();
    for (uint64_t i = 4; i < 7; ++i)
        tell_event("h", "Web", SPOOL, i, "OnReset");
    told_expect(&web, "OnReset; OnReset; OnReset; ");
}

static void a_machine_that_is_opened_again(void **state)
{
    (void)state;
    begin_heard();
    tell_event("h", "Web", SPOOL, 7, "OnReset");
    fleet_close(&fleet, "h/Web", &web);
    told_open(&web, "h/Web");
    *web.said = 0;
    tell_event("h", "Web", SPOOL, 7, "OnReset");
    told_expect(&web, "");
    /* What came meanwhile was not heard, and is not missing. */
    tell_event("h", "Web", SPOOL, 20, "OnReset");
    told_expect(&web, "OnReset; connected; ");
}

static void gaps(void **state)
{
    (void)state;
    begin_heard();
    tell_event("h", "Web", SPOOL, 7, "OnReset");
    tell_event("h", "Web", SPOOL, 11, "OnTripleFault");
    told_expect(&web,
            "OnReset; OnTripleFault behind 3 missing; connected: 3 of the machine's events have not come, the "
            "last of them in front of number 11 of its host's spool; they were lost there or on the way; ");
    tell_event("h", "Web", SPOOL, 12, "OnReset");
    told_expect(&web, "OnReset; ");
}

static void a_gap_in_front_of_what_is_not_fired(void **state)
{
    (void)state;
    begin_heard();
    tell_event("h", "Web", SPOOL, 7, "OnReset");
    *web.said = 0;
    tell_own("h", "Web", SPOOL, 10, "MachineHeard", 6);
    assert_non_null(strstr(web.said, "state 6; connected: 2 of"));
    *web.said = 0;
    tell_event("h", "Web", SPOOL, 11, "OnReset");
    told_expect(&web, "OnReset behind 2 missing; ");
}

static void a_spool_that_was_made_anew(void **state)
{
    (void)state;
    begin_heard();
    tell_event("h", "Web", SPOOL, 70, "OnReset");
    tell_event("h", "Web", OTHER_SPOOL, 1, "OnReset");
    tell_event("h", "Web", OTHER_SPOOL, 1, "OnReset");
    tell_event("h", "Web", OTHER_SPOOL, 2, "OnReset");
    told_expect(&web, "OnReset; OnReset; OnReset; ");
}

static void a_host_that_goes(void **state)
{
    (void)state;
    begin_heard();
    tell_host("other", "lost");
    tell_host("h", "online");
    told_expect(&web, "");
    tell_host("h", "offline");
    told_expect(&web, "cut off: vmforward has been ended on the machine's host; ");
    tell_host("h", "online");
    told_expect(&web, "connected; ");
    tell_host("h", "lost");
    told_expect(&web,
            "cut off: the broker has lost the machine's host: its vmforward, the computer or the network "
            "between has gone; ");
    /* Whoever is lost has not said its last word. */
    tell_event("h", "Web", SPOOL, 7, "OnReset");
    told_expect(&web, "OnReset; ");
}

static void bar(const char *filter)
{
    fleet_bar(&fleet, filter, strlen(filter));
}

/* The broker does not let one machine be heard; the others are. */
static void what_is_barred(void **state)
{
    struct listener mail = {0};

    (void)state;
    told_open(&web, "h/Web");
    told_open(&mail, "h/Mail");
    assert_non_null(fleet_host_of(&fleet, "h", 1));
    *web.said = *mail.said = 0;
    bar("vmevents/h/Web/+");
    fleet_set_way(&fleet, NULL);
    fleet_finish_tries(&fleet);
    told_expect(&web,
            "cut off: the broker does not let the machine be heard, as brokers do when the user has no right to it; "
            "tried; ");
    told_expect(&mail, "connected: the broker has nothing to say of a machine of that name and host yet; tried; ");
    tell_event("h", "Mail", SPOOL, 1, "OnReset");
    told_expect(&mail, "OnReset; connected; ");
    /* The next connection is asked anew. */
    fleet_set_way(&fleet, "the broker is away");
    bar("vmevents/h/=host/state");
    *web.said = *mail.said = 0;
    fleet_set_way(&fleet, NULL);
    told_expect(&mail,
            "connected: the broker does not let it be heard whether the host's vmforward is there, as brokers do when "
            "the user has no right to it; ");
    assert_non_null(strstr(web.said, "connected: "));
}

/* Without a session nothing tells it but that its retained state does not come again. */
static void a_machine_that_is_deleted_meanwhile(void **state)
{
    (void)state;
    begin_heard();
    fleet_finish_tries(&fleet);
    for (int again = 0; again < 2; ++again)
    {
        fleet_set_way(&fleet, "the broker is away");
        fleet_finish_tries(&fleet);
        fleet_set_way(&fleet, NULL);
        told_expect(&web, "cut off: the broker is away; connected; ");
        fleet_finish_tries(&fleet);
        told_expect(&web,
                "connected: the broker has no state of the machine any more; it may have been deleted on its host "
                "while "
                "there was no connection; ");
    }
    tell_event("h", "Web", SPOOL, 7, "OnReset");
    fleet_finish_tries(&fleet);
    told_expect(&web, "OnReset; connected; ");
    tell_state("h", "Web", SPOOL, 7, "vmVMState_Running");
    fleet_set_way(&fleet, "the broker is away");
    fleet_set_way(&fleet, NULL);
    *web.said = 0;
    tell_state("h", "Web", SPOOL, 6, "vmVMState_Running");
    fleet_finish_tries(&fleet);
    told_expect(&web, "");
}

static void a_machine_that_is_deleted(void **state)
{
    (void)state;
    begin_heard();
    tell_state_change("h", "Web", SPOOL, 7, 10);
    told_expect(&web, "removed; ");
    tell_bytes("vmevents/h/Web/state", "");
    tell_event("h", "Web", SPOOL, 8, "OnReset");
    told_expect(&web, "");
    fleet_close(&fleet, "h/Web", &web);
    tell_event("h", "Web", SPOOL, 9, "OnReset");
    told_expect(&web, "");
    begin_heard();
    tell_own("h", "Web", SPOOL, 10, "MachineGone", 10);
    told_expect(&web, "removed; ");
}

static void nonsense(void **state)
{
    (void)state;
    begin_heard();
    tell_bytes("vmevents/h/Web/OnReset", "<html>");
    told_expect(&web, "connected: a message about the machine was dropped: it is no JSON object; ");
    fleet_take_too_large(&fleet, "vmevents/h/Web/state", 20);
    told_expect(&web, "connected: a message about the machine was dropped: it has more than 1 MB; ");
    fleet_take_too_large(&fleet, "vmevents/h/Mail/state", 21);
    fleet_take_too_large(&fleet, "vmevents/h", 10);
    told_expect(&web, "");
    tell_bytes("vmevents/h/Web/OnReset", "<html>");
    *web.said = 0;
    tell_bytes("vmevents/h/Web/OnReset", "[]");
    tell_bytes("vmevents", "{}");
    tell_bytes("", "");
    tell_bytes("vmevents/h", "");
    tell_bytes("vmevents/h/=host/state", "{}");
    tell_bytes("vmevents/h/=host/OnEventLogged", "");
    told_expect(&web, "");
    tell_event("h", "Web", SPOOL, 7, "OnReset");
    told_expect(&web, "OnReset; ");
}

#define MACHINE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            MACHINE_TEST(a_machine_and_its_state),
            MACHINE_TEST(nothing_is_known),
            MACHINE_TEST(a_broker_that_is_away),
            MACHINE_TEST(repeats),
            MACHINE_TEST(what_was_before_it_was_opened),
            MACHINE_TEST(a_session_that_lasts),
            MACHINE_TEST(a_machine_that_is_opened_again),
            MACHINE_TEST(gaps),
            MACHINE_TEST(a_gap_in_front_of_what_is_not_fired),
            MACHINE_TEST(a_spool_that_was_made_anew),
            MACHINE_TEST(a_host_that_goes),
            MACHINE_TEST(what_is_barred),
            MACHINE_TEST(a_machine_that_is_deleted),
            MACHINE_TEST(a_machine_that_is_deleted_meanwhile),
            MACHINE_TEST(nonsense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
