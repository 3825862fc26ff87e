/* What a client's packets are as bytes. */
#include "mqtt/encode.h"

#include "mqtt/bytes.h"
#include "support/test.h"

static void assert_bytes(const char *got, size_t count, struct mqtt_bytes expected)
{
    assert_int_equal(count, expected.count);
    assert_memory_equal(got, expected.start, expected.count);
}

static void assert_connect(const struct mqtt_connect *connect, struct mqtt_bytes expected)
{
    size_t size = mqtt_encode_connect(connect, NULL, 0);
    char *bytes = malloc(size);

    assert_null(mqtt_check_connect(connect));
    assert_int_equal(mqtt_encode_connect(connect, bytes, size), size);
    assert_bytes(bytes, size, expected);
    free(bytes);
}

static void test_connect(void **state)
{
    struct mqtt_bytes user = BYTES("us"), password = BYTES("p\0w");
    struct mqtt_message will = {BYTES("w/t"), BYTES("gone"), 1, true};
    struct mqtt_connect connect = {.client_id = BYTES("c"), .keep_alive_seconds = 10, .clean_session = true};

    (void)state;
    assert_connect(&connect, BYTES("\x10\x0d\0\4MQTT\4\2\0\x0a\0\1c"));
    connect.clean_session = false;
    connect.keep_alive_seconds = 0x1234;
    assert_connect(&connect, BYTES("\x10\x0d\0\4MQTT\4\0\x12\x34\0\1c"));
    connect.user = &user;
    assert_connect(&connect, BYTES("\x10\x11\0\4MQTT\4\x80\x12\x34\0\1c\0\2us"));
    connect.password = &password;
    assert_connect(&connect, BYTES("\x10\x16\0\4MQTT\4\xc0\x12\x34\0\1c\0\2us\0\3p\0w"));
    connect.will = &will;
    assert_connect(&connect, BYTES("\x10\x21\0\4MQTT\4\xec\x12\x34\0\1c\0\3w/t\0\4gone\0\2us\0\3p\0w"));
    will.qos = 0;
    will.retain = false;
    connect.user = connect.password = NULL;
    connect.client_id.count = 0;
    connect.clean_session = true;
    assert_connect(&connect, BYTES("\x10\x17\0\4MQTT\4\x06\x12\x34\0\0\0\3w/t\0\4gone"));
}

/* The flags of the standard's figure 3.6: user, password, no retained will of QoS 1, clean. */
static void test_connect_of_the_standard(void **state)
{
    struct mqtt_bytes user = BYTES("u"), password = BYTES("p");
    struct mqtt_message will = {BYTES("t"), BYTES("m"), 1, false};
    struct mqtt_connect connect = {BYTES("c"), &will, &user, &password, 10, true};

    (void)state;
    assert_connect(&connect, BYTES("\x10\x19\0\4MQTT\4\xce\0\x0a\0\1c\0\1t\0\1m\0\1u\0\1p"));
}

static void test_connects_that_are_none(void **state)
{
    static char long_bytes[MQTT_STRING_MAX + 1];
    struct mqtt_bytes wrong = BYTES("\xff"), right = BYTES("r"), too_long = {long_bytes, sizeof(long_bytes)};
    struct mqtt_message will = {BYTES("t"), too_long, 0, false};
    struct mqtt_connect connect = {.client_id = BYTES("")};

    (void)state;
    assert_non_null(strstr(mqtt_check_connect(&connect), "needs a client's id"));
    connect.clean_session = true;
    assert_null(mqtt_check_connect(&connect));
    connect.client_id = wrong;
    assert_non_null(strstr(mqtt_check_connect(&connect), "client's id"));
    connect.client_id = right;
    connect.password = &right;
    assert_non_null(strstr(mqtt_check_connect(&connect), "without a user"));
    connect.user = &wrong;
    assert_non_null(strstr(mqtt_check_connect(&connect), "user's name"));
    connect.user = &right;
    connect.password = &too_long;
    assert_non_null(strstr(mqtt_check_connect(&connect), "password"));
    connect.password = NULL;
    connect.will = &will;
    assert_non_null(strstr(mqtt_check_connect(&connect), "last will"));
    will.payload = right;
    will.topic = BYTES("a/+");
    assert_non_null(strstr(mqtt_check_connect(&connect), "topic"));
    will.topic = right;
    will.qos = 2;
    assert_non_null(strstr(mqtt_check_connect(&connect), "QoS"));
    will.qos = 1;
    assert_null(mqtt_check_connect(&connect));
}

static void assert_publish(const struct mqtt_publish *publish, struct mqtt_bytes expected)
{
    size_t size = mqtt_encode_publish(publish, NULL, 0);
    char *bytes = malloc(size);

    assert_null(mqtt_check_message(&publish->message));
    assert_int_equal(mqtt_encode_publish(publish, bytes, size), size);
    assert_bytes(bytes, size, expected);
    free(bytes);
}

static void test_publish(void **state)
{
    struct mqtt_publish publish = {{BYTES("a/b"), BYTES(""), 1, false}, 10, false};
    char bytes[] = "\x32\x07\0\3a/b\0\x0a";

    (void)state;
    /* The variable header of the standard's figure 3.11. */
    assert_publish(&publish, BYTES("\x32\x07\0\3a/b\0\x0a"));
    publish.message.payload = BYTES("x\0y");
    publish.message.retain = publish.again = true;
    publish.id = 0xfedc;
    assert_publish(&publish, BYTES("\x3b\x0a\0\3a/b\xfe\xdcx\0y"));
    publish.message.qos = 0;
    publish.again = false;
    assert_publish(&publish, BYTES("\x31\x08\0\3a/bx\0y"));
    publish.message.retain = false;
    assert_publish(&publish, BYTES("\x30\x08\0\3a/bx\0y"));
    mqtt_mark_again(bytes);
    mqtt_mark_again(bytes);
    assert_bytes(bytes, sizeof(bytes) - 1, BYTES("\x3a\x07\0\3a/b\0\x0a"));
}

/* The table 2.4: where a length gets another byte. */
static void test_lengths(void **state)
{
    static const struct
    {
        size_t length;
        struct mqtt_bytes head;
    } rows[] = {
            {3, {"\x30\x03", 2}},
            {127, {"\x30\x7f", 2}},
            {128, {"\x30\x80\x01", 3}},
            {16383, {"\x30\xff\x7f", 3}},
            {16384, {"\x30\x80\x80\x01", 4}},
            {2097151, {"\x30\xff\xff\x7f", 4}},
            {2097152, {"\x30\x80\x80\x80\x01", 5}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i)
    {
        char *payload = calloc(1, rows[i].length), *bytes;
        struct mqtt_publish publish = {{BYTES("t"), {payload, rows[i].length - 3}, 0, false}, 0, false};
        size_t size = rows[i].head.count + rows[i].length;

        assert_int_equal(mqtt_encode_publish(&publish, NULL, 0), size);
        bytes = malloc(size);
        assert_int_equal(mqtt_encode_publish(&publish, bytes, size), size);
        assert_memory_equal(bytes, rows[i].head.start, rows[i].head.count);
        free(bytes);
        free(payload);
    }
}

static void test_messages_that_are_none(void **state)
{
    struct mqtt_message message = {BYTES("t"), {NULL, MQTT_LENGTH_MAX - 5}, 0, false};

    (void)state;
    assert_null(mqtt_check_message(&message));
    ++message.payload.count;
    assert_non_null(strstr(mqtt_check_message(&message), "268435455"));
    message.payload.count = SIZE_MAX;
    assert_non_null(strstr(mqtt_check_message(&message), "268435455"));
    message.payload.count = 0;
    message.qos = 2;
    assert_non_null(strstr(mqtt_check_message(&message), "QoS"));
    message.topic = BYTES("");
    assert_non_null(strstr(mqtt_check_message(&message), "topic"));
}

/* The example of section 3.8.3.1, with the QoS that we have. */
static void test_subscribe(void **state)
{
    struct mqtt_subscription subscriptions[] = {{BYTES("a/b"), 1}, {BYTES("c/+"), 0}};
    struct mqtt_bytes expected = BYTES("\x82\x0e\0\x0a\0\3a/b\1\0\3c/+\0");
    char bytes[64];

    (void)state;
    assert_null(mqtt_check_subscriptions(subscriptions, 2));
    assert_int_equal(mqtt_encode_subscribe(10, subscriptions, 2, NULL, 0), expected.count);
    assert_bytes(bytes, mqtt_encode_subscribe(10, subscriptions, 2, bytes, sizeof(bytes)), expected);
    assert_non_null(mqtt_check_subscriptions(subscriptions, 0));
    subscriptions[1].qos = 2;
    assert_non_null(strstr(mqtt_check_subscriptions(subscriptions, 2), "QoS"));
    subscriptions[1] = (struct mqtt_subscription){BYTES("a#"), 0};
    assert_non_null(strstr(mqtt_check_subscriptions(subscriptions, 2), "wildcard"));
}

static void test_others(void **state)
{
    char bytes[MQTT_PUBACK_SIZE];

    (void)state;
    mqtt_encode_puback(0x1234, bytes);
    assert_bytes(bytes, 4, BYTES("\x40\x02\x12\x34"));
    mqtt_encode_pingreq(bytes);
    assert_bytes(bytes, 2, BYTES("\xc0\x00"));
    mqtt_encode_disconnect(bytes);
    assert_bytes(bytes, 2, BYTES("\xe0\x00"));
}

/* Nothing is written behind what there is room for. */
static void test_room_that_is_too_small(void **state)
{
    struct mqtt_publish publish = {{BYTES("a/b"), BYTES("payload"), 1, false}, 10, false};
    size_t size = mqtt_encode_publish(&publish, NULL, 0);

    (void)state;
    for (size_t room = 0; room < size; ++room)
    {
        char *bytes = malloc(room);

        assert_int_equal(mqtt_encode_publish(&publish, bytes, room), size);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_connect),
            cmocka_unit_test(test_connect_of_the_standard),
            cmocka_unit_test(test_connects_that_are_none),
            cmocka_unit_test(test_publish),
            cmocka_unit_test(test_lengths),
            cmocka_unit_test(test_messages_that_are_none),
            cmocka_unit_test(test_subscribe),
            cmocka_unit_test(test_others),
            cmocka_unit_test(test_room_that_is_too_small),
    };

    return cmocka_run_group_tests_name("packets of a client", tests, NULL, NULL);
}
