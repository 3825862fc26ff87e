/* What belongs to others is left alone, and what our other servers need stays. */
#include "servers.h"

static void put_foreign_interface(HKEY root)
{
    put(root, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS, NULL, L"IVMVirtualMachineEvents of Virtual PC");
    put(root, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS L"\\ProxyStubClsid32", NULL, FOREIGN);
    put(root, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS L"\\TypeLib", NULL, FOREIGN);
    put(root, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS L"\\TypeLib", L"Version", L"5.0");
}

static bool foreign_interface_is_there(HKEY root)
{
    const WCHAR *path = CLASSES L"Interface\\" MACHINE_EVENTS;

    return says(root, OWN_VIEW, path, NULL, L"IVMVirtualMachineEvents of Virtual PC")
            && says(root, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS L"\\ProxyStubClsid32", NULL, FOREIGN)
            && says(root, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS L"\\TypeLib", NULL, FOREIGN)
            && says(root, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS L"\\TypeLib", L"Version", L"5.0");
}

static void test_foreign_interface(void **state)
{
    static const enum registration_scope scopes[] = {REGISTRATION_USER, REGISTRATION_MACHINE};

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(scopes); ++i)
    {
        put_foreign_interface(root_of(scopes[i]));
        snapshot_take(&before, root_of(scopes[i]));
        assert_int_equal(registration_add(&sink, scopes[i]), S_OK);
        assert_true(foreign_interface_is_there(root_of(scopes[i])));
        assert_int_equal(registration_remove(&sink, scopes[i]), S_OK);
        assert_true(is_as_before());
    }
}

static void test_interface_without_library(void **state)
{
    (void)state;
    put(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS L"\\ProxyStubClsid32", NULL, FOREIGN);
    snapshot_take(&before, HKEY_CURRENT_USER);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_false(exists(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS L"\\TypeLib"));
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());
}

static void test_interface_that_someone_takes_over(void **state)
{
    (void)state;
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    put_foreign_interface(HKEY_CURRENT_USER);
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(foreign_interface_is_there(HKEY_CURRENT_USER));
}

static void test_machines_interface_is_not_hidden(void **state)
{
    (void)state;
    put_foreign_interface(HKEY_LOCAL_MACHINE);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_false(exists(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS));
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(foreign_interface_is_there(HKEY_LOCAL_MACHINE));
}

static void test_prog_id_that_someone_takes_over(void **state)
{
    (void)state;
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    put(HKEY_CURRENT_USER, 0, CLASSES L"VMEvents.Sink.1\\CLSID", NULL, FOREIGN);
    put(HKEY_CURRENT_USER, 0, CLASSES L"VMEvents.Sink\\CurVer", NULL, L"VMEvents.Sink.2");
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(says(HKEY_CURRENT_USER, 0, CLASSES L"VMEvents.Sink.1\\CLSID", NULL, FOREIGN));
    assert_true(says(HKEY_CURRENT_USER, 0, CLASSES L"VMEvents.Sink\\CLSID", NULL, SINK));
}

static void test_another_version_of_the_library(void **state)
{
    (void)state;
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    put(HKEY_CURRENT_USER, 0, CLASSES L"TypeLib\\" LIBRARY L"\\2.0", NULL, L"a later one");
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(exists(HKEY_CURRENT_USER, 0, CLASSES L"TypeLib\\" LIBRARY L"\\2.0"));
    assert_false(exists(HKEY_CURRENT_USER, 0, CLASSES L"TypeLib\\" LIBRARY L"\\1.0"));
}

/* The interfaces go with the version that was registered last. */
static void test_interface_of_another_version(void **state)
{
    const WCHAR *path = CLASSES L"Interface\\" MACHINE_EVENTS L"\\TypeLib";

    (void)state;
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    put(HKEY_CURRENT_USER, OWN_VIEW, path, L"Version", L"1.1");
    snapshot_take(&before, HKEY_CURRENT_USER);
    writes = 0;
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_int_equal(writes, 0);
    assert_true(is_as_before());
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(says(HKEY_CURRENT_USER, OWN_VIEW, path, L"Version", L"1.1"));
    assert_true(says(HKEY_CURRENT_USER, OWN_VIEW, path, NULL, LIBRARY));
    assert_true(
            says(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS, NULL, L"IVMVirtualMachineEvents"));

    /* An older one is written over, as it would be by an update. */
    put(HKEY_CURRENT_USER, OWN_VIEW, path, L"Version", L"0.9");
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_true(says(HKEY_CURRENT_USER, OWN_VIEW, path, L"Version", L"1.0"));
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_false(exists(HKEY_CURRENT_USER, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS));
}

/* Another product's program of that name. */
static void test_foreign_application(void **state)
{
    const WCHAR *path = CLASSES L"AppID\\vmhost.exe";

    (void)state;
    put(HKEY_CURRENT_USER, 0, path, L"AppID", FOREIGN);
    snapshot_take(&before, HKEY_CURRENT_USER);
    assert_int_equal(registration_add(&host, REGISTRATION_USER), S_OK);
    assert_true(says(HKEY_CURRENT_USER, 0, path, L"AppID", FOREIGN));
    assert_true(exists(HKEY_CURRENT_USER, 0, CLASSES L"AppID\\" APPLICATION));
    assert_int_equal(registration_remove(&host, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());

    put(HKEY_LOCAL_MACHINE, 0, path, L"AppID", FOREIGN);
    delete_tree(HKEY_CURRENT_USER, 0, path);
    assert_int_equal(registration_add(&host, REGISTRATION_USER), S_OK);
    assert_false(exists(HKEY_CURRENT_USER, 0, path));
    assert_int_equal(registration_remove(&host, REGISTRATION_USER), S_OK);
    assert_true(says(HKEY_LOCAL_MACHINE, 0, path, L"AppID", FOREIGN));
}

/* Both bitnesses share the AppID. */
static void test_application_of_both_bitnesses(void **state)
{
    const WCHAR *server = CLASSES L"CLSID\\" HOST L"\\LocalServer32";
    BOOL wow64 = FALSE;

    (void)state;
    if (sizeof(void *) == 4 && (!IsWow64Process(GetCurrentProcess(), &wow64) || !wow64))
        skip();
    assert_int_equal(registration_add(&host, REGISTRATION_MACHINE), S_OK);
    put(HKEY_LOCAL_MACHINE, OTHER_VIEW, server, NULL, L"\"C:\\other\\vmhost.exe\"");
    assert_int_equal(registration_remove(&host, REGISTRATION_MACHINE), S_OK);
    assert_true(exists(HKEY_LOCAL_MACHINE, 0, CLASSES L"AppID\\" APPLICATION));
    assert_true(says(HKEY_LOCAL_MACHINE, 0, CLASSES L"AppID\\vmhost.exe", L"AppID", APPLICATION));

    assert_int_equal(registration_add(&host, REGISTRATION_MACHINE), S_OK);
    delete_tree(HKEY_LOCAL_MACHINE, OTHER_VIEW, CLASSES L"CLSID\\" HOST);
    assert_int_equal(registration_remove(&host, REGISTRATION_MACHINE), S_OK);
    assert_false(exists(HKEY_LOCAL_MACHINE, 0, CLASSES L"AppID\\" APPLICATION));
    assert_false(exists(HKEY_LOCAL_MACHINE, 0, CLASSES L"AppID\\vmhost.exe"));
}

static void test_other_binary_remains(void **state)
{
    WCHAR module[MAX_PATH];

    (void)state;
    GetModuleFileNameW(NULL, module, ARRAYSIZE(module));
    assert_int_equal(registration_add(&host, REGISTRATION_MACHINE), S_OK);
    put(HKEY_LOCAL_MACHINE, OWN_VIEW, CLASSES L"CLSID\\" HOST L"\\LocalServer32", NULL,
            L"\"C:\\else where\\vmhost.exe\"");
    assert_int_equal(registration_add(&sink, REGISTRATION_MACHINE), S_OK);
    check_library(HKEY_LOCAL_MACHINE, module);
    assert_int_equal(registration_remove(&sink, REGISTRATION_MACHINE), S_OK);
    check_library(HKEY_LOCAL_MACHINE, L"C:\\else where\\vmhost.exe");
    check_interfaces(HKEY_LOCAL_MACHINE);
    assert_false(exists(HKEY_LOCAL_MACHINE, 0, CLASSES L"VMEvents.Sink"));
    assert_true(exists(HKEY_LOCAL_MACHINE, 0, CLASSES L"VMEvents.Host"));
    assert_int_equal(registration_remove(&host, REGISTRATION_MACHINE), S_OK);
}

/* The library's path stays with a binary that has not been removed. */
static void test_library_of_the_other_binary(void **state)
{
    const WCHAR *path = CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\0\\" OWN_PLATFORM;

    (void)state;
    assert_int_equal(registration_add(&sink, REGISTRATION_MACHINE), S_OK);
    assert_int_equal(registration_add(&host, REGISTRATION_MACHINE), S_OK);
    put(HKEY_LOCAL_MACHINE, 0, path, NULL, L"C:\\else where\\vmhost.exe");
    assert_int_equal(registration_remove(&sink, REGISTRATION_MACHINE), S_OK);
    assert_true(says(HKEY_LOCAL_MACHINE, 0, path, NULL, L"C:\\else where\\vmhost.exe"));
    assert_int_equal(registration_remove(&host, REGISTRATION_MACHINE), S_OK);
}

static void test_other_bitness_remains(void **state)
{
    const WCHAR *server = CLASSES L"CLSID\\" SINK L"\\InprocServer32";
    const WCHAR *library = CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\0\\" OTHER_PLATFORM;
    BOOL wow64 = FALSE;

    (void)state;
    if (sizeof(void *) == 4 && (!IsWow64Process(GetCurrentProcess(), &wow64) || !wow64))
        skip();
    snapshot_take(&before, HKEY_LOCAL_MACHINE);
    assert_int_equal(registration_add(&sink, REGISTRATION_MACHINE), S_OK);
    put(HKEY_LOCAL_MACHINE, OTHER_VIEW, server, NULL, L"C:\\other\\vmevents.dll");
    put(HKEY_LOCAL_MACHINE, 0, library, NULL, L"C:\\other\\vmevents.dll");
    assert_int_equal(registration_remove(&sink, REGISTRATION_MACHINE), S_OK);

    assert_true(says(HKEY_LOCAL_MACHINE, OTHER_VIEW, server, NULL, L"C:\\other\\vmevents.dll"));
    assert_true(says(HKEY_LOCAL_MACHINE, 0, CLASSES L"VMEvents.Sink.1\\CLSID", NULL, SINK));
    assert_true(says(HKEY_LOCAL_MACHINE, 0, CLASSES L"VMEvents.Sink\\CLSID", NULL, SINK));
    assert_true(says(HKEY_LOCAL_MACHINE, 0, library, NULL, L"C:\\other\\vmevents.dll"));
    assert_true(says(HKEY_LOCAL_MACHINE, 0, CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\HELPDIR", NULL, L"C:\\other"));
    assert_false(exists(HKEY_LOCAL_MACHINE, 0, CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\0\\" OWN_PLATFORM));
    assert_false(exists(HKEY_LOCAL_MACHINE, OWN_VIEW, CLASSES L"Interface\\" MACHINE_EVENTS));

    assert_int_equal(registration_add(&sink, REGISTRATION_MACHINE), S_OK);
    delete_tree(HKEY_LOCAL_MACHINE, OTHER_VIEW, CLASSES L"CLSID\\" SINK);
    delete_tree(HKEY_LOCAL_MACHINE, 0, library);
    assert_int_equal(registration_remove(&sink, REGISTRATION_MACHINE), S_OK);
    assert_true(is_as_before());
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
            TEST(test_foreign_interface),
            TEST(test_interface_without_library),
            TEST(test_interface_that_someone_takes_over),
            TEST(test_machines_interface_is_not_hidden),
            TEST(test_prog_id_that_someone_takes_over),
            TEST(test_another_version_of_the_library),
            TEST(test_interface_of_another_version),
            TEST(test_foreign_application),
            TEST(test_application_of_both_bitnesses),
            TEST(test_other_binary_remains),
            TEST(test_library_of_the_other_binary),
            TEST(test_other_bitness_remains),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
