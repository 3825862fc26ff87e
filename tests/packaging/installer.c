/* The life of an installation, by the package of this test's bitness. */
#include "installation.h"
#include "services.h"

#include "support/bits32.h"

#include <wchar.h>

#define ENVIRONMENT L"System\\CurrentControlSet\\Control\\Session Manager\\Environment"
#define VIEW_32 L"Software\\Classes\\Wow6432Node"
#define SINK L"Software\\Classes\\CLSID\\{70112073-6C7C-44AE-BF7B-1D398D5CCE05}"

/* The servers of a folder, by themselves: what both share is left to the sink, as in the package. */
static void register_servers(bool other, const WCHAR *folder)
{
    assert_int_equal(run(other, L"\"%ls\\%ls\\vmhost.exe\" /regserver", machine_place(), folder), 0);
    assert_int_equal(run(other, L"regsvr32.exe /s \"%ls\\%ls\\vmevents.dll\"", machine_place(), folder), 0);
}

static void unregister_servers(bool other, const WCHAR *folder)
{
    assert_int_equal(run(other, L"\"%ls\\%ls\\vmhost.exe\" /unregserver", machine_place(), folder), 0);
    assert_int_equal(run(other, L"regsvr32.exe /s /u \"%ls\\%ls\\vmevents.dll\"", machine_place(), folder), 0);
}

/* The 64-bit package has both bitnesses; where no 32-bit program runs the other half is not compared. */
static bool both(void)
{
    return sizeof(void *) == 8 && bits32_run();
}

/* Registering changes nothing, so the package has written all of it; unregistering leaves nothing, so it has written
 * nothing else. */
static void check_that_it_is_what_the_servers_write(void)
{
    struct registered installed;

    remember(&installed);
    if (both())
        register_servers(true, L"bin32");
    register_servers(false, L"bin");
    assert_true(is_still(&installed));
    if (sizeof(void *) == 8 && !both())
        return;
    unregister_servers(false, L"bin");
    if (both())
        unregister_servers(true, L"bin32");
    remember(&installed);
    assert_true(is_still(&before));
    before = installed;
}

static void test_the_life_of_an_installation(void **state)
{
    struct registered installed;
    WCHAR path[PATH_LENGTH];

    (void)state;
    assert_int_equal(msiexec(L"/i", OWN_VERSION, L""), DONE);
    assert_true(file_exists(machine_place(), L"bin\\vmwatch.exe"));
    assert_true(file_exists(machine_place(), L"docs\\com-api.md"));
    remember(&installed);
    check_that_it_is_what_the_servers_write();

    /* What is missing comes back. Wine has no /f, which is these properties by a shorter name. */
    swprintf(path, ARRAYSIZE(path), L"%ls\\bin\\vmwatch.exe", machine_place());
    assert_true(DeleteFileW(path));
    assert_int_equal(msiexec(L"/i", OWN_VERSION, L"REINSTALL=ALL REINSTALLMODE=omus"), DONE);
    assert_true(file_exists(machine_place(), L"bin\\vmwatch.exe"));
    assert_true(is_still(&installed));

    remember(&installed);
    assert_int_equal(msiexec(L"/i", NEXT_VERSION, L""), DONE);
    assert_true(is_still(&installed));
    remember(&installed);
    assert_int_equal(msiexec(L"/i", OWN_VERSION, L""), INSTALL_FAILURE);
    assert_true(is_still(&installed));
    assert_int_equal(msiexec(L"/x", NEXT_VERSION, L""), DONE);
    assert_true(nothing_is_left());
}

static void read_path(WCHAR *path)
{
    DWORD size = PATH_LENGTH * sizeof(*path);

    assert_int_equal(RegGetValueW(HKEY_LOCAL_MACHINE, ENVIRONMENT, L"Path",
                             RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, NULL, path, &size),
            0);
}

/* A part of it, in another folder, with the PATH; and interfaces that are Virtual PC's already. */
static void test_features_and_what_is_somebody_elses(void **state)
{
    static const WCHAR foreign[] = L"{11111111-2222-3333-4444-555555555555}";
    WCHAR path[PATH_LENGTH], longer[PATH_LENGTH];

    (void)state;
    put(HKEY_LOCAL_MACHINE, OWN_VIEW, EVENTS, NULL, L"another's name");
    put(HKEY_LOCAL_MACHINE, OWN_VIEW, EVENTS L"\\TypeLib", NULL, foreign);
    look_again();
    read_path(path);
    assert_int_equal(msiexec(L"/i", OWN_VERSION, L"ADDLOCAL=Sink,Watcher,Path INSTALLDIR=\"C:\\vmevents here\""), DONE);
    assert_true(file_exists(L"C:\\vmevents here", L"bin\\vmwatch.exe"));
    assert_true(file_exists(L"C:\\vmevents here", L"bin\\vmevents.dll"));
    assert_false(file_exists(L"C:\\vmevents here", L"bin\\vmhost.exe"));
    assert_false(file_exists(L"C:\\vmevents here", L"docs"));
    assert_true(says(
            HKEY_LOCAL_MACHINE, OWN_VIEW, SINK L"\\InprocServer32", NULL, L"C:\\vmevents here\\bin\\vmevents.dll"));
    assert_true(says(HKEY_LOCAL_MACHINE, OWN_VIEW, EVENTS, NULL, L"another's name"));
    assert_true(says(HKEY_LOCAL_MACHINE, OWN_VIEW, EVENTS L"\\TypeLib", NULL, foreign));
    read_path(longer);
    assert_memory_equal(path, longer, wcslen(path) * sizeof(*path));
    assert_non_null(wcsstr(longer, L";C:\\vmevents here\\bin"));

    /* It is found again where it is. */
    assert_true(DeleteFileW(L"C:\\vmevents here\\bin\\vmwatch.exe"));
    assert_int_equal(msiexec(L"/i", NEXT_VERSION, L""), DONE);
    assert_true(file_exists(L"C:\\vmevents here", L"bin\\vmwatch.exe"));
    assert_int_equal(msiexec(L"/x", NEXT_VERSION, L""), DONE);
    assert_true(nothing_is_left());
    assert_false(file_exists(L"C:\\vmevents here", L""));
    read_path(longer);
    /* Wine leaves the separator. */
    if (wcslen(longer) > wcslen(path) && !wcscmp(longer + wcslen(path), L";"))
        longer[wcslen(path)] = 0;
    assert_int_equal(wcscmp(path, longer), 0);
    take(HKEY_LOCAL_MACHINE, OWN_VIEW, EVENTS);
}

static void test_for_one_user(void **state)
{
    struct snapshot machine, now;
    WCHAR dll[PATH_LENGTH];

    (void)state;
    /* Without this key Wine makes no difference between the views of a user's classes. */
    put(HKEY_CURRENT_USER, KEY_WOW64_64KEY, VIEW_32, NULL, L"");
    look_again();
    snapshot_take(&machine, HKEY_LOCAL_MACHINE);
    assert_int_equal(msiexec(L"/i", OWN_VERSION, FOR_USER), DONE);
    swprintf(dll, ARRAYSIZE(dll), L"%ls\\bin\\vmevents.dll", user_place());
    assert_true(says(HKEY_CURRENT_USER, OWN_VIEW, SINK L"\\InprocServer32", NULL, dll));
    assert_true(file_exists(user_place(), L"bin\\vmwatch.exe"));
    snapshot_take(&now, HKEY_LOCAL_MACHINE);
    assert_true(snapshots_equal(&machine, &now));
    assert_int_equal(msiexec(L"/x", OWN_VERSION, FOR_USER), DONE);
    assert_true(nothing_is_left());
    take(HKEY_CURRENT_USER, KEY_WOW64_64KEY, VIEW_32);
}

/* Each feature of which others do not have the parts already, with its parents. */
static void test_features_one_by_one(void **state)
{
    static const struct
    {
        const WCHAR *features, *file, *absent;
    } rows[] = {
            {L"Sink", L"bin\\vmevents.dll", L"bin\\vmhost.exe"},
            {L"Sink,Host", L"bin\\vmhost.exe", L"bin\\vmwatch.exe"},
            {L"Documentation", L"docs\\vmwatch.md", L"bin\\vmevents.dll"},
    };
    WCHAR properties[PATH_LENGTH];

    (void)state;
    for (size_t i = 0; i < ARRAYSIZE(rows); ++i)
    {
        swprintf(properties, ARRAYSIZE(properties), L"ADDLOCAL=%ls", rows[i].features);
        assert_int_equal(msiexec(L"/i", OWN_VERSION, properties), DONE);
        assert_true(file_exists(machine_place(), rows[i].file));
        assert_false(file_exists(machine_place(), rows[i].absent));
        assert_int_equal(msiexec(L"/x", OWN_VERSION, L""), DONE);
        assert_true(nothing_is_left());
        look(state);
    }
}

static const WCHAR *last_line_of(const WCHAR *text, const WCHAR *beginning)
{
    const WCHAR *found = wcsstr(text, beginning), *next;

    assert_non_null(found);
    while ((next = wcsstr(found + 1, beginning)))
        found = next;
    return found;
}

/* A file where the folder for the programs has to be. */
static void test_failure_is_told_and_taken_back(void **state)
{
    HANDLE file;

    (void)state;
    CreateDirectoryW(L"C:\\vmevents taken", NULL);
    file = CreateFileW(L"C:\\vmevents taken\\bin", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
    assert_int_equal(msiexec(L"/i", OWN_VERSION, L"INSTALLDIR=\"C:\\vmevents taken\""), INSTALL_FAILURE);
    /* The last step that was done. Windows' log also says what it could not do in the next; Wine's does not. */
    assert_non_null(wcsstr(last_line_of(installer_log(), L"Action ended"), L"ProcessComponents. Return value 1"));
    assert_true(nothing_is_left());
    assert_true(DeleteFileW(L"C:\\vmevents taken\\bin"));
    assert_true(RemoveDirectoryW(L"C:\\vmevents taken"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_the_life_of_an_installation, look, take_out),
            cmocka_unit_test_setup_teardown(test_features_and_what_is_somebody_elses, look, take_out),
            cmocka_unit_test_setup_teardown(test_for_one_user, look, take_out),
            cmocka_unit_test_setup_teardown(test_failure_is_told_and_taken_back, look, take_out),
            cmocka_unit_test_setup_teardown(test_features_one_by_one, look, take_out),
            cmocka_unit_test_setup_teardown(test_part_in_a_guest, look, take_out),
            cmocka_unit_test_setup_teardown(test_forwarder_that_is_a_service, look, take_out),
    };

    if (!packages_were_made())
    {
        printf("SKIP: there are no packages, see the test package_make\n");
        return 77;
    }
    remove_services();
    return cmocka_run_group_tests(tests, begin_installing, end_installing);
}
