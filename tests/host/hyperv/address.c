/* Addresses of Hyper-V's machines, right and wrong ones. */
#include "host/hyperv/address.h"

#include "support/test.h"

#include <string.h>

#define GUID "5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D90"
#define NAME_100 "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"

static const struct
{
    const char *text, *name, *guid, *host;
} right[] = {
        {"hyperv:Web", "Web", "", ""},
        {"hyperv:Web server 1 (test)", "Web server 1 (test)", "", ""},
        {"hyperv:" NAME_100, NAME_100, "", ""},
        {"hyperv:Büro: \"eins\"", "Büro: \"eins\"", "", ""},
        {"hyperv:{" GUID "}", "", GUID, ""},
        {"hyperv:{5ac1b4e8-6f27-4c1b-9d3e-0a7f3c2b1d90}", "", GUID, ""},
        {"hyperv:" GUID, GUID, "", ""}, /* a name may be like that */
        {"hyperv:Web,host=localhost", "Web", "", ""},
        {"hyperv:Web,host=.", "Web", "", ""},
        {"hyperv:Web,allow-remote", "Web", "", ""},
        {"hyperv:Web,host=hv1.example,allow-remote", "Web", "", "hv1.example"},
        {"hyperv:Web,allow-remote,host=HV1", "Web", "", "HV1"},
        {"hyperv:{" GUID "},host=fe80::1,allow-remote", "", GUID, "fe80::1"},
};

static void takes_right_ones(void **state)
{
    struct hv_address address;
    char description[256];

    (void)state;
    for (size_t i = 0; i < sizeof(right) / sizeof(*right); ++i)
    {
        const char *fault = hv_address_parse(&address, right[i].text, description);

        if (fault)
            fail_msg("%s: %s", right[i].text, fault);
        assert_string_equal(address.name, right[i].name);
        assert_string_equal(address.guid.text, right[i].guid);
        assert_string_equal(address.host, right[i].host);
    }
}

static const struct
{
    const char *text, *said;
} wrong[] = {
        {"hyperv:", "has no machine"},
        {"hyperv:,host=hv1,allow-remote", "has no machine"},
        {"hyperv:" NAME_100 NAME_100 NAME_100 NAME_100 "x", "longer than any"},
        {"hyperv:{Web}", "is no GUID"},
        {"hyperv:{" GUID, "is no GUID"},
        {"hyperv:{" GUID "}x", "is no GUID"},
        {"hyperv:{5AC1B4E8-6F27-4C1B-9D3E-0A7F3C2B1D9G}", "is no GUID"},
        {"hyperv:Web,host=hv1", "with allow-remote"},
        {"hyperv:Web,host=", "must be the name"},
        {"hyperv:Web,host=\\\\hv1,allow-remote", "must be the name"},
        {"hyperv:Web,host=a b,allow-remote", "must be the name"},
        {"hyperv:Web,host=" NAME_100 NAME_100 NAME_100 NAME_100 ",allow-remote", "must be the name"},
        {"hyperv:Web,allow-remote=1", "no part of an address"},
        {"hyperv:Web,agent=1", "no part of an address"},
        {"hyperv:Web,", "no part of an address"},
        {"hyperv:Web, the second", "named by its GUID"},
        {"hyperv:Web,host=hv1,host=hv2,allow-remote", "host is given twice"},
        {"hyperv:Web,host=.,host=.", "host is given twice"},
        {"hyperv:Web,allow-remote,allow-remote", "allow-remote is given twice"},
};

static void refuses_wrong_ones(void **state)
{
    struct hv_address address;
    char description[256];

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); ++i)
    {
        const char *fault = hv_address_parse(&address, wrong[i].text, description);

        if (!fault || !strstr(fault, wrong[i].said))
            fail_msg("%s: %s", wrong[i].text, fault ? fault : "is taken");
        assert_true(strlen(fault) < 255);
    }
}

static bool are_same(const char *one, const char *other)
{
    struct hv_address parsed, other_parsed;
    char description[256];

    assert_null(hv_address_parse(&parsed, one, description));
    assert_null(hv_address_parse(&other_parsed, other, description));
    return hv_address_equals(&parsed, &other_parsed);
}

static void knows_the_same_place(void **state)
{
    (void)state;
    assert_true(are_same("hyperv:Web", "hyperv:wEB,host=localhost"));
    assert_true(are_same("hyperv:{" GUID "}", "hyperv:{5ac1b4e8-6f27-4c1b-9d3e-0a7f3c2b1d90}"));
    assert_true(are_same("hyperv:Web,host=HV1,allow-remote", "hyperv:Web,host=hv1,allow-remote"));
    assert_false(are_same("hyperv:Web", "hyperv:Web2"));
    assert_false(are_same("hyperv:Web", "hyperv:Web,host=hv1,allow-remote"));
    assert_false(are_same("hyperv:" GUID, "hyperv:{" GUID "}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(takes_right_ones),
            cmocka_unit_test(refuses_wrong_ones),
            cmocka_unit_test(knows_the_same_place),
    };

    return cmocka_run_group_tests_name("addresses of Hyper-V's machines", tests, NULL, NULL);
}
