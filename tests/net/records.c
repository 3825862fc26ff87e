/* What can be read of TLS without a key. */
#include "net/tls_records.h"

#include "support/test.h"

#include <string.h>

static void test_beginnings(void **state)
{
    char bytes[TLS_RECORD_HEAD] = {TLS_RECORD_HANDSHAKE, 3, 3, 0x48, 0};

    (void)state;
    for (size_t i = 1; i <= sizeof(bytes); ++i)
        assert_true(tls_record_begins(bytes, i));
    for (size_t i = 0; i < sizeof(bytes); ++i)
        assert_int_equal(tls_record_size(bytes, i), 0);
    assert_int_equal(tls_record_size(bytes, sizeof(bytes)), TLS_RECORD_MAX);
    bytes[4] = 1;
    assert_false(tls_record_begins(bytes, sizeof(bytes)));
    assert_true(tls_record_begins(bytes, sizeof(bytes) - 1));
    bytes[1] = 2;
    assert_true(tls_record_begins(bytes, 1));
    assert_false(tls_record_begins(bytes, 2));
    for (int first = 0; first < 256; ++first)
    {
        char byte = (char)first;

        assert_int_equal(tls_record_begins(&byte, 1), first >= 20 && first <= 23);
    }
}

static void test_alerts(void **state)
{
    unsigned int number = 0;
    char text[256], other[256];

    (void)state;
    assert_true(tls_record_is_fatal_alert("\x15\x03\x03\x00\x02\x02\x30", 7, &number));
    assert_int_equal(number, 48);
    assert_false(tls_record_is_fatal_alert("\x15\x03\x03\x00\x02\x01\x00", 7, &number));
    assert_false(tls_record_is_fatal_alert("\x16\x03\x03\x00\x02\x02\x30", 7, &number));
    assert_false(tls_record_is_fatal_alert("\x15\x03\x03\x00\x03\x02\x30\x00", 8, &number));
    for (number = 0; number < 256; ++number)
    {
        tls_alert_describe(number, false, text, sizeof(text));
        tls_alert_describe(number, true, other, sizeof(other));
        assert_true(!strncmp(text, "it ", 3) && !strncmp(other, "it ", 3));
        assert_true(strlen(text) < sizeof(text) - 1 && strlen(other) < sizeof(other) - 1);
        /* Who has one need not be told to name one. */
        if (number == 40 || number == TLS_ALERT_CERTIFICATE_REQUIRED)
            assert_true(strstr(text, "tls-cert=") && !strstr(other, "tls-cert="));
    }
}

static bool asks(const char *record, size_t size)
{
    char *copy = malloc(size);
    bool answer;

    memcpy(copy, record, size);
    answer = tls_record_asks_for_certificate(copy, size);
    free(copy);
    return answer;
}

static void test_requests_for_certificates(void **state)
{
    /* A ServerHello of 3 bytes, a CertificateRequest of 1, a ServerHelloDone. */
    static const char record[] = "\x16\x03\x03\x00\x10\x02\x00\x00\x03xyz\x0d\x00\x00\x01x\x0e\x00\x00\x00";

    (void)state;
    for (size_t i = 0; i < sizeof(record); ++i)
        assert_int_equal(asks(record, i), i >= 16);
    assert_false(asks("\x17\x03\x03\x00\x04\x0d\x00\x00\x00", 9));
    assert_false(asks("\x16\x03\x03\x00\x08\x02\xff\xff\xff\x0d\x00\x00\x00", 13));
}

static void test_strangers(void **state)
{
    (void)state;
    assert_non_null(strstr(tls_describe_stranger("{", 1), "QMP in the clear"));
    assert_non_null(strstr(tls_describe_stranger("{\"QMP\": {", 9), "QMP in the clear"));
    assert_non_null(strstr(tls_describe_stranger("{\"x\": {", 7), "speaks no TLS"));
    assert_non_null(strstr(tls_describe_stranger("QEMU 7.2.22 monitor", 19), "monitor for people"));
    assert_non_null(strstr(tls_describe_stranger("\xff", 1), "speaks no TLS"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_beginnings),
            cmocka_unit_test(test_alerts),
            cmocka_unit_test(test_requests_for_certificates),
            cmocka_unit_test(test_strangers),
    };

    return cmocka_run_group_tests_name("records of TLS", tests, NULL, NULL);
}
