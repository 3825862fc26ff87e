/* A client by itself: what it says to a broker, what it makes of what that says, and when it loses patience. */
#include "mqtt/client.h"

#include "mqtt/bytes.h"
#include "mqtt/encode.h"
#include "support/counted_memory.h"
#include "support/test.h"

#define WINDOW 4

static struct mqtt_client client;
static struct mqtt_client_options options;
static struct mqtt_subscription subscription;
static uint64_t now_ms;

/* What it has sent, and what it has called. */
static char sent[8192], called[1024];
static size_t sent_count;
static bool reads, takes_in, takes_refusals;
static void (*inside)(void); /* done in each callback */

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
    size_t length = strlen(called);
    va_list args;

    va_start(args, format);
    vsnprintf(called + length, sizeof(called) - length, format, args);
    va_end(args);
    if (inside)
        inside();
}

static bool on_send(void *context, const char *bytes, size_t count)
{
    assert_ptr_equal(context, &client);
    if (!reads)
        return false;
    assert_true(sent_count + count <= sizeof(sent));
    memcpy(sent + sent_count, bytes, count);
    sent_count += count;
    return true;
}

static void on_connected(void *context, bool session_present)
{
    (void)context;
    note("connected%s; ", session_present ? " again" : "");
}

static void on_subscribed(void *context)
{
    (void)context;
    note("subscribed; ");
}

static bool on_refused(void *context, size_t subscription)
{
    (void)context;
    note("refused %u; ", (unsigned int)subscription);
    return takes_refusals;
}

static void on_acknowledged(void *context, uint64_t number)
{
    (void)context;
    note("acknowledged %u; ", (unsigned int)number);
}

static bool on_received(void *context, const struct mqtt_message *message)
{
    (void)context;
    note("received %.*s=%.*s%s; ", (int)message->topic.count, message->topic.start, (int)message->payload.count,
            message->payload.start, message->retain ? " retained" : "");
    return takes_in;
}

static void on_too_large(void *context, struct mqtt_bytes topic, size_t size)
{
    (void)context;
    note("too large %.*s: %u; ", (int)topic.count, topic.start, (unsigned int)size);
}

static const struct mqtt_client_callbacks callbacks = {
        on_send, on_connected, on_subscribed, on_refused, on_acknowledged, on_received, on_too_large};

static void assert_sent(struct mqtt_bytes expected)
{
    assert_int_equal(sent_count, expected.count);
    assert_memory_equal(sent, expected.start, expected.count);
    sent_count = 0;
}

static void assert_called(const char *expected)
{
    assert_string_equal(called, expected);
    *called = 0;
}

static const char *take(struct mqtt_bytes bytes)
{
    return mqtt_client_take(&client, bytes.start, bytes.count, now_ms);
}

static const char *publish(const char *payload, uint64_t number)
{
    struct mqtt_message message = {BYTES("t"), bytes_of(payload), 1, false};

    return mqtt_client_publish(&client, &message, number, now_ms);
}

static void assert_fault(const char *fault, const char *part)
{
    assert_non_null(fault);
    if (!strstr(fault, part))
        fail_msg("'%s' instead of '%s'", fault, part);
}

/* Until it is due, and what it says then. */
static const char *tick_when_due(void)
{
    now_ms = mqtt_client_due_ms(&client);
    assert_true(now_ms != UINT64_MAX);
    assert_null(mqtt_client_tick(&client, now_ms - 1));
    return mqtt_client_tick(&client, now_ms);
}

static void init(void)
{
    assert_null(mqtt_client_init(&client, &callbacks, &client, &options));
}

static void open_and_enter(void)
{
    mqtt_client_open(&client, now_ms);
    assert_null(take(BYTES("\x20\2\0\0")));
    assert_called("connected; ");
    sent_count = 0;
}

static void want_subscription(void)
{
    subscription = (struct mqtt_subscription){BYTES("v/#"), 1};
    options.subscriptions = &subscription;
    options.subscription_count = 1;
}

static int set_up(void **state)
{
    (void)state;
    options = (struct mqtt_client_options){
            .connect = {.client_id = BYTES("c"), .keep_alive_seconds = 20, .clean_session = true}, .window = WINDOW};
    sent_count = 0;
    *called = 0;
    now_ms = 1000000;
    reads = takes_in = true;
    takes_refusals = false;
    inside = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mqtt_client_cleanup(&client);
    return 0;
}

static void test_entering(void **state)
{
    (void)state;
    init();
    assert_true(mqtt_client_due_ms(&client) == UINT64_MAX);
    mqtt_client_open(&client, now_ms);
    assert_sent(BYTES("\x10\x0d\0\4MQTT\4\2\0\x14\0\1c"));
    assert_null(take(BYTES("\x20\2\0")));
    assert_called("");
    assert_null(take(BYTES("\0")));
    assert_called("connected; ");
    assert_sent(BYTES(""));
    mqtt_client_disconnect(&client);
    assert_sent(BYTES("\xe0\0"));
}

static void test_refused_entry(void **state)
{
    static const char *const words[] = {"", "3.1.1", "client's id", "at present", "password", "not allowed"};

    (void)state;
    init();
    for (unsigned int code = 1; code <= 5; ++code)
    {
        char bytes[] = {0x20, 2, 0, (char)code};

        mqtt_client_open(&client, now_ms);
        assert_fault(take((struct mqtt_bytes){bytes, 4}), words[code]);
        mqtt_client_close(&client);
    }
    assert_called("");
}

static void test_session_that_is_kept(void **state)
{
    (void)state;
    init();
    mqtt_client_open(&client, now_ms);
    assert_fault(take(BYTES("\x20\2\1\0")), "none was to be kept");
    options.connect.clean_session = false;
    mqtt_client_open(&client, now_ms);
    assert_null(take(BYTES("\x20\2\1\0")));
    assert_called("connected again; ");
}

static void test_publishing(void **state)
{
    (void)state;
    init();
    open_and_enter();
    assert_null(publish("a", 71));
    assert_null(publish("b", 72));
    assert_sent(BYTES("\x32\6\0\1t\0\1a\x32\6\0\1t\0\2b"));
    assert_int_equal(mqtt_client_unacknowledged(&client), 2);
    assert_null(take(BYTES("\x40\2\0\1")));
    assert_called("acknowledged 71; ");
    assert_null(take(BYTES("\x40\2\0\2")));
    assert_called("acknowledged 72; ");
    assert_int_equal(mqtt_client_unacknowledged(&client), 0);
}

static void test_messages_that_cannot_be_published(void **state)
{
    static char long_payload[MQTT_WINDOW_BYTES];
    struct mqtt_message message = {BYTES("t"), {long_payload, sizeof(long_payload) - 4 - 5}, 1, false};

    (void)state;
    init();
    message.payload.count += 1;
    assert_fault(mqtt_client_publish(&client, &message, 1, now_ms), "192 KiB");
    message.payload.count -= 1;
    assert_null(mqtt_client_publish(&client, &message, 1, now_ms));
    assert_ptr_equal(publish("", 2), mqtt_no_room);
    message.topic = BYTES("a/#");
    assert_fault(mqtt_client_publish(&client, &message, 1, now_ms), "wildcard");
    message.topic = BYTES("t");
    message.qos = 0;
    assert_fault(mqtt_client_publish(&client, &message, 1, now_ms), "QoS");
}

/* Out of their order too, as a broker that is a cluster may. */
static void test_a_full_window(void **state)
{
    (void)state;
    init();
    open_and_enter();
    for (uint64_t i = 1; i <= WINDOW; ++i)
        assert_null(publish("", i));
    assert_ptr_equal(publish("", 5), mqtt_no_room);
    assert_null(take(BYTES("\x40\2\0\3\x40\2\0\2")));
    assert_called("acknowledged 3; acknowledged 2; ");
    assert_ptr_equal(publish("", 5), mqtt_no_room);
    assert_fault(take(BYTES("\x40\2\0\3")), "not sent");
    assert_null(take(BYTES("\x40\2\0\1")));
    sent_count = 0;
    for (uint64_t i = 5; i <= 7; ++i)
        assert_null(publish("", i));
    assert_ptr_equal(publish("", 8), mqtt_no_room);
    assert_sent(BYTES("\x32\5\0\1t\0\5\x32\5\0\1t\0\6\x32\5\0\1t\0\7"));
    *called = 0;
    assert_null(take(BYTES("\x40\2\0\4\x40\2\0\5\x40\2\0\6\x40\2\0\7")));
    assert_called("acknowledged 4; acknowledged 5; acknowledged 6; acknowledged 7; ");
}

/* Ids begin again behind the last, without 0 and without that of SUBSCRIBE. */
static void test_ids_begin_again(void **state)
{
    char bytes[MQTT_PUBACK_SIZE];
    uint64_t number;

    (void)state;
    init();
    open_and_enter();
    for (number = 1; number <= 150000; ++number)
    {
        unsigned int id = (unsigned int)((number - 1) % 65534 + 1);

        assert_null(publish("", number));
        assert_int_equal((unsigned char)sent[5] << 8 | (unsigned char)sent[6], id);
        mqtt_encode_puback((uint16_t)id, bytes);
        assert_null(take((struct mqtt_bytes){bytes, sizeof(bytes)}));
        *called = 0;
        sent_count = 0;
    }
}

/* A window that lies over the place where ids begin again. */
static void test_a_window_over_the_last_id(void **state)
{
    (void)state;
    init();
    client.window.first_id = 65533;
    open_and_enter();
    for (uint64_t i = 1; i <= WINDOW; ++i)
        assert_null(publish("", i));
    assert_sent(BYTES("\x32\5\0\1t\xff\xfd\x32\5\0\1t\xff\xfe\x32\5\0\1t\0\1\x32\5\0\1t\0\2"));
    assert_fault(take(BYTES("\x40\2\xff\xff")), "not sent");
    assert_null(take(BYTES("\x40\2\0\2\x40\2\xff\xfd\x40\2\0\1\x40\2\xff\xfe")));
    assert_called("acknowledged 4; acknowledged 1; acknowledged 3; acknowledged 2; ");
}

/* All of it, in the order in which it was published; what may have arrived is marked. */
static void test_sent_again(void **state)
{
    (void)state;
    init();
    open_and_enter();
    assert_null(publish("a", 1));
    assert_null(publish("b", 2));
    assert_null(publish("c", 3));
    assert_null(take(BYTES("\x40\2\0\2")));
    mqtt_client_close(&client);
    assert_null(publish("d", 4));
    sent_count = 0;
    mqtt_client_open(&client, now_ms);
    assert_sent(BYTES("\x10\x0d\0\4MQTT\4\2\0\x14\0\1c"));
    assert_null(take(BYTES("\x20\2\0\0")));
    assert_sent(BYTES("\x3a\6\0\1t\0\1a\x3a\6\0\1t\0\3c\x32\6\0\1t\0\4d"));
    *called = 0;
    assert_null(take(BYTES("\x40\2\0\1\x40\2\0\3\x40\2\0\4")));
    assert_called("acknowledged 1; acknowledged 3; acknowledged 4; ");
}

static void test_nothing_is_sent_before_the_entry(void **state)
{
    (void)state;
    init();
    assert_null(publish("a", 1));
    mqtt_client_open(&client, now_ms);
    assert_null(publish("b", 2));
    assert_sent(BYTES("\x10\x0d\0\4MQTT\4\2\0\x14\0\1c"));
    /* Not even acknowledged can it be. */
    assert_fault(take(BYTES("\x40\2\0\1")), "before it answered CONNECT");
    mqtt_client_open(&client, now_ms);
    sent_count = 0;
    assert_null(take(BYTES("\x20\2\0\0")));
    assert_sent(BYTES("\x32\6\0\1t\0\1a\x32\6\0\1t\0\2b"));
}

static void test_subscribing(void **state)
{
    (void)state;
    want_subscription();
    init();
    mqtt_client_open(&client, now_ms);
    sent_count = 0;
    assert_null(take(BYTES("\x20\2\0\0")));
    assert_sent(BYTES("\x82\x08\xff\xff\0\3v/#\1"));
    /* What is retained may come before the answer. */
    assert_null(take(BYTES("\x33\x0a\0\3v/m\0\7abc\x90\3\xff\xff\1\x30\6\0\3v/mx")));
    assert_called("connected; received v/m=abc retained; subscribed; received v/m=x; ");
    assert_sent(BYTES("\x40\2\0\7"));
}

static struct mqtt_subscription many[70];

static void want_many(size_t count)
{
    for (size_t i = 0; i < count; ++i)
        many[i] = (struct mqtt_subscription){BYTES("v"), 1};
    options.subscriptions = many;
    options.subscription_count = count;
}

static void answer_subscriptions(size_t count)
{
    char bytes[4 + 70] = {(char)0x90, (char)(2 + count), (char)0xff, (char)0xff};

    memset(bytes + 4, 1, count);
    assert_null(take((struct mqtt_bytes){bytes, 4 + count}));
}

/* Those that come later are asked for when the answer to those before is there; as many at a time as are soon answered. */
static void test_subscribing_to_more(void **state)
{
    (void)state;
    want_many(1);
    init();
    open_and_enter();
    *called = 0;
    sent_count = 0;
    want_many(2);
    assert_null(mqtt_client_subscribe(&client, 1, now_ms));
    assert_sent(BYTES(""));
    answer_subscriptions(1);
    assert_called("");
    assert_sent(BYTES("\x82\6\xff\xff\0\1v\1"));
    want_many(70);
    assert_null(mqtt_client_subscribe(&client, 68, now_ms));
    answer_subscriptions(1);
    assert_int_equal(sent_count, 5 + 32 * 4);
    answer_subscriptions(32);
    answer_subscriptions(32);
    assert_called("");
    answer_subscriptions(4);
    assert_called("subscribed; ");
    assert_fault(take(BYTES("\x90\3\xff\xff\1")), "not asked for");
    /* On the next connection they are asked for anew. */
    mqtt_client_close(&client);
    *called = 0;
    open_and_enter();
    answer_subscriptions(32);
    assert_fault(take(BYTES("\x90\3\xff\xff\1")), "another number");
    mqtt_client_close(&client);
    many[69].filter = BYTES("#/a");
    assert_fault(mqtt_client_subscribe(&client, 1, now_ms), "wrong place");
}

static void test_wrong_answers_to_a_subscription(void **state)
{
    static const struct
    {
        struct mqtt_bytes bytes;
        const char *fault;
    } rows[] = {
            {{"\x90\3\xff\xff\x80", 5}, "refuses a subscription"},
            {{"\x90\3\xff\xff\0", 5}, "another QoS"},
            {{"\x90\3\xff\xff\2", 5}, "another QoS"},
            {{"\x90\4\xff\xff\1\1", 6}, "another number"},
            {{"\x90\3\0\1\1", 5}, "not asked for"},
            {{"\x90\3\xff\xff\1\x90\3\xff\xff\1", 10}, "not asked for"},
    };

    (void)state;
    want_subscription();
    init();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i)
    {
        open_and_enter();
        assert_fault(take(rows[i].bytes), rows[i].fault);
        mqtt_client_close(&client);
        *called = 0;
    }
}

/* It is acknowledged, so that it does not come again, and the connection goes on. */
static void test_a_message_that_is_too_large(void **state)
{
    (void)state;
    options.received_max = 10;
    want_subscription();
    init();
    open_and_enter();
    assert_null(take(BYTES("\x32\x0b\0\3v/m\0\7abc")));
    assert_sent(BYTES(""));
    assert_null(take(BYTES("d\x30\6\0\3v/mx")));
    assert_called("too large v/m: 4; received v/m=x; ");
    assert_sent(BYTES("\x40\2\0\7"));
    assert_null(take(BYTES("\x30\x0b\0\3v/mabcdef")));
    assert_called("too large v/m: 6; ");
    assert_sent(BYTES(""));
}

static void test_a_message_that_is_not_taken_in(void **state)
{
    (void)state;
    want_subscription();
    init();
    open_and_enter();
    takes_in = false;
    assert_fault(take(BYTES("\x32\x07\0\3v/m\0\7")), "could not be taken in");
    assert_sent(BYTES(""));
}

static void test_nonsense(void **state)
{
    static const struct
    {
        struct mqtt_bytes bytes;
        const char *fault;
    } rows[] = {
            {{"\x20\2\0\0", 4}, "a second time"},
            {{"\x40\2\0\1", 4}, "not sent"},
            {{"\xd0\0", 2}, "a ping that it was not sent"},
            {{"\x90\3\xff\xff\0", 5}, "not asked for"},
            {{"\x30\4\0\1tx", 6}, "nothing was subscribed to"},
            {{"HTTP/1.1 400 Bad Request\r\n", 26}, "flags"},
            {{"SSH-2.0-OpenSSH_9.2\r\n", 21}, "QoS 2"},
            {{"\x15\3\3\0\2\2\x28", 7}, "only clients"},
    };

    (void)state;
    init();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i)
    {
        open_and_enter();
        assert_fault(take(rows[i].bytes), rows[i].fault);
        mqtt_client_close(&client);
        /* And before it has let the client in. */
        if (*rows[i].bytes.start == 0x20)
            continue;
        mqtt_client_open(&client, now_ms);
        assert_non_null(take(rows[i].bytes));
        mqtt_client_close(&client);
    }
    assert_called("");
}

/* Half a packet of one connection has nothing to do with the next. */
static void test_half_a_packet(void **state)
{
    (void)state;
    init();
    open_and_enter();
    assert_null(take(BYTES("\x40\2")));
    mqtt_client_close(&client);
    open_and_enter();
}

static void test_no_answer_to_connect(void **state)
{
    uint64_t opened_ms;

    (void)state;
    init();
    opened_ms = now_ms;
    mqtt_client_open(&client, now_ms);
    assert_null(publish("a", 1));
    assert_fault(tick_when_due(), "not answered CONNECT in time");
    assert_int_equal(now_ms - opened_ms, 10000);
}

static void test_pings(void **state)
{
    uint64_t before;

    (void)state;
    init();
    open_and_enter();
    for (unsigned int i = 0; i < 3; ++i)
    {
        before = now_ms;
        assert_null(tick_when_due());
        assert_int_equal(now_ms - before, 10000);
        assert_sent(BYTES("\xc0\0"));
        assert_null(take(BYTES("\xd0\0")));
    }
    /* What is published in between does not put it off: a dead connection takes it all. */
    before = now_ms;
    now_ms += 9000;
    assert_null(publish("a", 1));
    assert_int_equal(mqtt_client_due_ms(&client) - before, 10000);
}

static void test_a_silent_broker(void **state)
{
    uint64_t pinged_ms;

    (void)state;
    init();
    open_and_enter();
    assert_null(tick_when_due());
    pinged_ms = now_ms;
    assert_null(publish("a", 1));
    /* Whatever comes shows that it lives. */
    now_ms += 14000;
    assert_null(take(BYTES("\x40\2\0\1")));
    assert_fault(tick_when_due(), "silent");
    assert_int_equal(now_ms - pinged_ms, 14000 + 15000);
}

/* An answer that was waited for on one connection is not waited for on the next. */
static void test_pings_of_another_connection(void **state)
{
    (void)state;
    init();
    open_and_enter();
    assert_null(tick_when_due());
    mqtt_client_close(&client);
    open_and_enter();
    assert_int_equal(mqtt_client_due_ms(&client) - now_ms, 10000);
    assert_fault(take(BYTES("\xd0\0")), "a ping that it was not sent");
}

static void test_no_answer_to_a_subscription(void **state)
{
    uint64_t opened_ms;

    (void)state;
    want_subscription();
    options.connect.keep_alive_seconds = 0;
    init();
    open_and_enter();
    opened_ms = now_ms;
    assert_fault(tick_when_due(), "subscription in time");
    assert_int_equal(now_ms - opened_ms, 15000);
}

/* It answers pings and acknowledges nothing. */
static void test_no_acknowledgement(void **state)
{
    uint64_t since_ms;
    const char *fault = NULL;

    (void)state;
    init();
    assert_null(publish("a", 1));
    now_ms += 1000000;
    open_and_enter();
    since_ms = now_ms;
    while (!fault)
    {
        fault = tick_when_due();
        if (sent_count)
            assert_null(take(BYTES("\xd0\0")));
        sent_count = 0;
    }
    assert_fault(fault, "acknowledged a message in time");
    assert_int_equal(now_ms - since_ms, 60000);
}

/* Each acknowledgement is progress, and an empty window waits for none. */
static void test_progress(void **state)
{
    (void)state;
    options.connect.keep_alive_seconds = 0;
    init();
    open_and_enter();
    assert_true(mqtt_client_due_ms(&client) == UINT64_MAX);
    now_ms += 100000;
    assert_null(publish("a", 1));
    assert_null(publish("b", 2));
    assert_int_equal(mqtt_client_due_ms(&client) - now_ms, 60000);
    now_ms += 59999;
    assert_null(take(BYTES("\x40\2\0\1")));
    assert_int_equal(mqtt_client_due_ms(&client) - now_ms, 60000);
    assert_null(take(BYTES("\x40\2\0\2")));
    assert_true(mqtt_client_due_ms(&client) == UINT64_MAX);
}

static void test_limits(void **state)
{
    (void)state;
    options.limits = (struct mqtt_limits){1, 2, 3};
    want_subscription();
    init();
    mqtt_client_open(&client, now_ms);
    assert_int_equal(mqtt_client_due_ms(&client) - now_ms, 1);
    assert_null(take(BYTES("\x20\2\0\0")));
    assert_int_equal(mqtt_client_due_ms(&client) - now_ms, 2);
    assert_null(take(BYTES("\x90\3\xff\xff\1")));
    assert_null(publish("a", 1));
    assert_int_equal(mqtt_client_due_ms(&client) - now_ms, 3);
}

/* The fault comes where it can be told, not inside of publish; until then nothing more is sent. */
static void test_a_broker_that_does_not_read(void **state)
{
    (void)state;
    init();
    open_and_enter();
    reads = false;
    assert_null(publish("a", 1));
    reads = true;
    assert_null(publish("b", 2));
    assert_sent(BYTES(""));
    assert_int_equal(mqtt_client_due_ms(&client), 0);
    assert_fault(mqtt_client_tick(&client, now_ms), "does not read");
    assert_fault(take(BYTES("\x40\2\0\1")), "does not read");
    assert_called("");
    mqtt_client_close(&client);
    open_and_enter();
    assert_int_equal(mqtt_client_unacknowledged(&client), 2);
    assert_null(take(BYTES("\x40\2\0\1\x40\2\0\2")));
    assert_called("acknowledged 1; acknowledged 2; ");
}

static void test_a_broker_that_does_not_read_connect(void **state)
{
    (void)state;
    init();
    reads = false;
    mqtt_client_open(&client, now_ms);
    assert_fault(mqtt_client_tick(&client, now_ms), "does not read");
}

static void close_inside(void)
{
    mqtt_client_close(&client);
}

/* The others are granted all the same. */
static void test_subscriptions_that_are_refused(void **state)
{
    (void)state;
    want_many(3);
    takes_refusals = true;
    init();
    open_and_enter();
    assert_null(take(BYTES("\x90\5\xff\xff\x80\1\x80")));
    assert_called("refused 0; refused 2; subscribed; ");
    assert_null(take(BYTES("\x30\6\0\3v/mx")));
    assert_called("received v/m=x; ");
    mqtt_client_close(&client);
    open_and_enter();
    inside = close_inside;
    assert_null(take(BYTES("\x90\5\xff\xff\x80\1\x80")));
    assert_called("refused 0; ");
}

/* Nothing of what stands behind is taken any more. */
static void test_closed_inside_of_callbacks(void **state)
{
    (void)state;
    want_subscription();
    init();
    inside = close_inside;
    mqtt_client_open(&client, now_ms);
    assert_null(take(BYTES("\x20\2\0\0\x90\3\xff\xff\1")));
    assert_called("connected; ");
    inside = NULL;
    open_and_enter();
    inside = close_inside;
    assert_null(take(BYTES("\x32\x07\0\3v/m\0\7\x90\3\xff\xff\1")));
    assert_called("received v/m=; ");
    assert_sent(BYTES(""));
    inside = NULL;
    open_and_enter();
    assert_null(publish("a", 1));
    assert_null(publish("b", 2));
    inside = close_inside;
    assert_null(take(BYTES("\x40\2\0\1\x40\2\0\2")));
    assert_called("acknowledged 1; ");
    assert_null(take(BYTES("\x40\2\0\2")));
    assert_null(mqtt_client_tick(&client, now_ms + 1000000));
    assert_called("");
}

static uint64_t published;

static void publish_inside(void)
{
    if (published < 10)
        assert_null(publish("", ++published));
}

/* What acknowledges makes room, at once. */
static void test_published_inside_of_callbacks(void **state)
{
    (void)state;
    init();
    open_and_enter();
    published = WINDOW;
    for (uint64_t i = 1; i <= WINDOW; ++i)
        assert_null(publish("", i));
    sent_count = 0;
    inside = publish_inside;
    assert_null(take(BYTES("\x40\2\0\1\x40\2\0\2")));
    assert_sent(BYTES("\x32\5\0\1t\0\5\x32\5\0\1t\0\6"));
}

static void test_options_that_are_wrong(void **state)
{
    struct mqtt_client none = {0};

    (void)state;
    init();
    options.window = 0;
    assert_fault(mqtt_client_init(&none, &callbacks, NULL, &options), "from 1 to 4096");
    options.window = MQTT_WINDOW_MOST + 1;
    assert_fault(mqtt_client_init(&none, &callbacks, NULL, &options), "from 1 to 4096");
    options.window = 1;
    want_subscription();
    subscription.filter = BYTES("a#");
    assert_fault(mqtt_client_init(&none, &callbacks, NULL, &options), "wrong place");
    options.subscription_count = 0;
    options.connect.client_id = BYTES("\xff");
    assert_fault(mqtt_client_init(&none, &callbacks, NULL, &options), "client's id");
}

static unsigned int left;

static bool refuse_behind(void)
{
    return left && left--;
}

static void test_memory_that_runs_out(void **state)
{
    const char *fault = mqtt_out_of_memory;
    unsigned int allowed;

    (void)state;
    want_subscription();
    for (allowed = 0; fault && allowed < 10; ++allowed)
    {
        left = allowed;
        counted_memory_get()->set_gate(refuse_behind);
        fault = mqtt_client_init(&client, &callbacks, &client, &options);
        counted_memory_get()->set_gate(NULL);
        assert_true(!fault || fault == mqtt_out_of_memory);
    }
    assert_int_equal(allowed, 3);
    left = 0;
    counted_memory_get()->set_gate(refuse_behind);
    fault = publish("a", 1);
    counted_memory_get()->set_gate(NULL);
    assert_ptr_equal(fault, mqtt_out_of_memory);
    mqtt_client_open(&client, now_ms);
    left = 0;
    counted_memory_get()->set_gate(refuse_behind);
    fault = take(BYTES("\x20\2\0\0"));
    counted_memory_get()->set_gate(NULL);
    assert_ptr_equal(fault, mqtt_out_of_memory);
    mqtt_client_close(&client);
    assert_int_equal(mqtt_client_unacknowledged(&client), 0);
    assert_null(publish("a", 1));
}

#define CLIENT_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            CLIENT_TEST(test_entering),
            CLIENT_TEST(test_refused_entry),
            CLIENT_TEST(test_session_that_is_kept),
            CLIENT_TEST(test_publishing),
            CLIENT_TEST(test_messages_that_cannot_be_published),
            CLIENT_TEST(test_a_full_window),
            CLIENT_TEST(test_ids_begin_again),
            CLIENT_TEST(test_a_window_over_the_last_id),
            CLIENT_TEST(test_sent_again),
            CLIENT_TEST(test_nothing_is_sent_before_the_entry),
            CLIENT_TEST(test_subscribing),
            CLIENT_TEST(test_subscribing_to_more),
            CLIENT_TEST(test_wrong_answers_to_a_subscription),
            CLIENT_TEST(test_a_message_that_is_too_large),
            CLIENT_TEST(test_subscriptions_that_are_refused),
            CLIENT_TEST(test_a_message_that_is_not_taken_in),
            CLIENT_TEST(test_nonsense),
            CLIENT_TEST(test_half_a_packet),
            CLIENT_TEST(test_no_answer_to_connect),
            CLIENT_TEST(test_pings),
            CLIENT_TEST(test_a_silent_broker),
            CLIENT_TEST(test_pings_of_another_connection),
            CLIENT_TEST(test_no_answer_to_a_subscription),
            CLIENT_TEST(test_no_acknowledgement),
            CLIENT_TEST(test_progress),
            CLIENT_TEST(test_limits),
            CLIENT_TEST(test_a_broker_that_does_not_read),
            CLIENT_TEST(test_a_broker_that_does_not_read_connect),
            CLIENT_TEST(test_closed_inside_of_callbacks),
            CLIENT_TEST(test_published_inside_of_callbacks),
            CLIENT_TEST(test_options_that_are_wrong),
            CLIENT_TEST(test_memory_that_runs_out),
    };

    return cmocka_run_group_tests_name("a client of MQTT", tests, NULL, NULL);
}
