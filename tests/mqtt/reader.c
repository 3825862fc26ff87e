/* What a broker sends, cut in any way, right and wrong. */
#include "mqtt/reader.h"

#include "mqtt/bytes.h"
#include "mqtt/encode.h"
#include "support/counted_memory.h"
#include "support/test.h"

#define MOST 100000

static struct mqtt_reader reader;
static char shown[4096];

/* Takes the packets, and writes them down. */
static const char *take(void *context, const struct mqtt_packet *packet)
{
    const struct mqtt_message *message = &packet->publish.message;
    char *end = shown + strlen(shown);
    size_t room = (size_t)(shown + sizeof(shown) - end);

    assert_ptr_equal(context, shown);
    switch (packet->type)
    {
        case MQTT_CONNACK:
            snprintf(end, room, "connack %d %d; ", packet->connack.session_present, (int)packet->connack.code);
            break;
        case MQTT_PUBLISH:
            snprintf(end, room, "publish %u%s%s %u '%.*s' '%.*s'; ", message->qos, message->retain ? " retain" : "",
                    packet->publish.again ? " again" : "", packet->publish.id, (int)message->topic.count,
                    message->topic.start, (int)message->payload.count, message->payload.start);
            break;
        case MQTT_PUBACK:
            snprintf(end, room, "puback %u; ", packet->puback_id);
            break;
        case MQTT_SUBACK:
            end += snprintf(end, room, "suback %u", packet->suback.id);
            for (size_t i = 0; i < packet->suback.codes.count; ++i)
                end += sprintf(end, " %u", (unsigned char)packet->suback.codes.start[i]);
            strcpy(end, "; ");
            break;
        default:
            snprintf(end, room, "%d; ", (int)packet->type);
    }
    return NULL;
}

/* In pieces of that many bytes, each in a block of its own. */
static const char *feed(struct mqtt_bytes bytes, size_t piece)
{
    const char *fault = NULL;

    *shown = 0;
    for (size_t i = 0; i < bytes.count && !fault; i += piece)
    {
        size_t count = bytes.count - i < piece ? bytes.count - i : piece;
        char *copy = malloc(count);

        memcpy(copy, bytes.start + i, count);
        fault = mqtt_reader_feed(&reader, copy, count, take, shown);
        free(copy);
    }
    return fault;
}

static void assert_read(struct mqtt_bytes bytes, const char *expected)
{
    for (size_t piece = 1; piece <= bytes.count; ++piece)
    {
        assert_null(feed(bytes, piece));
        assert_string_equal(shown, expected);
        assert_int_equal(reader.count, 0);
    }
}

static void test_packets(void **state)
{
    (void)state;
    assert_read(BYTES("\x20\2\0\0"), "connack 0 0; ");
    assert_read(BYTES("\x20\2\1\0"), "connack 1 0; ");
    assert_read(BYTES("\x20\2\0\5"), "connack 0 5; ");
    assert_read(BYTES("\x30\5\0\3a/b"), "publish 0 0 'a/b' ''; ");
    assert_read(BYTES("\x31\6\0\3a/bx"), "publish 0 retain 0 'a/b' 'x'; ");
    assert_read(BYTES("\x32\7\0\3a/b\0\x0a"), "publish 1 10 'a/b' ''; ");
    assert_read(BYTES("\x3b\x09\0\3a/b\x12\x34xy"), "publish 1 retain again 4660 'a/b' 'xy'; ");
    assert_read(BYTES("\x40\2\xff\xff"), "puback 65535; ");
    /* Figure 3.27: QoS 0, QoS 2, refused. */
    assert_read(BYTES("\x90\5\0\x0a\0\2\x80"), "suback 10 0 2 128; ");
    assert_read(BYTES("\xd0\0"), "13; ");
    /* A length need not be as short as it could be. */
    assert_read(BYTES("\xd0\x80\x80\x80\0\x40\x82\0\0\1"), "13; puback 1; ");
}

static void test_many_packets(void **state)
{
    (void)state;
    assert_read(BYTES("\x20\2\0\0\xd0\0\x40\2\0\1\x30\4\0\1tx\x32\6\0\1t\0\2y\xd0\0\x90\3\0\3\1"),
            "connack 0 0; 13; puback 1; publish 0 0 't' 'x'; publish 1 2 't' 'y'; 13; suback 3 1; ");
}

static void test_malformed(void **state)
{
    static const struct
    {
        struct mqtt_bytes bytes;
        const char *fault;
        size_t noticed; /* the byte at which that is seen */
    } rows[] = {
            {{"\x00\0", 2}, "no MQTT", 1},
            {{"\xf0\0", 2}, "no MQTT", 1},
            {{"\x10\0", 2}, "only clients", 1},
            {{"\x82\0", 2}, "only clients", 1},
            {{"\xa2\0", 2}, "only clients", 1},
            {{"\xc0\0", 2}, "only clients", 1},
            {{"\xe0\0", 2}, "only clients", 1},
            {{"\x50\2\0\1", 4}, "QoS 2", 1},
            {{"\x62\2\0\1", 4}, "QoS 2", 1},
            {{"\x70\2\0\1", 4}, "QoS 2", 1},
            {{"\xb0\2\0\1", 4}, "UNSUBACK", 1},
            {{"\x21\2\0\0", 4}, "flags", 1},
            {{"\x42\2\0\1", 4}, "flags", 1},
            {{"\x98\3\0\1\0", 5}, "flags", 1},
            {{"\xd4\0", 2}, "flags", 1},
            {{"\x34\6\0\1t\0\1x", 8}, "QoS 2", 1},
            {{"\x36\6\0\1t\0\1x", 8}, "QoS 3", 1},
            {{"\x38\4\0\1tx", 6}, "sent again", 1},
            {{"\x20\1\0", 3}, "CONNACK of a wrong length", 2},
            {{"\x20\3\0\0\0", 5}, "CONNACK of a wrong length", 2},
            {{"\x40\0", 2}, "PUBACK of a wrong length", 2},
            {{"\x40\4\0\1\0\1", 6}, "PUBACK of a wrong length", 2},
            {{"\x90\2\0\1", 4}, "without an answer", 2},
            {{"\xd0\1\0", 3}, "PINGRESP of a wrong length", 2},
            {{"\x30\2\0\0", 4}, "too short", 2},
            {{"\x32\4\0\1tx", 6}, "too short", 2},
            {{"\x30\x80\x80\x80\x80\1", 6}, "fourth byte", 5},
            {{"\x90\xff\xff\xff\x7f", 5}, "larger than what is taken", 4},
            {{"\x90\xff\xff\x7f", 4}, "larger than what is taken", 4},
            {{"\x20\2\2\0", 4}, "flags that there are not", 4},
            {{"\x20\2\x81\0", 4}, "flags that there are not", 4},
            {{"\x20\2\0\6", 4}, "answer that there is not", 4},
            {{"\x20\2\1\5", 4}, "session all the same", 4},
            {{"\x40\2\0\0", 4}, "id 0", 4},
            {{"\x90\3\0\0\0", 5}, "id 0", 5},
            {{"\x90\4\0\1\0\3", 6}, "answer that there is not", 6},
            {{"\x90\3\0\1\x81", 5}, "answer that there is not", 5},
            {{"\x30\3\0\0x", 5}, "topic is empty", 5},
            {{"\x30\3\0\2t", 5}, "ends inside", 5},
            {{"\x30\3\xff\xfft", 5}, "ends inside", 5},
            {{"\x32\5\0\3abc", 7}, "ends inside", 7},
            {{"\x32\5\0\2abc", 7}, "ends inside", 7},
            {{"\x30\5\0\3a/+", 7}, "wildcard", 7},
            {{"\x30\5\0\3a/#", 7}, "wildcard", 7},
            {{"\x30\3\0\1\0", 5}, "without NUL", 5},
            {{"\x30\4\0\2\xc0\x80", 6}, "UTF-8", 6},
            {{"\x32\5\0\1t\0\0", 7}, "id 0", 7},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i)
    {
        for (size_t piece = 1; piece <= rows[i].bytes.count; ++piece)
        {
            const char *fault = feed(rows[i].bytes, piece);

            if (!fault || !strstr(fault, rows[i].fault) || *shown)
                fail_msg("row %u: %s, %s", (unsigned int)i, fault ? fault : "nothing is wrong", shown);
            mqtt_reader_restart(&reader);
        }
        assert_null(feed((struct mqtt_bytes){rows[i].bytes.start, rows[i].noticed - 1}, 1));
        mqtt_reader_restart(&reader);
    }
}

/* What stands in front of a fault has been taken, what stands behind it is not looked at. */
static void test_a_fault_between_packets(void **state)
{
    (void)state;
    assert_non_null(feed(BYTES("\xd0\0\x40\2\0\1\xd1\0\xd0\0"), 10));
    assert_string_equal(shown, "13; puback 1; ");
}

/* A whole PUBLISH of a message. */
static char *encode(const char *topic, size_t payload, size_t *size)
{
    char *content = malloc(payload), *bytes;
    struct mqtt_publish publish = {{bytes_of(topic), {content, payload}, 1, false}, 7, false};

    for (size_t i = 0; i < payload; ++i)
        content[i] = (char)(i * 7 + i / 251);
    *size = mqtt_encode_publish(&publish, NULL, 0);
    bytes = malloc(*size);
    mqtt_encode_publish(&publish, bytes, *size);
    free(content);
    return bytes;
}

static size_t payload_seen, packets_seen;

static const char *take_payload(void *context, const struct mqtt_packet *packet)
{
    const struct mqtt_bytes *payload = &packet->publish.message.payload;

    (void)context;
    ++packets_seen;
    payload_seen = payload->count;
    assert_int_equal(packet->publish.id, 7);
    for (size_t i = 0; i < payload->count; ++i)
        assert_int_equal(payload->start[i], (char)(i * 7 + i / 251));
    return NULL;
}

static void test_what_was_encoded_is_read(void **state)
{
    static const size_t payloads[] = {0, 1, 119, 120, 121, 5000, 16375, 16376, 16377, MOST - 5};
    static const size_t pieces[] = {1, 2, 3, 7, 64, 1000, 8192, 1 << 20};

    (void)state;
    for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]) * 8; ++i)
    {
        size_t size, piece = pieces[i % 8], wanted = payloads[i / 8];
        char *bytes = encode("t", wanted, &size);

        packets_seen = 0;
        for (size_t done = 0; done < size; done += piece)
            assert_null(mqtt_reader_feed(
                    &reader, bytes + done, size - done < piece ? size - done : piece, take_payload, NULL));
        assert_int_equal(packets_seen, 1);
        assert_int_equal(payload_seen, wanted);
        free(bytes);
    }
}

/* A length is believed only as far as bytes have come. */
static void test_memory_is_for_what_has_come(void **state)
{
    size_t before = counted_memory_get()->live().bytes;

    (void)state;
    assert_null(feed(BYTES("\x30\xa0\x8d\6\0\1tx"), 1));
    assert_true(counted_memory_get()->live().bytes - before <= 256);
    for (unsigned int i = 0; i < 1000; ++i)
        assert_null(feed(BYTES("0123456789"), 10));
    assert_true(counted_memory_get()->live().bytes - before <= 2 * (10000 + 8));
}

static size_t omitted_seen;

static const char *take_omitted(void *context, const struct mqtt_packet *packet)
{
    ++packets_seen;
    omitted_seen += packet->omitted;
    assert_int_equal(packet->publish.id, 7);
    assert_int_equal(packet->publish.message.topic.count, 1);
    assert_int_equal(packet->publish.message.payload.count, 0);
    (void)context;
    return NULL;
}

/* It comes without its payload however it is cut, takes no memory, and what stands behind it is read. */
static void test_a_message_that_is_too_large(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 5, 7, 1000, MOST, 1 << 20};
    size_t size;
    char *bytes = encode("t", MOST + 50, &size), *twice = malloc(2 * size);

    (void)state;
    memcpy(twice, bytes, size);
    memcpy(twice + size, bytes, size);
    for (size_t i = 0; i < 8; ++i)
    {
        packets_seen = omitted_seen = 0;
        for (size_t done = 0; done < 2 * size; done += pieces[i])
        {
            size_t count = 2 * size - done < pieces[i] ? 2 * size - done : pieces[i];

            assert_null(mqtt_reader_feed(&reader, twice + done, count, take_omitted, NULL));
            assert_true(reader.size <= 256);
            assert_true(packets_seen == (done + count) / size);
        }
        assert_int_equal(omitted_seen, 2 * (MOST + 50));
        assert_null(feed(BYTES("\x40\2\0\1"), 1));
        assert_string_equal(shown, "puback 1; ");
    }
    free(bytes);
    free(twice);
}

/* The largest that is taken, and one byte more. */
static void test_bounds(void **state)
{
    size_t size;
    char *bytes = encode("t", MOST - 5, &size);

    (void)state;
    assert_null(mqtt_reader_feed(&reader, bytes, size, take_payload, NULL));
    assert_int_equal(reader.size, 0);
    free(bytes);
    bytes = encode("t", MOST - 4, &size);
    packets_seen = omitted_seen = 0;
    assert_null(mqtt_reader_feed(&reader, bytes, size, take_omitted, NULL));
    assert_int_equal(omitted_seen, MOST - 4);
    free(bytes);
}

static bool refuse(void)
{
    return false;
}

static void test_memory_that_runs_out(void **state)
{
    const char *fault;

    (void)state;
    counted_memory_get()->set_gate(refuse);
    assert_null(feed(BYTES("\xd0\0\x40\2\0\1"), 6));
    fault = feed(BYTES("\x40\2\0"), 3);
    counted_memory_get()->set_gate(NULL);
    assert_ptr_equal(fault, mqtt_out_of_memory);
    mqtt_reader_restart(&reader);
    assert_null(feed(BYTES("\x40\2\0\1"), 1));
}

static const char *stop(void *context, const struct mqtt_packet *packet)
{
    take(context, packet);
    return mqtt_stop_reading;
}

static void test_stopped(void **state)
{
    (void)state;
    *shown = 0;
    assert_null(mqtt_reader_feed(&reader, "\xd0\0\x40\2\0\1", 6, stop, shown));
    assert_string_equal(shown, "13; ");
    *shown = 0;
    assert_null(mqtt_reader_feed(&reader, "\xd0", 1, stop, shown));
    assert_null(mqtt_reader_feed(&reader, "\0\x40\2\0\1", 5, stop, shown));
    assert_string_equal(shown, "13; ");
}

static int set_up(void **state)
{
    (void)state;
    *shown = 0;
    mqtt_reader_init(&reader, MOST);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mqtt_reader_cleanup(&reader);
    return 0;
}

#define READER_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            READER_TEST(test_packets),
            READER_TEST(test_many_packets),
            READER_TEST(test_malformed),
            READER_TEST(test_a_fault_between_packets),
            READER_TEST(test_what_was_encoded_is_read),
            READER_TEST(test_memory_is_for_what_has_come),
            READER_TEST(test_a_message_that_is_too_large),
            READER_TEST(test_bounds),
            READER_TEST(test_memory_that_runs_out),
            READER_TEST(test_stopped),
    };

    return cmocka_run_group_tests_name("packets of a broker", tests, NULL, NULL);
}
