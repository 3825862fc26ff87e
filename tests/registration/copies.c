/* A second copy of a binary elsewhere, registered later, is not unregistered by the first. */
#include "servers.h"

#include <wchar.h>

#define COPY L"C:\\second copy\\"
#define PLATFORM_PATH CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\0\\" OWN_PLATFORM
#define HELP_PATH CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\HELPDIR"
#define SINK_ENTRY CLASSES L"CLSID\\" SINK L"\\InprocServer32"
#define HOST_ENTRY CLASSES L"CLSID\\" HOST L"\\LocalServer32"

static const enum registration_scope scopes[] = {REGISTRATION_USER, REGISTRATION_MACHINE};

/* What registering the copy would write: the same but for the paths. */
static void register_copy_of_sink(HKEY root)
{
    put(root, OWN_VIEW, SINK_ENTRY, NULL, COPY L"vmevents.dll");
    put(root, 0, PLATFORM_PATH, NULL, COPY L"vmevents.dll");
    put(root, 0, HELP_PATH, NULL, L"C:\\second copy");
}

static void register_copy_of_host(HKEY root)
{
    put(root, OWN_VIEW, HOST_ENTRY, NULL, L"\"" COPY L"vmhost.exe\"");
    put(root, 0, PLATFORM_PATH, NULL, COPY L"vmhost.exe");
    put(root, 0, HELP_PATH, NULL, L"C:\\second copy");
}

static void test_copies_of_both(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(scopes); ++i)
    {
        HKEY root = root_of(scopes[i]);

        assert_int_equal(registration_add(&sink, scopes[i]), S_OK);
        assert_int_equal(registration_add(&host, scopes[i]), S_OK);
        register_copy_of_sink(root);
        register_copy_of_host(root);
        snapshot_take(&before, root);
        writes = 0;
        assert_int_equal(registration_remove(&sink, scopes[i]), S_OK);
        assert_int_equal(registration_remove(&host, scopes[i]), S_OK);
        assert_int_equal(writes, 0);
        assert_true(is_as_before());
    }
}

static void test_copy_of_the_sink_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(scopes); ++i)
    {
        HKEY root = root_of(scopes[i]);

        /* What the copy alone is. */
        assert_int_equal(registration_add(&sink, scopes[i]), S_OK);
        register_copy_of_sink(root);
        snapshot_take(&before, root);
        writes = 0;
        assert_int_equal(registration_remove(&sink, scopes[i]), S_OK);
        assert_int_equal(writes, 0);

        /* And with a host of here that comes and goes. */
        assert_int_equal(registration_add(&host, scopes[i]), S_OK);
        assert_int_equal(registration_remove(&sink, scopes[i]), S_OK);
        assert_true(exists(root, OWN_VIEW, HOST_ENTRY));
        assert_int_equal(registration_remove(&host, scopes[i]), S_OK);
        assert_true(says(root, OWN_VIEW, SINK_ENTRY, NULL, COPY L"vmevents.dll"));
        check_library(root, COPY L"vmevents.dll");
        check_interfaces(root);
        assert_false(exists(root, OWN_VIEW, CLASSES L"CLSID\\" HOST));
        assert_false(exists(root, 0, CLASSES L"VMEvents.Host"));
        assert_false(exists(root, 0, CLASSES L"AppID\\" APPLICATION));
        snapshot_free(&before);
    }
}

/* The other way round: what the copy has left is this one's again as soon as it is registered again. */
static void test_registering_again_over_the_copy(void **state)
{
    (void)state;
    snapshot_take(&before, HKEY_CURRENT_USER);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    register_copy_of_sink(HKEY_CURRENT_USER);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());
}

/* An entry that has been written by somebody else, though with our path in it. */
static void test_entries_that_have_been_changed(void **state)
{
    WCHAR module[MAX_PATH], entry[2 * MAX_PATH];
    static const WCHAR *const formats[] = {L"\"%ls\" -debug", L"%ls", L"\"%ls", L"debugger.exe \"%ls\"", L"\"\""};

    (void)state;
    GetModuleFileNameW(NULL, module, ARRAYSIZE(module));
    for (size_t i = 0; i < ARRAYSIZE(formats); ++i)
    {
        assert_int_equal(registration_add(&host, REGISTRATION_USER), S_OK);
        swprintf(entry, ARRAYSIZE(entry), formats[i], module);
        put(HKEY_CURRENT_USER, OWN_VIEW, HOST_ENTRY, NULL, entry);
        writes = 0;
        assert_int_equal(registration_remove(&host, REGISTRATION_USER), S_OK);
        assert_int_equal(writes, 0);
    }
}

/* Registered by its short name, as installers did, it is the same binary. */
static void test_short_name(void **state)
{
    WCHAR module[MAX_PATH], name[MAX_PATH], directory[MAX_PATH];

    (void)state;
    GetModuleFileNameW(NULL, module, ARRAYSIZE(module));
    assert_true(GetShortPathNameW(module, name, ARRAYSIZE(name)));
    if (!wcsicmp(module, name))
        skip();
    wcscpy(directory, name);
    *wcsrchr(directory, '\\') = 0;
    snapshot_take(&before, HKEY_CURRENT_USER);
    assert_int_equal(registration_add(&sink, REGISTRATION_USER), S_OK);
    put(HKEY_CURRENT_USER, OWN_VIEW, SINK_ENTRY, NULL, name);
    put(HKEY_CURRENT_USER, 0, PLATFORM_PATH, NULL, name);
    put(HKEY_CURRENT_USER, 0, HELP_PATH, NULL, directory);
    assert_int_equal(registration_remove(&sink, REGISTRATION_USER), S_OK);
    assert_true(is_as_before());
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
            TEST(test_copies_of_both),
            TEST(test_copy_of_the_sink_alone),
            TEST(test_registering_again_over_the_copy),
            TEST(test_entries_that_have_been_changed),
            TEST(test_short_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
