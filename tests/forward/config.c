/* The configuration file: what is read, and each fault with its line. */
#include "forward/config.h"
#include "forward/key_words.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

static char faults[4096];

static void note_fault(void *context, unsigned int line, const char *text)
{
    size_t length = strlen(faults);

    (void)context;
    snprintf(faults + length, sizeof(faults) - length, "%u: %s\n", line, text);
}

static bool read_text(struct config *config, const char *text)
{
    *faults = 0;
    return config_read(config, text, strlen(text), "pc", note_fault, NULL);
}

static void assert_refused(const char *text, const char *expected)
{
    struct config config;

    assert_false(read_text(&config, text));
    if (!strstr(faults, expected))
        fail_msg("'%s' is not in '%s'", expected, faults);
    assert_null(config.spool);
}

static void the_least_that_is_needed(void **state)
{
    struct config config;

    (void)state;
    assert_true(read_text(&config, "\xef\xbb\xbf# nothing but this\r\n\r\n  spool\t=  C:\\a b\\x.db \r\n"));
    assert_string_equal(faults, "");
    assert_string_equal(config.spool, "C:\\a b\\x.db");
    assert_string_equal(config.status_file, "C:\\a b\\x.db.prom");
    assert_int_equal(config.spool_line, 3);
    assert_int_equal(config.status_file_line, 0);
    assert_string_equal(config.host, "pc");
    assert_string_equal(config.client_id, "vmforward-pc");
    assert_int_equal(config.broker_count, 0);
    assert_int_equal(config.spool_limit, 1 << 30);
    assert_int_equal(config.keep_minutes, 5);
    assert_int_equal(config.repeat_seconds, 60);
    assert_int_equal(config.window, 256);
    assert_int_equal(config.keep_alive, 30);
    config_free(&config);
}

static void everything_that_there_is(void **state)
{
    struct config config;

    (void)state;
    assert_true(read_text(&config,
            "host = web\nbroker = mqtts://a.example:8883\nbroker = mqtts://10.0.0.1:8884,name=b.example\n"
            "broker = mqtts://[::1]:8885\nallow-plain = no\nca = ca.pem\n"
            "client-certificate = 0123456789abcdef0123456789ABCDEF01234567\nuser = u\npassword-file = p.txt\n"
            "client-id = id\nspool = s\nspool-limit = 16 MB\nkeep-minutes = 2\nrepeat-seconds = 0\nwindow = 1\n"
            "keep-alive = 5\nstatus-file = f"));
    assert_int_equal(config.broker_count, 3);
    assert_string_equal(config.brokers[0].host, "a.example");
    assert_null(config.brokers[0].name);
    assert_true(config.brokers[0].tls);
    assert_string_equal(config.brokers[1].host, "10.0.0.1");
    assert_string_equal(config.brokers[1].name, "b.example");
    assert_int_equal(config.brokers[1].port, 8884);
    assert_string_equal(config.brokers[2].host, "::1");
    assert_int_equal(config.spool_line, 11);
    assert_int_equal(config.status_file_line, 17);
    assert_int_equal(config.spool_limit, 16 << 20);
    assert_string_equal(config.password_file, "p.txt");
    assert_string_equal(config.status_file, "f");
    config_free(&config);
}

static void lines_that_are_wrong(void **state)
{
    (void)state;
    assert_refused("", "0: there is no line `spool = FILE`");
    assert_refused("spool = s\nspoool = x\n", "2: there is no key \"spoool\"; vmforward --help lists them");
    assert_refused("spool = s\nhello\n", "2: \"hello\" is neither a comment");
    assert_refused("spool =\n", "1: spool has no value; it is FILE");
    assert_refused("spool = s\n\nspool = t\n", "3: spool stands in line 1 already");
    assert_refused("spool = s\nwindow = 0\n", "2: window is \"0\"; it has to be a whole number from 1 to 4096");
    assert_refused("spool = s\nwindow = 10 KB\n", "2: window is");
    assert_refused("spool = s\nwindow = 99999999999999999999999\n", "2: window is");
    assert_refused("spool = s\nspool-limit = 10\n", "2: spool-limit is \"10\"; it has to be a whole number with KB");
    assert_refused("spool = s\nspool-limit = 9999999999999GB\n", "2: spool-limit is");
    assert_refused("spool = s\nallow-plain = true\n", "2: allow-plain is \"true\"; it has to be yes or no");
    assert_refused("spool = s\nkeep-minutes = 1\nrepeat-seconds = 61\n", "3: repeat-seconds is more than keep-minutes");
    assert_refused("spool = s\nclient-certificate = 12\n", "2: client-certificate is \"12\"");
}

static void brokers_that_are_wrong(void **state)
{
    static const char *const wrong[] = {"x", "http://a:1", "mqtt://", "mqtt://a", "mqtt://:1", "mqtt://127.0.0.1:0",
            "mqtt://127.0.0.1:65536", "mqtt://127.0.0.1:1x", "mqtt://[::1:1", "mqtt://[]:1", "mqtt://a b:1",
            "mqtt://127.0.0.1:-1"};
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i)
    {
        snprintf(text, sizeof(text), "spool = s\nallow-plain = yes\nbroker = %s\n", wrong[i]);
        assert_refused(text, "it has to be mqtt://HOST:PORT or mqtts://HOST:PORT");
        assert_non_null(strstr(faults, "3: broker is"));
    }
    assert_refused("spool = s\nbroker = mqtts://a:1,nam=b\n", "2: behind the broker's port may only stand ,name=NAME");
    assert_refused("spool = s\nbroker = mqtts://a:1,\n", "2: behind the broker's port");
    assert_refused("spool = s\nbroker = mqtt://127.0.0.1:1,name=b\n", "only with mqtts://");
}

static void other_computers_without_tls(void **state)
{
    struct config config;

    (void)state;
    assert_refused("spool = s\nbroker = mqtt://10.0.0.1:1883\n", "2: 10.0.0.1 is another computer");
    assert_refused("spool = s\nbroker = mqtt://127.evil.example:1883\n", "is another computer");
    assert_true(read_text(&config, "spool = s\nbroker = mqtt://10.0.0.1:1883\nallow-plain = yes\n"));
    config_free(&config);
    assert_true(read_text(&config, "spool = s\nbroker = mqtt://localhost:1883\nbroker = mqtt://[::1]:1883\n"));
    config_free(&config);
}

static void machines_that_are_to_be_opened(void **state)
{
    struct config config;

    (void)state;
    assert_true(read_text(&config, "spool = s\nmachine = Web 1 | qemu:127.0.0.1:4444\nmachine = b|hyperv:b\n"));
    assert_int_equal(config.machine_count, 2);
    assert_string_equal(config.machines[0].name, "Web 1");
    assert_string_equal(config.machines[0].address, "qemu:127.0.0.1:4444");
    assert_string_equal(config.machines[1].name, "b");
    config_free(&config);
    assert_refused("spool = s\nmachine = x\n", "2: machine is \"x\"; it has to be NAME | ADDRESS");
    assert_refused("spool = s\nmachine = | a:b\n", "2: machine is");
    assert_refused("spool = s\nmachine = a |\n", "2: machine is");
    assert_refused("spool = s\nmachine = a | b:c\nmachine = a | b:d\n", "3: line 2 has a machine of that name");
}

static void what_does_not_fit_together(void **state)
{
    (void)state;
    assert_refused("spool = s\nbroker = mqtt://127.0.0.1:1\nbroker = mqtts://127.0.0.1:2\n",
            "3: either all brokers are mqtts:// or none is");
    assert_refused(
            "spool = s\nbroker = mqtts://a:1\nbroker = mqtts://a:1\n", "3: this broker stands in line 2 already");
    assert_refused("spool = s\nca = x\n", "2: ca needs a broker that is mqtts://");
    assert_refused("spool = s\npassword-file = x\n", "2: password-file needs user too");
    assert_refused(
            "spool = s\nuser = u\npassword-file = x\npassword-credential = y\n", "4: the password comes either by");
}

static void every_fault_is_told(void **state)
{
    (void)state;
    assert_refused("a = b\nwindow = x\nkeep-alive = 1\n", "1: there is no key");
    assert_non_null(strstr(faults, "\n2: window is"));
    assert_non_null(strstr(faults, "\n3: keep-alive is"));
    assert_non_null(strstr(faults, "\n0: there is no line `spool"));
}

static void lines_of_any_length_and_bytes(void **state)
{
    static char text[8192];
    struct config config;

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    assert_refused(text, "1: the line has more than 2047 bytes");
    *faults = 0;
    assert_false(config_read(&config, "spool = a\0b\n", 12, "pc", note_fault, NULL));
    assert_non_null(strstr(faults, "1: character 10 of the line is a NUL, as files of UTF-16 have them"));
    assert_refused(
            "spool = s\n# \x1b[2J\n", "2: character 3 of the line is the control character U+001B; the only ones");
    assert_refused(
            "spool = s\nhost = B\xfcro\r\n", "2: there is a byte that is not UTF-8 text; save the file as UTF-8");
    assert_false(config_read(&config, "spool = s", 9, NULL, note_fault, NULL));
    assert_non_null(strstr(faults, "there is no line `host = NAME`"));
}

static void every_key_is_described(void **state)
{
    (void)state;
    for (const struct config_key *key = config_keys; key->name; ++key)
    {
        assert_non_null(key->value);
        assert_non_null(key->meaning);
    }
}

static void faults_of_tls_name_keys(void **state)
{
    char text[64];

    (void)state;
    key_words(text, sizeof(text), "tls-ca=x, tls-cert=Y or tls-name=NAME; tls-cert; tls");
    assert_string_equal(text, "ca = x, client-certificate = Y or broker = …,name=NAME; ");
    key_words(text, 8, "tls-ca=0123456789");
    assert_string_equal(text, "ca = 01");
    key_words(text, sizeof(text), "");
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_least_that_is_needed),
            cmocka_unit_test(everything_that_there_is),
            cmocka_unit_test(lines_that_are_wrong),
            cmocka_unit_test(brokers_that_are_wrong),
            cmocka_unit_test(other_computers_without_tls),
            cmocka_unit_test(machines_that_are_to_be_opened),
            cmocka_unit_test(what_does_not_fit_together),
            cmocka_unit_test(every_fault_is_told),
            cmocka_unit_test(lines_of_any_length_and_bytes),
            cmocka_unit_test(every_key_is_described),
            cmocka_unit_test(faults_of_tls_name_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
