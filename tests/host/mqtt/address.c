/* Addresses: what they mean, and what is said of those that mean nothing. */
#include "host/mqtt/address.h"

#include "fleet/utf8_text.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

static struct mqtt_address parsed;

static void parse(const char *text)
{
    char description[256];
    const char *wrong = mqtt_address_parse(&parsed, text, description);

    if (wrong)
        fail_msg("%s: %s", text, wrong);
}

static void refuse(const char *text, const char *why)
{
    char description[256];
    const char *wrong = mqtt_address_parse(&parsed, text, description);

    if (!wrong || !strstr(wrong, why))
        fail_msg("%s: %s, not %s", text, wrong ? wrong : "it is taken", why);
}

static void what_is_right(void **state)
{
    (void)state;
    parse("mqtt:127.0.0.1:1883/web-1/Web");
    assert_string_equal(parsed.way.brokers[0].host, "127.0.0.1");
    assert_int_equal(parsed.way.brokers[0].port, 1883);
    assert_int_equal(parsed.way.broker_count, 1);
    assert_string_equal(parsed.key, "web-1/Web");
    assert_false(parsed.is_watch || parsed.way.tls);
    parse("mqtt:localhost:1883/pc.1/Web 1%2C %25,next=[::1]:1884,session=s 1,user=u,password-credential=c");
    assert_string_equal(parsed.way.brokers[0].host, "127.0.0.1");
    assert_string_equal(parsed.way.brokers[0].tls_name, "localhost");
    assert_string_equal(parsed.way.brokers[1].host, "::1");
    assert_string_equal(parsed.key, "pc%2E1/Web%201%2C%20%25");
    assert_string_equal(parsed.way.session, "s 1");
    assert_string_equal(parsed.way.user, "u");
    assert_string_equal(parsed.way.password_credential, "c");
    parse("mqtt:b.example.com:8883/pc%201/+,tls,tls-ca=C:\\ca.pem,tls-name=x,user=u,password-file=C:\\p,tls-cert="
          "0123456789012345678901234567890123456789");
    assert_true(parsed.is_watch && parsed.way.tls);
    assert_string_equal(parsed.key, "pc%201/+");
    assert_string_equal(parsed.way.brokers[0].tls_name, "x");
    parse("mqtt:b.example.com:1883/+/+,allow-remote");
    assert_string_equal(parsed.key, "+/+");
    /* What the name is of. */
    parse("mqtt:127.0.0.1:1883/+1/%2B");
    assert_string_equal(parsed.key, "%2B1/%2B");
    assert_false(parsed.is_watch);
}

static void what_is_wrong(void **state)
{
    (void)state;
    refuse("mqtt:", "no broker");
    refuse("mqtt:127.0.0.1:1883", "no broker with a machine");
    refuse("mqtt://127.0.0.1:1883/h/m", "no broker with a machine");
    refuse("mqtt:127.0.0.1/h/m", "no broker and port");
    refuse("mqtt:127.0.0.1:0/h/m", "1 to 65535");
    refuse("mqtt:127.0.0.1:65536/h/m", "1 to 65535");
    refuse("mqtt:127.0.0.1:1/h", "names no machine");
    refuse("mqtt:127.0.0.1:1/h/", "names no machine");
    refuse("mqtt:127.0.0.1:1//m", "names no machine");
    refuse("mqtt:127.0.0.1:1/h/m/x", "names no machine");
    refuse("mqtt:127.0.0.1:1/+/m", "names no machine");
    refuse("mqtt:127.0.0.1:1/h/50%", "names no machine");
    refuse("mqtt:127.0.0.1:1/h/%00", "names no machine");
    refuse("mqtt:10.0.0.7:1883/h/m", "add ,tls");
    refuse("mqtt:b:1883/h/m", "add ,tls");
    refuse("mqtt:127.0.0.1:1/h/m,next=b:1", "add ,tls");
    refuse("mqtt:127.0.0.1:1/h/m,next=127.0.0.1:1", "twice");
    refuse("mqtt:127.0.0.1:1/h/m,tls-name=x", "only together with ,tls");
    refuse("mqtt:127.0.0.1:1/h/m,password-file=C:\\p", "user=NAME");
    refuse("mqtt:127.0.0.1:1/h/m,user=u,password-file=\\\\share\\p", "full path");
    refuse("mqtt:127.0.0.1:1/h/m,user=u,password-file=C:\\p,password-credential=c", "not by both");
    refuse("mqtt:127.0.0.1:1/h/m,user=", "no value");
    refuse("mqtt:127.0.0.1:1/h/m,tls,tls-cert=12", "thumbprint");
    refuse("mqtt:127.0.0.1:1/h/m,password=secret", "no part of an address");
    refuse("mqtt:127.0.0.1:1/h/m,", "no part of an address");
    refuse("qemu:127.0.0.1:1", "must begin with mqtt:");
    refuse("mqtt:127.0.0.1:1/h/m,user=a,user=b", "user is given twice");
    refuse("mqtt:127.0.0.1:1/h/m,session=a,next=127.0.0.1:2,session=b", "session is given twice");
    refuse("mqtt:127.0.0.1:1/h/m,user=u,password-file=C:\\p,password-file=C:\\q", "password-file is given twice");
    refuse("mqtt:127.0.0.1:1/h/m,tls,tls", "tls is given twice");
}

/* The longest name, each byte of it encoded, and one that is longer. */
static void long_names(void **state)
{
    struct utf8_text text = {0}, name = {0};

    (void)state;
    for (int i = 0; i < MESSAGE_NAME_SIZE - 1; ++i)
        utf8_text_append(&name, "%20");
    utf8_text_append(&text, "mqtt:127.0.0.1:1883/h/");
    utf8_text_append(&text, utf8_text_get(&name));
    parse(utf8_text_get(&text));
    assert_string_equal(parsed.key + 2, name.start);
    utf8_text_append(&text, "x");
    refuse(utf8_text_get(&text), "names no machine");
    utf8_text_free(&text);
    utf8_text_free(&name);
}

static void which_are_the_same(void **state)
{
    struct mqtt_address one, other;
    uint32_t hashes[2][MQTT_ADDRESS_BROKERS_MAX];

    (void)state;
    parse("mqtt:127.0.0.1:1883/h/m,next=127.0.0.1:1884");
    one = parsed;
    parse("mqtt:127.0.0.1:1884/h/m");
    other = parsed;
    assert_true(mqtt_address_ways_meet(&one.way, &other.way));
    assert_false(mqtt_address_is_same_way(&one.way, &other.way));
    assert_int_equal(mqtt_address_hash(&one.way, one.key, hashes[0]), 2);
    assert_int_equal(mqtt_address_hash(&other.way, other.key, hashes[1]), 1);
    assert_int_equal(hashes[0][1], hashes[1][0]);
    parse("mqtt:127.0.0.1:1884/x/y");
    assert_true(mqtt_address_is_same_way(&parsed.way, &other.way));
    parse("mqtt:127.0.0.1:1884/x/y,session=s");
    assert_false(mqtt_address_is_same_way(&parsed.way, &other.way));
}

static void the_address_of_what_is_found(void **state)
{
    char text[64];

    (void)state;
    assert_true(mqtt_address_of("mqtt:b:1/+/+,allow-remote,user=u", "h/a%20b", text, sizeof(text)));
    assert_string_equal(text, "mqtt:b:1/h/a%20b,allow-remote,user=u");
    assert_true(mqtt_address_of("mqtt:b:1/h/+", "h/m", text, sizeof(text)));
    assert_string_equal(text, "mqtt:b:1/h/m");
    assert_false(mqtt_address_of("mqtt:b:1/h/+", "h/m", text, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(what_is_right),
            cmocka_unit_test(what_is_wrong),
            cmocka_unit_test(long_names),
            cmocka_unit_test(which_are_the_same),
            cmocka_unit_test(the_address_of_what_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
