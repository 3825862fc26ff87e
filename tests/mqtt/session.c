/*
 * The connections of a client: made, lost, made again in the next place, and ended at every moment. The brokers are in the
 * same loop. A test that waits in vain ends by CTest's time limit.
 */
#include "mqtt/session.h"

#include "mqtt/broker.h"
#include "mqtt/bytes.h"
#include "support/counted_memory.h"
#include "support/test.h"

#include <signal.h>

#define BROKERS 3
#define WINDOW 16

static uv_loop_t loop;
static struct broker brokers[BROKERS];
static struct mqtt_broker places[BROKERS];
static struct mqtt_subscription subscription;
static struct mqtt_session_options options;
static struct mqtt_session session;
static bool is_open;

/* What it has called. */
static unsigned int connected_times, subscribed_times, received_times, faults, closed_times;
static size_t connected_to;
static char fault[MQTT_FAULT_SIZE], received[256];
static bool takes_in;
static uint64_t waits_ms; /* behind the last fault */

/* The numbers from 1 on are published as their own payloads. */
static uint64_t published, acknowledged, wanted;
static unsigned char seen[65536];      /* how often the brokers have had each, up to 255 */
static unsigned int last_seen, marked; /* as sent again */

/* Where the session is closed. */
static enum
{
    NOWHERE,
    IN_CONNECTED,
    IN_SUBSCRIBED,
    IN_ACKNOWLEDGED,
    IN_RECEIVED,
    IN_FAULT
} closes;

/* Whether on_fault gives up what waits. */
static bool forgets;

static void close_in(int where)
{
    if ((int)closes == where)
        mqtt_session_close(&session);
}

static void on_published(struct broker *broker, bool again, const char *topic, size_t topic_count, const char *payload,
        size_t payload_count)
{
    char text[16] = "";
    unsigned int number;

    (void)broker;
    assert_int_equal(topic_count, 3);
    assert_memory_equal(topic, "v/m", 3);
    if (payload_count >= sizeof(text))
        return;
    memcpy(text, payload, payload_count);
    number = (unsigned int)strtoul(text, NULL, 10);
    assert_true(number && number <= published);
    /* In their order, none left out, and who has been there before says so. */
    assert_true(seen[number] || number == last_seen + 1);
    assert_true(again || !seen[number]);
    marked += again;
    last_seen = number > last_seen ? number : last_seen;
    seen[number] += seen[number] < 255;
}

static void publish_what_fits(void)
{
    struct mqtt_message message = {BYTES("v/m"), {NULL, 0}, 1, false};
    const char *refusal = NULL;
    char text[16];

    while (published < wanted && !refusal)
    {
        message.payload.start = text;
        message.payload.count = (size_t)snprintf(text, sizeof(text), "%u", (unsigned int)published + 1);
        ++published; /* a broker may have it before this returns */
        refusal = mqtt_session_publish(&session, &message, published);
        assert_true(!refusal || refusal == mqtt_no_room || refusal == mqtt_out_of_memory);
        published -= refusal != NULL;
    }
}

static void on_connected(void *context, size_t broker, bool session_present)
{
    assert_ptr_equal(context, &session);
    assert_false(session_present);
    ++connected_times;
    connected_to = broker;
    close_in(IN_CONNECTED);
}

static void on_subscribed(void *context)
{
    (void)context;
    ++subscribed_times;
    close_in(IN_SUBSCRIBED);
}

static void on_acknowledged(void *context, uint64_t number)
{
    (void)context;
    /* This broker answers in order. */
    assert_int_equal(number, acknowledged + 1);
    acknowledged = number;
    publish_what_fits();
    close_in(IN_ACKNOWLEDGED);
}

static bool on_received(void *context, const struct mqtt_message *message)
{
    (void)context;
    ++received_times;
    snprintf(received, sizeof(received), "%.*s=%.*s", (int)message->topic.count, message->topic.start,
            (int)message->payload.count, message->payload.start);
    close_in(IN_RECEIVED);
    return takes_in;
}

static void on_fault(void *context, const char *text)
{
    (void)context;
    assert_false(closed_times);
    ++faults;
    waits_ms = uv_timer_get_due_in(&session.timer);
    snprintf(fault, sizeof(fault), "%s", text);
    if (forgets)
        mqtt_session_forget(&session);
    close_in(IN_FAULT);
}

static void on_closed(void *context)
{
    assert_ptr_equal(context, &session);
    ++closed_times;
    is_open = false;
}

static const struct mqtt_callbacks callbacks = {
        .connected = on_connected,
        .subscribed = on_subscribed,
        .acknowledged = on_acknowledged,
        .received = on_received,
        .fault = on_fault,
        .closed = on_closed,
};

static void open_session(void)
{
    closed_times = 0;
    assert_null(mqtt_session_open(&session, &loop, &callbacks, &session, &options));
    is_open = true;
}

static void run_until(const unsigned int *count, unsigned int least)
{
    while (*count < least)
        uv_run(&loop, UV_RUN_ONCE);
}

static void run_until_acknowledged(uint64_t number)
{
    while (acknowledged < number)
        uv_run(&loop, UV_RUN_ONCE);
}

static void run_until_closed(void)
{
    while (is_open)
        uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(closed_times, 1);
}

/* Until no broker has anything of a session's any more that it could still hear. */
static void run_until_left(void)
{
    for (size_t i = 0; i < BROKERS; ++i)
    {
        while (brokers[i].client)
            uv_run(&loop, UV_RUN_ONCE);
    }
}

static void assert_fault(const char *part)
{
    if (!strstr(fault, part))
        fail_msg("'%s' instead of '%s'", fault, part);
}

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    for (size_t i = 0; i < BROKERS; ++i)
    {
        broker_listen(&brokers[i], &loop);
        brokers[i].published = on_published;
        places[i] = (struct mqtt_broker){"127.0.0.1", (uint16_t)brokers[i].port, NULL};
    }
    options = (struct mqtt_session_options){
            .client = {.connect = {.client_id = BYTES("c"), .keep_alive_seconds = 600, .clean_session = true},
                    .window = WINDOW,
                    .limits = {600000, 600000, 600000}},
            .brokers = places,
            .broker_count = 1,
            .retry_first_ms = 1,
            .retry_longest_ms = 8};
    connected_times = subscribed_times = received_times = faults = closed_times = last_seen = marked = 0;
    published = acknowledged = wanted = 0;
    memset(seen, 0, sizeof(seen));
    *fault = *received = 0;
    closes = NOWHERE;
    forgets = false;
    takes_in = true;
    return 0;
}

/* Nothing is left in the loop. */
static int tear_down(void **state)
{
    (void)state;
    if (is_open)
        mqtt_session_close(&session);
    for (size_t i = 0; i < BROKERS; ++i)
        broker_stop_listening(&brokers[i]);
    uv_run(&loop, UV_RUN_NOWAIT);
    for (size_t i = 0; i < BROKERS; ++i)
        broker_drop(&brokers[i]);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(closed_times, 1);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

static void test_connected(void **state)
{
    (void)state;
    open_session();
    run_until(&connected_times, 1);
    assert_int_equal(brokers[0].connect_count, 13);
    assert_memory_equal(brokers[0].connect, "\0\4MQTT\4\2\2\x58\0\1c", 13);
    assert_int_equal(faults, 0);
}

static void test_many_messages(void **state)
{
    (void)state;
    wanted = 5000;
    open_session();
    publish_what_fits();
    assert_int_equal(published, WINDOW);
    run_until_acknowledged(wanted);
    assert_int_equal(last_seen, wanted);
    assert_int_equal(brokers[0].publishes, wanted);
    assert_int_equal(faults, 0);
}

/* However often connections are lost, with whatever was under way: nothing is lost, and the order holds. */
static void test_connections_that_are_lost(void **state)
{
    (void)state;
    options.broker_count = BROKERS;
    for (unsigned int i = 0; i < BROKERS; ++i)
    {
        brokers[i].manner = BROKER_HANGS_UP_LATER;
        brokers[i].publishes_before_end = 10 + 7 * i;
    }
    wanted = 3000;
    open_session();
    publish_what_fits();
    run_until_acknowledged(wanted);
    assert_int_equal(last_seen, wanted);
    assert_true(connected_times > 50);
    for (unsigned int i = 0; i < BROKERS; ++i)
        assert_true(brokers[i].connects > 10);
    for (unsigned int i = 1; i <= wanted; ++i)
        assert_true(seen[i]);
}

/* The same where the connection breaks in the middle of packets, and the broker is gone for a while. */
static void test_a_broker_that_comes_back(void **state)
{
    (void)state;
    wanted = 100;
    open_session();
    publish_what_fits();
    run_until_acknowledged(40);
    brokers[0].manner = BROKER_HANGS_UP;
    broker_drop(&brokers[0]);
    run_until(&faults, 5);
    assert_int_equal(connected_times, 1);
    brokers[0].manner = BROKER_ANSWERS;
    run_until_acknowledged(wanted);
    assert_int_equal(last_seen, wanted);
    assert_int_equal(connected_times, 2);
}

/* What is given up is not sent again, and its places are free. */
static void test_messages_that_are_forgotten(void **state)
{
    (void)state;
    brokers[0].manner = BROKER_HANGS_UP_LATER;
    brokers[0].publishes_before_end = 5;
    forgets = true;
    wanted = WINDOW;
    open_session();
    publish_what_fits();
    run_until(&faults, 1);
    acknowledged = published;
    brokers[0].manner = BROKER_ANSWERS;
    run_until(&connected_times, 2);
    assert_int_equal(mqtt_client_unacknowledged(&session.client), 0);
    last_seen = (unsigned int)published;
    wanted = 3 * WINDOW;
    publish_what_fits();
    assert_int_equal(published, 2 * WINDOW);
    run_until_acknowledged(wanted);
    assert_int_equal(last_seen, wanted);
    assert_int_equal(marked, 0);
}

/* What waits for a connection has not been sent yet. */
static void test_published_without_a_connection(void **state)
{
    (void)state;
    open_session();
    run_until(&connected_times, 1);
    broker_drop(&brokers[0]);
    run_until(&faults, 1);
    wanted = 3;
    publish_what_fits();
    run_until_acknowledged(3);
    assert_int_equal(marked, 0);
}

/* The first place has nobody, the second refuses. */
static void test_places_in_turn(void **state)
{
    (void)state;
    options.broker_count = BROKERS;
    broker_stop_listening(&brokers[0]);
    brokers[1].manner = BROKER_REFUSES;
    open_session();
    run_until(&faults, 1);
    assert_fault("the broker at 127.0.0.1, port ");
    assert_fault("nobody listens there");
    run_until(&faults, 2);
    assert_fault("serves nobody at present");
    run_until(&connected_times, 1);
    assert_int_equal(connected_to, 2);
    assert_int_equal(faults, 2);
    broker_drop(&brokers[2]);
    run_until(&faults, 5);
    assert_int_equal(brokers[1].clients, 2);
    run_until(&connected_times, 2);
    assert_int_equal(connected_to, 2);
}

/* A place whose name there is not, which has to be looked up. */
static void test_a_name_that_there_is_not(void **state)
{
    (void)state;
    options.broker_count = 2;
    places[0].host = "no-such-name.invalid";
    open_session();
    run_until(&connected_times, 1);
    assert_int_equal(connected_to, 1);
    assert_int_equal(faults, 1);
    assert_fault("no-such-name.invalid");
}

/* No wait until all have been tried; then growing ones. */
static void test_waits(void **state)
{
    static const unsigned int waits[] = {100, 200, 400, 800, 1000, 1000};

    (void)state;
    options.broker_count = 2;
    options.retry_first_ms = 100;
    options.retry_longest_ms = 1000;
    brokers[0].manner = brokers[1].manner = BROKER_HANGS_UP;
    open_session();
    for (unsigned int i = 0; i < sizeof(waits) / sizeof(waits[0]); ++i)
    {
        run_until(&faults, 2 * i + 1);
        assert_int_equal(waits_ms, 0);
        run_until(&faults, 2 * i + 2);
        assert_int_equal(waits_ms, waits[i]);
        /* Not so long. */
        uv_timer_start(&session.timer, session.timer.timer_cb, 0, 0);
    }
    assert_int_equal(brokers[0].clients, 6);
    assert_int_equal(brokers[1].clients, 6);
}

/* One that has lasted ends the growing. One that has not does not: it may be ended each time. */
static void test_waits_behind_connections(void **state)
{
    (void)state;
    options.retry_first_ms = 100;
    options.retry_longest_ms = 600000;
    open_session();
    for (unsigned int i = 1; i <= 3; ++i)
    {
        run_until(&connected_times, i);
        if (i == 3)
            session.connected_ms = uv_now(&loop) - 600000;
        broker_drop(&brokers[0]);
        run_until(&faults, i);
        assert_int_equal(waits_ms, i == 2 ? 200 : 100);
        uv_timer_start(&session.timer, session.timer.timer_cb, 0, 0);
    }
}

/* Behind one that has lasted every other place has its turn before there is a wait. */
static void test_no_wait_behind_a_connection_that_has_lasted(void **state)
{
    (void)state;
    options.broker_count = 2;
    options.retry_first_ms = options.retry_longest_ms = 600000;
    brokers[0].manner = BROKER_HANGS_UP;
    open_session();
    run_until(&connected_times, 1);
    session.connected_ms = uv_now(&loop) - 600000;
    broker_drop(&brokers[1]);
    run_until(&faults, 2);
    assert_int_equal(waits_ms, 0);
    run_until(&faults, 3);
    assert_int_equal(waits_ms, 600000);
    assert_int_equal(brokers[0].clients, 2);
}

static void test_no_answer_to_connect(void **state)
{
    (void)state;
    options.client.limits.connect_ms = 50;
    brokers[0].manner = BROKER_SAYS_NOTHING;
    open_session();
    run_until(&faults, 1);
    assert_fault("not answered CONNECT in time");
    assert_int_equal(connected_times, 0);
    options.client.limits.connect_ms = session.client.limits.connect_ms = 600000;
    brokers[0].manner = BROKER_ANSWERS;
    run_until(&connected_times, 1);
}

/* A connection that is half open: nothing comes back, and nobody ends it. */
static void test_half_open(void **state)
{
    (void)state;
    options.client.connect.keep_alive_seconds = 1;
    options.client.limits.answer_ms = 50;
    brokers[0].manner = BROKER_FALLS_SILENT;
    wanted = 1;
    open_session();
    publish_what_fits();
    run_until(&faults, 1);
    assert_fault("silent");
    assert_int_equal(brokers[0].pings, 1);
    session.client.limits.answer_ms = 600000;
    brokers[0].manner = BROKER_ANSWERS;
    run_until_acknowledged(1);
    assert_int_equal(seen[1], 2);
    run_until(&brokers[0].pings, 3);
    assert_int_equal(faults, 1);
}

/* What is said at the beginning, and behind a right answer. */
static void test_nonsense(void **state)
{
    static const struct mqtt_bytes words[] = {
            {"HTTP/1.1 400 Bad Request\r\n\r\n", 28},
            {"SSH-2.0-OpenSSH_9.2\r\n", 21},
            {"\x15\3\3\0\2\2\x28", 7},
            {"\x30\xff\xff\xff\xff\xff", 6},
            {"\x32\x05\0\1t\0\0", 7},
            {"\x20\2\0\0\x20\2\0\0", 8},
            {"\x40\2\0\1", 4},
            {"\xd0\0", 2},
    };
    unsigned int rounds = 0;

    (void)state;
    brokers[0].manner = BROKER_TALKS;
    brokers[0].words = words[0].start;
    brokers[0].words_count = words[0].count;
    open_session();
    for (size_t i = 0; i < 2 * sizeof(words) / sizeof(words[0]); ++i)
    {
        brokers[0].manner = i % 2 ? BROKER_TALKS_LATER : BROKER_TALKS;
        brokers[0].words = words[i / 2].start;
        brokers[0].words_count = words[i / 2].count;
        run_until(&faults, ++rounds);
        assert_fault(": it ");
    }
    connected_times = 0;
    brokers[0].manner = BROKER_ANSWERS;
    run_until(&connected_times, 1);
}

/* It cannot be sent to, and that costs bounded memory and no waiting. */
static void test_a_broker_that_does_not_read(void **state)
{
    static char payload[64 << 10];
    struct mqtt_message message = {BYTES("v/m"), {payload, sizeof(payload) - 100}, 1, false};
    size_t before;

    (void)state;
    options.client.limits.acknowledge_ms = 200;
    brokers[0].manner = BROKER_STOPS_READING;
    open_session();
    run_until(&connected_times, 1);
    before = counted_memory_get()->live().bytes;
    for (uint64_t i = 0; i < 3; ++i)
        assert_null(mqtt_session_publish(&session, &message, i + 1));
    assert_ptr_equal(mqtt_session_publish(&session, &message, 4), mqtt_no_room);
    assert_true(counted_memory_get()->live().bytes - before < MQTT_WINDOW_BYTES + LINK_UNSENT_MAX + 65536);
    run_until(&faults, 1);
    assert_fault("acknowledged a message in time");
    session.client.limits.acknowledge_ms = 600000;
    brokers[0].manner = BROKER_ANSWERS;
    run_until_acknowledged(3);
}

static void want_subscription(void)
{
    subscription = (struct mqtt_subscription){BYTES("v/#"), 1};
    options.client.subscriptions = &subscription;
    options.client.subscription_count = 1;
}

static void test_received(void **state)
{
    (void)state;
    want_subscription();
    open_session();
    run_until(&subscribed_times, 1);
    broker_say(&brokers[0], "\x32\x0a\0\3v/m\0\7abc", 12);
    run_until(&brokers[0].acknowledgements, 1);
    assert_string_equal(received, "v/m=abc");
    /* What cannot be taken in is not acknowledged, and the connection ends. */
    takes_in = false;
    broker_say(&brokers[0], "\x32\x0a\0\3v/m\0\x08xyz", 12);
    run_until(&faults, 1);
    assert_fault("could not be taken in");
    assert_int_equal(brokers[0].acknowledgements, 1);
    takes_in = true;
    run_until(&subscribed_times, 2);
    assert_int_equal(brokers[0].subscribes, 2);
}

/* Who closes takes leave, so that the last will stays where it is. */
static void test_taking_leave(void **state)
{
    (void)state;
    open_session();
    run_until(&connected_times, 1);
    mqtt_session_close(&session);
    mqtt_session_close(&session);
    run_until_closed();
    run_until(&brokers[0].disconnects, 1);
    assert_int_equal(faults, 0);
}

static void test_closed_inside_of_callbacks(void **state)
{
    (void)state;
    want_subscription();
    for (int where = IN_CONNECTED; where <= IN_RECEIVED; ++where)
    {
        connected_times = subscribed_times = received_times = 0;
        published = acknowledged = last_seen = 0;
        memset(seen, 0, sizeof(seen));
        wanted = 2;
        closes = where;
        open_session();
        publish_what_fits();
        if (where == IN_RECEIVED)
        {
            run_until(&subscribed_times, 1);
            broker_say(&brokers[0], "\x32\x0a\0\3v/m\0\7abc\x32\x0a\0\3v/m\0\x08xyz", 24);
        }
        run_until_closed();
        run_until_left();
        assert_int_equal(faults, 0);
        assert_true(received_times <= 1 && connected_times == 1);
    }
    closes = IN_FAULT;
    brokers[0].manner = BROKER_HANGS_UP;
    open_session();
    run_until_closed();
    assert_int_equal(faults, 1);
}

/* After any number of rounds of the loop: while it looks up a name, connects, says CONNECT, waits, has lost. */
static void test_closed_at_every_moment(void **state)
{
    (void)state;
    options.broker_count = 2;
    places[0].host = "localhost";
    for (unsigned int rounds = 0; rounds < 60; ++rounds)
    {
        brokers[0].manner = rounds % 3 ? BROKER_HANGS_UP : BROKER_REFUSES;
        published = acknowledged = last_seen = 0;
        memset(seen, 0, sizeof(seen));
        wanted = 100;
        open_session();
        publish_what_fits();
        for (unsigned int i = 0; i < rounds; ++i)
            uv_run(&loop, UV_RUN_NOWAIT);
        mqtt_session_close(&session);
        run_until_closed();
        run_until_left();
    }
}

static unsigned int requests;

static bool refuse_some(void)
{
    return ++requests % 5 != 0;
}

/* A connection that memory was missing for is a lost one; nothing of what was taken is lost. */
static void test_memory_that_runs_out(void **state)
{
    (void)state;
    wanted = 500;
    open_session();
    requests = 0;
    counted_memory_get()->set_gate(refuse_some);
    publish_what_fits();
    while (acknowledged < wanted)
    {
        uv_run(&loop, UV_RUN_ONCE);
        publish_what_fits();
    }
    counted_memory_get()->set_gate(NULL);
    assert_int_equal(last_seen, wanted);
}

static void test_options_that_are_wrong(void **state)
{
    (void)state;
    options.broker_count = 0;
    assert_non_null(strstr(mqtt_session_open(&session, &loop, &callbacks, &session, &options), "no broker"));
    options.broker_count = 1;
    options.client.window = 0;
    assert_non_null(strstr(mqtt_session_open(&session, &loop, &callbacks, &session, &options), "4096"));
    closed_times = 1;
}

#define SESSION_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            SESSION_TEST(test_connected),
            SESSION_TEST(test_many_messages),
            SESSION_TEST(test_connections_that_are_lost),
            SESSION_TEST(test_a_broker_that_comes_back),
            SESSION_TEST(test_messages_that_are_forgotten),
            SESSION_TEST(test_published_without_a_connection),
            SESSION_TEST(test_places_in_turn),
            SESSION_TEST(test_a_name_that_there_is_not),
            SESSION_TEST(test_waits),
            SESSION_TEST(test_waits_behind_connections),
            SESSION_TEST(test_no_wait_behind_a_connection_that_has_lasted),
            SESSION_TEST(test_no_answer_to_connect),
            SESSION_TEST(test_half_open),
            SESSION_TEST(test_nonsense),
            SESSION_TEST(test_a_broker_that_does_not_read),
            SESSION_TEST(test_received),
            SESSION_TEST(test_taking_leave),
            SESSION_TEST(test_closed_inside_of_callbacks),
            SESSION_TEST(test_closed_at_every_moment),
            SESSION_TEST(test_memory_that_runs_out),
            SESSION_TEST(test_options_that_are_wrong),
    };

#ifdef SIGPIPE
    /* On POSIX systems a broker that is gone would end the program. */
    signal(SIGPIPE, SIG_IGN);
#endif
    return cmocka_run_group_tests_name("a session of MQTT", tests, NULL, NULL);
}
