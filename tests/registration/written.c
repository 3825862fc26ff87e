/* What registering writes, and that unregistering takes it out again. */
#include "servers.h"

#include "platform/memory.h"

#include <sddl.h>
#include <wchar.h>

static void check_sink(HKEY root, const WCHAR *module)
{
    const struct expected_value values[] = {
            {OWN_VIEW, CLASSES L"CLSID\\" SINK, NULL, L"A sink"},
            {OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\InprocServer32", NULL, module},
            {OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\InprocServer32", L"ThreadingModel", L"Both"},
            {OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\ProgID", NULL, L"VMEvents.Sink.1"},
            {OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\VersionIndependentProgID", NULL, L"VMEvents.Sink"},
            {OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\TypeLib", NULL, LIBRARY},
            {OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\Version", NULL, L"1.0"},
            {0, CLASSES L"VMEvents.Sink.1", NULL, L"A sink"},
            {0, CLASSES L"VMEvents.Sink.1\\CLSID", NULL, SINK},
            {0, CLASSES L"VMEvents.Sink", NULL, L"A sink"},
            {0, CLASSES L"VMEvents.Sink\\CLSID", NULL, SINK},
            {0, CLASSES L"VMEvents.Sink\\CurVer", NULL, L"VMEvents.Sink.1"},
    };

    check_values(root, values, ARRAYSIZE(values));
    assert_true(exists(root, OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\Programmable"));
    assert_false(exists(root, OWN_VIEW, CLASSES L"VMEvents.Sink.1\\CurVer"));
}

/* As the registry has to have it: self-relative, in binary. */
static void check_permission(HKEY root, const WCHAR *name, const WCHAR *expected)
{
    const struct registry_key key = {root, KEY_WOW64_64KEY, CLASSES L"AppID\\" APPLICATION};
    struct registry_value value;
    PSECURITY_DESCRIPTOR descriptor;
    ULONG size;

    assert_int_equal(registry_read(&key, name, &value), S_OK);
    assert_int_equal(value.type, REG_BINARY);
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(expected, SDDL_REVISION_1, &descriptor, &size));
    assert_int_equal(value.size, size);
    assert_memory_equal(value.bytes, descriptor, size);
    LocalFree(descriptor);
    memory_free(value.bytes);
}

static void check_host(HKEY root, const WCHAR *module)
{
    WCHAR quoted[MAX_PATH + 2];
    const struct expected_value values[] = {
            {OWN_VIEW, CLASSES L"CLSID\\" HOST, NULL, L"A host"},
            {OWN_VIEW, CLASSES L"CLSID\\" HOST L"\\LocalServer32", NULL, quoted},
            {OWN_VIEW, CLASSES L"CLSID\\" HOST L"\\ProgID", NULL, L"VMEvents.Host.1"},
            {0, CLASSES L"VMEvents.Host\\CurVer", NULL, L"VMEvents.Host.1"},
            {0, CLASSES L"VMEvents.Host.1\\CLSID", NULL, HOST},
            {OWN_VIEW, CLASSES L"CLSID\\" HOST, L"AppID", APPLICATION},
            {0, CLASSES L"AppID\\" APPLICATION, NULL, L"A host"},
            {0, CLASSES L"AppID\\vmhost.exe", L"AppID", APPLICATION},
    };
    struct registry_value threading_model;

    swprintf(quoted, ARRAYSIZE(quoted), L"\"%ls\"", module);
    check_values(root, values, ARRAYSIZE(values));
    check_permission(root, L"LaunchPermission", LAUNCH_PERMISSION);
    check_permission(root, L"AccessPermission", ACCESS_PERMISSION);
    assert_int_equal(registry_read(&(struct registry_key){root, OWN_VIEW, CLASSES L"CLSID\\" HOST L"\\LocalServer32"},
                             L"ThreadingModel", &threading_model),
            S_FALSE);
}

static void test_what_is_written(void **state)
{
    static const enum registration_scope scopes[] = {REGISTRATION_USER, REGISTRATION_MACHINE};
    WCHAR module[MAX_PATH];

    (void)state;
    GetModuleFileNameW(NULL, module, ARRAYSIZE(module));
    for (size_t i = 0; i < ARRAYSIZE(scopes); ++i)
    {
        assert_int_equal(registration_add(&sink, scopes[i]), S_OK);
        check_library(root_of(scopes[i]), module);
        check_interfaces(root_of(scopes[i]));
        assert_int_equal(registration_add(&host, scopes[i]), S_OK);
        check_sink(root_of(scopes[i]), module);
        check_host(root_of(scopes[i]), module);
        assert_int_equal(registration_remove(&sink, scopes[i]), S_OK);
        assert_int_equal(registration_remove(&host, scopes[i]), S_OK);
    }
}

static void test_nothing_is_left(void **state)
{
    static const enum registration_scope scopes[] = {REGISTRATION_USER, REGISTRATION_MACHINE};
    const struct registration_server *servers[] = {&sink, &host};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(scopes); ++i)
    {
        for (int order = 0; order < 4; ++order)
        {
            snapshot_take(&before, root_of(scopes[i]));
            assert_int_equal(registration_add(servers[order & 1], scopes[i]), S_OK);
            assert_int_equal(registration_add(servers[!(order & 1)], scopes[i]), S_OK);
            assert_int_equal(registration_remove(servers[order >> 1], scopes[i]), S_OK);
            assert_int_equal(registration_remove(servers[!(order >> 1)], scopes[i]), S_OK);
            assert_true(is_as_before());
        }
    }
}

static void test_both_scopes_at_once(void **state)
{
    (void)state;
    snapshot_take(&before, HKEY_LOCAL_MACHINE);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());

    assert_int_equal(registration_add(&sink, REGISTRATION_MACHINE), S_OK);
    snapshot_take(&before, HKEY_LOCAL_MACHINE);
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());

    snapshot_take(&before, HKEY_CURRENT_USER);
    assert_int_equal(registration_remove(&sink, REGISTRATION_MACHINE), S_OK);
    assert_true(is_as_before());
    assert_false(exists(HKEY_CURRENT_USER, 0, L"Software\\Classes"));
}

static void test_registering_again(void **state)
{
    (void)state;
    snapshot_take(&before, HKEY_CURRENT_USER);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    writes = 0;
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_int_equal(writes, 0);
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());
}

static void test_removing_what_is_not_registered(void **state)
{
    (void)state;
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_int_equal(registration_remove(&sink, REGISTRATION_MACHINE), S_OK);
    assert_int_equal(registration_add(&host, REGISTRATION_USER), S_OK);
    put(HKEY_CURRENT_USER, 0, CLASSES L"VMEvents.Sink.1\\CLSID", NULL, SINK);
    writes = 0;
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_int_equal(writes, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
            TEST(test_what_is_written),
            TEST(test_nothing_is_left),
            TEST(test_both_scopes_at_once),
            TEST(test_registering_again),
            TEST(test_removing_what_is_not_registered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
