/* Addresses of live machines: what they mean, and what is said of those that mean nothing. */
#include "host/qemu/address.h"
#include "support/test.h"

#include <string.h>

static void good(const char *text, const char *host, unsigned int qmp, unsigned int agent)
{
    struct address address;
    char complaint[256];
    const char *fault = address_parse(&address, text, complaint);

    if (fault)
        fail_msg("%s: %s", text, fault);
    assert_string_equal(address.places[0].host, host);
    assert_int_equal(address.places[0].qmp_port, qmp);
    assert_int_equal(address.places[0].agent_port, agent);
}

static void bad(const char *text, const char *part_of_complaint)
{
    struct address address;
    char complaint[256];
    const char *fault = address_parse(&address, text, complaint);

    if (!fault)
        fail_msg("%s is taken", text);
    if (!strstr(fault, part_of_complaint))
        fail_msg("%s: \"%s\" does not say \"%s\"", text, fault, part_of_complaint);
}

static void test_places(void **state)
{
    (void)state;
    good("qemu:127.0.0.1:4444", "127.0.0.1", 4444, 0);
    good("qemu:127.9.8.7:65535,agent=1", "127.9.8.7", 65535, 1);
    /* One place, whatever it is called. */
    good("qemu:localhost:4444,agent=4445", "127.0.0.1", 4444, 4445);
    good("qemu:[::1]:4444", "::1", 4444, 0);
    good("qemu:host.example:4444,allow-remote", "host.example", 4444, 0);
    good("qemu:[2001:db8::1]:4444,agent=2,allow-remote", "2001:db8::1", 4444, 2);
}

static void test_options(void **state)
{
    struct address address;
    char complaint[256];

    (void)state;
    assert_null(address_parse(&address, "qemu:127.0.0.1:1", complaint));
    assert_int_equal(address.heartbeat_seconds, ADDRESS_HEARTBEAT_SECONDS);
    assert_string_equal(address.reset_log, "");
    assert_null(address_parse(&address, "qemu:127.0.0.1:1,heartbeat=3,reset-log=Z:\\tmp\\a=b.log", complaint));
    assert_int_equal(address.heartbeat_seconds, 3);
    assert_string_equal(address.reset_log, "Z:\\tmp\\a=b.log");
}

static void test_where_it_may_go(void **state)
{
    static const char ends[] = "next=127.0.0.1:3,next-agent=4,next=localhost:5,next-agent=6";
    struct address address;
    char text[256], complaint[256];

    (void)state;
    /* Wherever the rest stands. */
    for (int i = 0; i < 2; ++i)
    {
        snprintf(text, sizeof(text), i ? "qemu:[::1]:1,%s,agent=2,heartbeat=3" : "qemu:[::1]:1,agent=2,heartbeat=3,%s", ends);
        assert_null(address_parse(&address, text, complaint));
        assert_int_equal(address.place_count, 3);
        assert_int_equal(address.places[0].agent_port, 2);
        for (unsigned int j = 1; j < 3; ++j)
        {
            assert_string_equal(address.places[j].host, "127.0.0.1");
            assert_int_equal(address.places[j].qmp_port, 1 + 2 * j);
            assert_int_equal(address.places[j].agent_port, 2 + 2 * j);
        }
        assert_string_equal(address.places[2].tls_name, "localhost");
    }
    /* On another host the agent may have the same port. */
    assert_null(address_parse(&address, "qemu:a.example:1,agent=2,next=b.example:1,tls", complaint));
    assert_int_equal(address.places[1].agent_port, 2);
    assert_string_equal(address.places[0].tls_name, "a.example");
    assert_string_equal(address.places[1].tls_name, "b.example");
    assert_null(address_parse(&address, "qemu:a.example:1,next=b.example:1,tls,tls-name=c", complaint));
    assert_int_equal(address.places[1].agent_port, 0);
    assert_string_equal(address.places[0].tls_name, "c");
    assert_string_equal(address.places[1].tls_name, "c");
}

static void test_places_that_are_none(void **state)
{
    static const char *const wrong[][2] = {
            {"next=", "no host and port"},
            {"next=127.0.0.1", "no host and port"},
            {"next=127.0.0.1:x", "from 1 to 65535"},
            {"next=unix:/run/next.sock", "forward it"},
            {"next=telnet:127.0.0.1:2", "for people"},
            {"next", "no part of an address"},
            {"next-agent=3", "must follow the next"},
            {"next-agent=3,next=127.0.0.1:2", "must follow the next"},
            {"next=127.0.0.1:2,next-agent=3,next-agent=4", "must follow the next"},
            {"next=127.0.0.1:2,next-agent=0", "from 1 to 65535"},
            {"agent=9,next=127.0.0.1:2", "name it by next-agent=PORT"},
            {"next=127.0.0.1:2,agent=9", "name it by next-agent=PORT"},
            {"next=127.0.0.1:1", "named twice"},
            {"next=localhost:1", "named twice"},
            {"next=[::1]:2,next=[::1]:2", "named twice"},
            {"next=192.0.2.1:2", "allow-remote"},
            {"next=[::1]:2,next=[::1]:3,next=[::1]:4,next=[::1]:5,next=[::1]:6,next=[::1]:7,next=[::1]:8,next=[::1]:9",
                    "one more than the 7"},
    };
    char text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i)
    {
        snprintf(text, sizeof(text), "qemu:127.0.0.1:1,%s", wrong[i][0]);
        bad(text, wrong[i][1]);
    }
}

static void test_one_monitor_in_two_addresses(void **state)
{
    static const struct
    {
        const char *one, *other;
        bool overlap;
    } pairs[] = {
            {"qemu:127.0.0.1:1", "qemu:localhost:1,agent=2", true},
            {"qemu:127.0.0.1:1", "qemu:127.0.0.1:2", false},
            {"qemu:127.0.0.1:1,next=127.0.0.1:2", "qemu:127.0.0.1:2", true},
            {"qemu:127.0.0.1:2", "qemu:127.0.0.1:1,next=127.0.0.1:2", true},
            {"qemu:127.0.0.1:1,next=127.0.0.1:2", "qemu:127.0.0.1:3,next=127.0.0.1:2", true},
            {"qemu:127.0.0.1:1,next=127.0.0.1:2", "qemu:127.0.0.1:3,next=127.0.0.1:4", false},
            {"qemu:127.0.0.1:1,next=127.0.0.1:2", "qemu:[::1]:1,next=[::1]:2", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); ++i)
    {
        struct address one, other;
        char complaint[256];

        assert_null(address_parse(&one, pairs[i].one, complaint));
        assert_null(address_parse(&other, pairs[i].other, complaint));
        assert_int_equal(address_overlaps(&one, &other), pairs[i].overlap);
    }
}

static void test_other_machines_have_to_be_allowed(void **state)
{
    (void)state;
    bad("qemu:192.0.2.1:4444", "allow-remote");
    bad("qemu:[2001:db8::1]:4444", "allow-remote");
    bad("qemu:example:4444", "allow-remote");
    /* They only look like this machine. */
    bad("qemu:127.0.0.1.example:4444", "allow-remote");
    bad("qemu:127.0.0.999:4444", "allow-remote");
    bad("qemu:127.1:4444", "allow-remote");
}

static void test_no_addresses(void **state)
{
    static const char *const wrong[][2] = {
            {"", "must begin with qemu:"},
            {"127.0.0.1:4444", "must begin with qemu:"},
            {"QEMU:127.0.0.1:4444", "must begin with qemu:"},
            {"qemu:", "no host and port"},
            {"qemu:127.0.0.1", "no host and port"},
            {"qemu::4444", "no host and port"},
            {"qemu:[::1:4444", "no host and port"},
            {"qemu:[::1]4444", "no host and port"},
            {"qemu:127.0.0.1:", "from 1 to 65535"},
            {"qemu:127.0.0.1:0", "from 1 to 65535"},
            {"qemu:127.0.0.1:65536", "from 1 to 65535"},
            {"qemu:127.0.0.1:4444x", "from 1 to 65535"},
            {"qemu:127.0.0.1:+444", "from 1 to 65535"},
            {"qemu:127.0.0.1:99999999999999999999", "from 1 to 65535"},
            {"qemu:unix:/run/qemu.sock", "UNIX-CONNECT:PATH forward it"},
            {"qemu:/run/qemu.sock,agent=1", "is a Unix socket"},
            {"qemu:unix:/run/qemu.sock,server=on,wait=off", "is a Unix socket"},
            {"qemu:unix:/a/very/long/path/that/nobody/would/ever/want/to/write/but/somebody/has.sock", "forward it"},
            {"qemu:tcp:127.0.0.1:4444,server=on,wait=off", "without tcp:, as qemu:127.0.0.1:4444"},
            {"qemu:telnet:127.0.0.1:4444", "-qmp tcp:127.0.0.1:PORT"},
            {"qemu:::1:4444", "no host and port"},
            {"qemu:127.0.0.1:4444,agent=", "the agent's port"},
            {"qemu:127.0.0.1:4444,agent=x", "the agent's port"},
            {"qemu:127.0.0.1:4444,heartbeat=0", "number of seconds"},
            {"qemu:127.0.0.1:4444,reset-log=", "path"},
            {"qemu:127.0.0.1:4444,reset-log=\\\\.\\pipe\\qemu", "on this computer"},
            {"qemu:127.0.0.1:4444,reset-log=\\\\server\\share\\qemu.log", "on this computer"},
            {"qemu:127.0.0.1:4444,reset-log=//?/pipe/qemu", "on this computer"},
            {"qemu:127.0.0.1:4444,", "no part of an address"},
            {"qemu:127.0.0.1:4444,agent", "no part of an address"},
            {"qemu:127.0.0.1:4444,allow-remote=1", "no part of an address"},
            {"qemu:127.0.0.1:4444,Agent=4445", "no part of an address"},
            /* One would win unseen. */
            {"qemu:127.0.0.1:4444,agent=1,agent=2", "agent is given twice"},
            {"qemu:127.0.0.1:4444,agent=1,heartbeat=2,agent=1", "agent is given twice"},
            {"qemu:127.0.0.1:4444,heartbeat=1,heartbeat=2", "heartbeat is given twice"},
            {"qemu:127.0.0.1:4444,reset-log=C:\\a,reset-log=C:\\b", "reset-log is given twice"},
            {"qemu:127.0.0.1:4444,allow-remote,allow-remote", "allow-remote is given twice"},
            {"qemu:127.0.0.1:4444,tls,tls", "tls is given twice"},
            {"qemu:127.0.0.1:4444,tls,tls-name=a,tls-name=b", "tls-name is given twice"},
            {"qemu:127.0.0.1:4444,tls,tls-ca=C:\\a,tls-ca=C:\\b", "tls-ca is given twice"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i)
        bad(wrong[i][0], wrong[i][1]);
}

static void test_long_ones(void **state)
{
    char text[4096];

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text, "qemu:", 5);
    text[sizeof(text) - 1] = 0;
    bad(text, "longer than any can be");
    strcpy(text + 300, ":4444,allow-remote");
    bad(text, "more than 255 characters");
}

static void test_tls(void **state)
{
    static const char digits[] = "0123456789abcdefABCDEF012345678901234567";
    struct address address;
    char complaint[256];

    (void)state;
    assert_null(address_parse(&address, "qemu:127.0.0.1:1", complaint));
    assert_false(address.tls);
    /* Another computer, without allow-remote. */
    assert_null(address_parse(&address, "qemu:qemu.example:4444,agent=4445,tls", complaint));
    assert_true(address.tls);
    assert_string_equal(address.places[0].tls_name, "qemu.example");
    assert_string_equal(address.tls_ca, "");
    assert_string_equal(address.tls_certificate, "");
    /* The certificate is for what people write. */
    assert_null(address_parse(&address, "qemu:localhost:4444,tls", complaint));
    assert_string_equal(address.places[0].host, "127.0.0.1");
    assert_string_equal(address.places[0].tls_name, "localhost");
    assert_null(address_parse(&address, "qemu:[2001:db8::1]:4444,tls", complaint));
    assert_string_equal(address.places[0].tls_name, "2001:db8::1");
    /* In any order. */
    assert_null(address_parse(&address,
            "qemu:10.0.0.1:1,tls-name=qemu.example,tls-ca=C:\\my certs\\ca=1.pem,tls-cert="
            "01:23:45:67:89:ab:cd:ef:AB:CD:EF:01:23:45:67:89:01:23:45:67,tls",
            complaint));
    assert_string_equal(address.places[0].tls_name, "qemu.example");
    assert_string_equal(address.tls_ca, "C:\\my certs\\ca=1.pem");
    assert_string_equal(address.tls_certificate, digits);
    assert_null(address_parse(&address,
            "qemu:10.0.0.1:1,tls,tls-ca=z:/ca.pem,tls-cert=01 23 45 67 89 ab cd ef AB CD EF 01 23 45 67 89 01 23 45 67",
            complaint));
    assert_string_equal(address.tls_certificate, digits);

    bad("qemu:10.0.0.1:1,tls-ca=C:\\ca.pem", "only together with ,tls");
    bad("qemu:127.0.0.1:1,tls-cert=0123456789abcdefABCDEF012345678901234567", "only together with ,tls");
    bad("qemu:127.0.0.1:1,tls-name=x", "only together with ,tls");
    bad("qemu:127.0.0.1:1,tls=on", "no part of an address");
    bad("qemu:127.0.0.1:1,TLS", "no part of an address");
    bad("qemu:127.0.0.1:1,tls,tls-ca", "no part of an address");
    bad("qemu:127.0.0.1:1,tls,tls-key=x", "tls-ca=PATH, tls-cert=THUMBPRINT, tls-name=NAME");
    bad("qemu:10.0.0.1:1", "Have QEMU speak TLS, and add ,tls");
}

static void test_parts_of_tls_that_are_wrong(void **state)
{
    static const char *const paths[] = {
            "", "ca.pem", "..\\ca.pem", "\\ca.pem", "\\\\server\\ca.pem", "/etc/ca.pem", "C:ca.pem", "1:\\ca.pem"};
    static const char *const thumbprints[] = {"", "x", "0123456789abcdefABCDEF01234567890123456",
            "0123456789abcdefABCDEF0123456789012345678", "0123456789abcdefABCDEF01234567890123456g", "client.p12"};
    char text[2048];

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); ++i)
    {
        snprintf(text, sizeof(text), "qemu:127.0.0.1:1,tls,tls-ca=%s", paths[i]);
        bad(text, "must be the full path");
    }
    for (size_t i = 0; i < sizeof(thumbprints) / sizeof(thumbprints[0]); ++i)
    {
        snprintf(text, sizeof(text), "qemu:127.0.0.1:1,tls,tls-cert=%s", thumbprints[i]);
        bad(text, "40 hexadecimal digits");
    }
    bad("qemu:127.0.0.1:1,tls,tls-name=", "in QEMU's certificate");
    snprintf(text, sizeof(text), "qemu:127.0.0.1:1,tls,tls-name=%0256d", 0);
    bad(text, "in QEMU's certificate");
    snprintf(text, sizeof(text), "qemu:127.0.0.1:1,tls,tls-ca=C:\\%01021d", 0);
    bad(text, "must be the full path");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_places),
            cmocka_unit_test(test_options),
            cmocka_unit_test(test_tls),
            cmocka_unit_test(test_parts_of_tls_that_are_wrong),
            cmocka_unit_test(test_where_it_may_go),
            cmocka_unit_test(test_places_that_are_none),
            cmocka_unit_test(test_one_monitor_in_two_addresses),
            cmocka_unit_test(test_other_machines_have_to_be_allowed),
            cmocka_unit_test(test_no_addresses),
            cmocka_unit_test(test_long_ones),
    };

    return cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
