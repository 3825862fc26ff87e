/* For whom a certificate is, by its extension: names and addresses, and what is no proper extension. */
#include "net/tls_names.h"

#include "support/test.h"

#include <string.h>

/* A subjectAltName's DER, of strings whose first byte is the tag. */
static size_t build(unsigned char *bytes, const char *const *names)
{
    size_t size = 2;

    bytes[0] = 0x30;
    for (; *names; ++names)
    {
        size_t length = strlen(*names + 1);

        bytes[size++] = (unsigned char)**names;
        bytes[size++] = (unsigned char)length;
        memcpy(bytes + size, *names + 1, length);
        size += length;
    }
    bytes[1] = (unsigned char)(size - 2);
    return size;
}

#define DNS "\x82"
#define IP "\x87"
#define URI "\x86"

static const char *const some[] = {DNS "host.example.org", URI "spiffe://other", DNS "*.Wild.example.org", DNS "*.org",
        IP "\x7f\x01\x02\x03", DNS "10.0.0.1", NULL};

static void expect(const char *const *names, const char *name, bool expected)
{
    unsigned char bytes[256];
    size_t size = build(bytes, names);

    if (tls_names_have(bytes, size, name) != expected)
        fail_msg("%s is %s", name, expected ? "not found" : "found");
}

static void test_hosts(void **state)
{
    (void)state;
    expect(some, "host.example.org", true);
    expect(some, "HOST.example.ORG.", true);
    expect(some, "example.org", false);
    expect(some, "a.host.example.org", false);
    expect(some, "host.example.orga", false);
    expect(some, "other", false);
    expect(some, "", false);
    expect(some, ".", false);
}

static void test_wildcards(void **state)
{
    static const char *const odd[] = {DNS "a*.example.org", DNS "*", DNS "*.*.example.net", DNS "*.", NULL};

    (void)state;
    expect(some, "a.wild.example.org", true);
    expect(some, "a.b.wild.example.org", false);
    expect(some, "wild.example.org", false);
    expect(some, ".wild.example.org", true); /* no name that could be looked up */
    /* It would be for everybody in there. */
    expect(some, "any.org", false);
    expect(odd, "ab.example.org", false);
    expect(odd, "host", false);
    expect(odd, "a.b.example.net", false);
    expect(odd, "a.", false);
}

/* An address is never found among the names, nor a name among the addresses. */
static void test_addresses(void **state)
{
    static const char *const loopback6[] = {DNS "::1", NULL};
    static const unsigned char ip6[] = {0x30, 18, 0x87, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    (void)state;
    expect(some, "127.1.2.3", true);
    expect(some, "127.1.2.4", false);
    expect(some, "10.0.0.1", false);
    expect(loopback6, "::1", false);
    assert_true(tls_names_have(ip6, sizeof(ip6), "2001:db8::1"));
    assert_false(tls_names_have(ip6, sizeof(ip6), "2001:db8::2"));
    assert_false(tls_names_have(ip6, sizeof(ip6), "32.1.13.184"));
}

/* What would end where a string of C does. */
static void test_a_nul_inside(void **state)
{
    static const unsigned char bytes[] = "\x30\x0e\x82\x0cgood.org\0.ev";

    (void)state;
    assert_false(tls_names_have(bytes, sizeof(bytes) - 1, "good.org"));
    assert_true(tls_names_have((const unsigned char *)"\x30\x0a\x82\x08good.org", 12, "good.org"));
}

/* Every beginning of it, in a block of its own, so that a byte too far is found. */
static void test_cut(void **state)
{
    unsigned char bytes[256];
    size_t size = build(bytes, some);
    char text[256];

    (void)state;
    for (size_t i = 0; i < size; ++i)
    {
        unsigned char *cut = malloc(i + 1);

        memcpy(cut, bytes, i);
        assert_false(tls_names_have(cut, i, "host.example.org"));
        tls_names_list(cut, i, text, sizeof(text));
        assert_string_equal(text, "");
        free(cut);
    }
    /* A length that is greater than what is left, in every form. */
    assert_false(tls_names_have((const unsigned char *)"\x30\x82\xff\xff\x82\x01g", 7, "g"));
    assert_false(tls_names_have((const unsigned char *)"\x30\x84\x00\x00\x00\x03\x82\x01g", 9, "g"));
    assert_false(tls_names_have((const unsigned char *)"\x30\x80\x82\x01g", 5, "g"));
    assert_true(tls_names_have((const unsigned char *)"\x30\x81\x03\x82\x01g", 6, "g"));
}

static void test_list(void **state)
{
    static const char *const odd[] = {DNS "a\nb\x1b[0m.org", DNS "ok.org", IP "123", NULL};
    unsigned char bytes[256];
    size_t size = build(bytes, some);
    char text[256];

    (void)state;
    tls_names_list(bytes, size, text, sizeof(text));
    assert_string_equal(text, "host.example.org, *.Wild.example.org, *.org, 127.1.2.3, 10.0.0.1");
    tls_names_list(bytes, size, text, 30);
    assert_string_equal(text, "host.example.org");
    size = build(bytes, odd);
    tls_names_list(bytes, size, text, sizeof(text));
    assert_string_equal(text, "a?b??0m.org, ok.org");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_hosts),
            cmocka_unit_test(test_wildcards),
            cmocka_unit_test(test_addresses),
            cmocka_unit_test(test_a_nul_inside),
            cmocka_unit_test(test_cut),
            cmocka_unit_test(test_list),
    };

    return cmocka_run_group_tests_name("names of certificates", tests, NULL, NULL);
}
