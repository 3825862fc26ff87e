/* Shared keys like Software\Classes\CLSID, which may or may not be there before. */
#include "servers.h"

static void test_parents_that_were_missing(void **state)
{
    (void)state;
    assert_false(exists(HKEY_CURRENT_USER, 0, L"Software\\Classes"));
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_false(exists(HKEY_CURRENT_USER, 0, L"Software\\Classes"));
    assert_true(exists(HKEY_CURRENT_USER, 0, L"Software"));
}

static void test_parents_that_were_empty(void **state)
{
    (void)state;
    put(HKEY_CURRENT_USER, 0, CLASSES L"CLSID", NULL, NULL);
    put(HKEY_CURRENT_USER, 0, CLASSES L"TypeLib", NULL, NULL);
    snapshot_take(&before, HKEY_CURRENT_USER);
    assert_int_equal(registration_add(&host, REGISTRATION_USER), S_OK);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_int_equal(registration_remove(&host, REGISTRATION_USER), S_OK);
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());
}

static void test_parents_that_others_use_by_now(void **state)
{
    (void)state;
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    put(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"CLSID\\" FOREIGN, NULL, L"somebody else");
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(exists(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"CLSID\\" FOREIGN));
    assert_false(exists(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"Interface"));
    assert_false(exists(HKEY_CURRENT_USER, 0, CLASSES L"TypeLib"));
}

/* Two that come one after the other may each find other keys missing. */
static void test_parents_of_two_registrations(void **state)
{
    (void)state;
    snapshot_take(&before, HKEY_CURRENT_USER);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    delete_tree(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"Interface");
    assert_int_equal(registration_add(&host, REGISTRATION_USER), S_OK);
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_int_equal(registration_remove(&host, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());
}

/* Of a record that somebody has written into, only the keys that we may have made count. */
static void test_record_with_other_keys(void **state)
{
    static const WCHAR record[] =
            L"64:Software\\Somebody\0"
            L"64:Software\\Classes\\CLSID\0"
            L"\0";
    HKEY key;

    (void)state;
    put(HKEY_CURRENT_USER, 0, L"Software\\Somebody", NULL, NULL);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_int_equal(
            RegOpenKeyExW(HKEY_CURRENT_USER, CLASSES L"TypeLib\\" LIBRARY, 0, KEY_SET_VALUE | KEY_WOW64_64KEY, &key),
            0);
    assert_int_equal(RegSetValueExW(key, L"CreatedKeys", 0, REG_MULTI_SZ, (const BYTE *)record, sizeof(record)), 0);
    RegCloseKey(key);
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(exists(HKEY_CURRENT_USER, 0, L"Software\\Somebody"));
    assert_false(exists(HKEY_CURRENT_USER, 0, CLASSES L"TypeLib\\" LIBRARY));
}

static void test_record_that_is_somebody_elses(void **state)
{
    (void)state;
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    put(HKEY_CURRENT_USER, KEY_WOW64_64KEY, CLASSES L"TypeLib\\" LIBRARY, L"CreatedKeys", L"something");
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(says(HKEY_CURRENT_USER, KEY_WOW64_64KEY, CLASSES L"TypeLib\\" LIBRARY, L"CreatedKeys", L"something"));
    assert_false(exists(HKEY_CURRENT_USER, 0, CLASSES L"TypeLib\\" LIBRARY L"\\1.0"));
}

#ifndef _WIN64
/* Windows makes Wow6432Node with the first 32-bit key of a user. */
static void test_redirected_view_that_was_missing(void **state)
{
    (void)state;
    redirected_view_comes_into_being = true;
    snapshot_take(&before, HKEY_CURRENT_USER);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_true(exists(HKEY_CURRENT_USER, KEY_WOW64_64KEY, CLASSES L"Wow6432Node"));
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());

    snapshot_take(&before, HKEY_CURRENT_USER);
    failing_write = writes = 0;
    failing_write = 20;
    assert_true(FAILED(registration_add(&sink, REGISTRATION_USER)));
    assert_true(is_as_before());
}
#endif

int main(void)
{
    static const struct CMUnitTest tests[] = {
            TEST(test_parents_that_were_missing),
            TEST(test_parents_that_were_empty),
            TEST(test_parents_that_others_use_by_now),
            TEST(test_parents_of_two_registrations),
            TEST(test_record_with_other_keys),
            TEST(test_record_that_is_somebody_elses),
#ifndef _WIN64
            TEST(test_redirected_view_that_was_missing),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
