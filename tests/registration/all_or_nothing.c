/*
 * Registering and unregistering that fail on the way leave the registry as it was.
 *
 * There are some hundreds of places to fail at, and each has the whole registry compared. Without an argument every fifth is
 * tried, by each of the ways from another one on; `every` tries all.
 */
#include "servers.h"

#include "memory/refusal.h"

static enum registration_scope scope = REGISTRATION_USER;
static unsigned int stride = 5;

static unsigned int first_fault(void)
{
    static unsigned int ways;

    return 1 + ways++ % stride;
}

/* Makes each write fail in its turn, and says how many there were. */
static unsigned int fail_each_write(
        HRESULT (*change)(const struct registration_server *, enum registration_scope), const char *what)
{
    HRESULT hr;

    for (unsigned int fault = first_fault();; fault += stride)
    {
        snapshot_take(&before, root_of(scope));
        writes = 0;
        failing_write = fault;
        hr = change(&sink, scope);
        failing_write = 0;
        if (hr == S_OK)
        {
            snapshot_free(&before);
            return fault - 1;
        }
        if (hr != HRESULT_FROM_WIN32(ERROR_WRITE_FAULT) || !is_as_before())
            fail_msg("%s, write %u: %#lx", what, fault, (unsigned long)hr);
    }
}

/* The same with each request for memory. */
static LONG refuse_each_request(
        HRESULT (*change)(const struct registration_server *, enum registration_scope), const char *what)
{
    size_t blocks = counted_memory_get()->live().blocks;
    HRESULT hr;

    for (LONG request = (LONG)first_fault();; request += (LONG)stride)
    {
        bool refused;

        snapshot_take(&before, HKEY_CURRENT_USER);
        refusal_arm(request);
        hr = change(&sink, REGISTRATION_USER);
        refused = refusal_disarm();
        assert_int_equal(counted_memory_get()->live().blocks, blocks);
        if (!refused)
        {
            assert_int_equal(hr, S_OK);
            snapshot_free(&before);
            return request - 1;
        }
        if (hr != E_OUTOFMEMORY || !is_as_before())
            fail_msg("%s, request %ld (%s): %#lx", what, (long)request, refusal_of(), (unsigned long)hr);
    }
}

/* Values of other types and with other contents, in the way of ours. */
static void put_other_values(void)
{
    static const DWORD number = 42;
    HKEY key;

    put(HKEY_CURRENT_USER, 0, CLASSES L"VMEvents.Sink\\CurVer", NULL, L"Another.Sink.7");
    put(HKEY_CURRENT_USER, 0, CLASSES L"VMEvents.Sink\\CLSID", NULL, FOREIGN);
    put(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"CLSID\\" SINK, L"AppID", FOREIGN);
    put(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\Deep\\Deeper", L"name", L"string");
    assert_int_equal(RegOpenKeyExW(HKEY_CURRENT_USER, CLASSES L"CLSID\\" SINK, 0, KEY_ALL_ACCESS | OWN_VIEW, &key), 0);
    assert_int_equal(RegSetValueExW(key, NULL, 0, REG_DWORD, (const BYTE *)&number, sizeof(number)), 0);
    assert_int_equal(RegSetValueExW(key, L"empty", 0, REG_BINARY, NULL, 0), 0);
    assert_int_equal(RegSetValueExW(key, L"expand", 0, REG_EXPAND_SZ, (const BYTE *)L"%x%", 8), 0);
    RegCloseKey(key);
}

static void test_every_request_for_memory_may_fail(void **state)
{
    (void)state;
    refusal_install(GetModuleHandleW(NULL), counted_memory_get());
    assert_true(refuse_each_request(registration_add, "registering") > 50);
    assert_true(refuse_each_request(registration_remove, "unregistering") > 50);
    put_other_values();
    assert_true(refuse_each_request(registration_add, "registering over other values") > 50);
    put(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\Deep\\Deeper", L"name", L"string");
    assert_true(refuse_each_request(registration_remove, "unregistering with other values") > 50);
    assert_int_equal(registration_add(&host, REGISTRATION_USER), S_OK);
    assert_true(refuse_each_request(registration_add, "registering beside the host") > 10);
    assert_true(refuse_each_request(registration_remove, "unregistering beside the host") > 10);
}

static void test_every_write_may_fail(void **state)
{
    (void)state;
    assert_true(fail_each_write(registration_add, "registering") > 50);
    assert_true(fail_each_write(registration_remove, "unregistering") > 50);
    put_other_values();
    assert_true(fail_each_write(registration_add, "registering over other values") > 50);
    put(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\Deep\\Deeper", L"name", L"string");
    assert_true(fail_each_write(registration_remove, "unregistering with other values") > 50);
    assert_int_equal(registration_add(&host, REGISTRATION_USER), S_OK);
    assert_true(fail_each_write(registration_add, "registering beside the host") > 10);
    assert_true(fail_each_write(registration_remove, "unregistering beside the host") > 10);
}

/* Where the views of both bitnesses differ. */
static void test_every_write_for_all_users_may_fail(void **state)
{
    (void)state;
    scope = REGISTRATION_MACHINE;
    assert_true(fail_each_write(registration_add, "registering for all users") > 50);
    assert_true(fail_each_write(registration_remove, "unregistering for all users") > 50);
    scope = REGISTRATION_USER;
}

/* Gives everyone these rights to the key, and nobody any other. */
static void set_rights(HKEY root, const WCHAR *path, DWORD rights)
{
    SID_IDENTIFIER_AUTHORITY world = SECURITY_WORLD_SID_AUTHORITY;
    SECURITY_DESCRIPTOR descriptor;
    BYTE buffer[256];
    ACL *acl = (ACL *)buffer;
    PSID everyone;
    HKEY key;

    assert_true(AllocateAndInitializeSid(&world, 1, SECURITY_WORLD_RID, 0, 0, 0, 0, 0, 0, 0, &everyone));
    assert_true(InitializeAcl(acl, sizeof(buffer), ACL_REVISION));
    assert_true(AddAccessAllowedAce(acl, ACL_REVISION, rights, everyone));
    assert_true(InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION));
    assert_true(SetSecurityDescriptorDacl(&descriptor, TRUE, acl, FALSE));
    assert_int_equal(RegOpenKeyExW(root, path, 0, WRITE_DAC, &key), 0);
    assert_int_equal(RegSetKeySecurity(key, DACL_SECURITY_INFORMATION, &descriptor), 0);
    RegCloseKey(key);
    FreeSid(everyone);
}

static void test_no_right_to_write(void **state)
{
    /* Written late, when much has been written before. Wine heeds only rights to values. */
    const WCHAR *locked = CLASSES L"TypeLib\\" LIBRARY L"\\1.0";
    HRESULT hr;

    (void)state;
    put(HKEY_LOCAL_MACHINE, 0, locked, NULL, NULL);
    snapshot_take(&before, HKEY_LOCAL_MACHINE);
    set_rights(HKEY_LOCAL_MACHINE, locked, KEY_READ | WRITE_DAC);
    hr = registration_add(&sink, REGISTRATION_MACHINE);
    set_rights(HKEY_LOCAL_MACHINE, locked, KEY_ALL_ACCESS);
    assert_int_equal(hr, E_ACCESSDENIED);
    assert_true(is_as_before());

    assert_int_equal(registration_add(&sink, REGISTRATION_MACHINE), S_OK);
    snapshot_take(&before, HKEY_LOCAL_MACHINE);
    set_rights(HKEY_LOCAL_MACHINE, locked, KEY_READ | WRITE_DAC);
    hr = registration_remove(&sink, REGISTRATION_MACHINE);
    set_rights(HKEY_LOCAL_MACHINE, locked, KEY_ALL_ACCESS);
    assert_int_equal(hr, E_ACCESSDENIED);
    assert_true(is_as_before());
    assert_int_equal(registration_remove(&sink, REGISTRATION_MACHINE), S_OK);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
            TEST(test_every_write_may_fail),
            TEST(test_every_write_for_all_users_may_fail),
            TEST(test_every_request_for_memory_may_fail),
            TEST(test_no_right_to_write),
    };

    if (argc > 1 && !strcmp(argv[1], "every"))
        stride = 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
