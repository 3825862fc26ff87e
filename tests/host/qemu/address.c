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
    assert_string_equal(address.host, host);
    assert_int_equal(address.qmp_port, qmp);
    assert_int_equal(address.agent_port, agent);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_places),
            cmocka_unit_test(test_options),
            cmocka_unit_test(test_other_machines_have_to_be_allowed),
            cmocka_unit_test(test_no_addresses),
            cmocka_unit_test(test_long_ones),
    };

    return cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
