/* Both bitnesses registered and unregistered, the dll and the host, in several orders. */
#include "installed.h"

#include "support/bits32.h"

#define MACHINE_EVENTS CLASSES L"Interface\\{9D84F560-BB67-4961-BD12-A4DA780C67E4}"
#define FOREIGN L"{00000000-1111-2222-3333-444444444444}"

/* A server's number: the bitness, and 2 more for the host than for the dll. */
static DWORD change(int server, bool add, bool for_user)
{
    enum bitness bitness = server & 1;

    if (server & 2)
        return vmhost(bitness, for_user ? (add ? L"/regserver /user" : L"/unregserver /user")
                                        : (add ? L"/regserver" : L"/unregserver"));
    return regsvr32(bitness, for_user ? (add ? L"/n /i:user" : L"/u /n /i:user") : (add ? L"" : L"/u"));
}

/* They are registered in the order of one row, and unregistered in that of the next. */
static const int orders[][4] = {
        {0, 1, 2, 3},
        {0, 1, 2, 3},
        {3, 2, 1, 0},
        {1, 3, 0, 2},
        {2, 0, 3, 1},
};

static void there_and_back(const int *there, const int *back, bool for_user, bool check_scripts)
{
    bool registered[4] = {false};

    for (int i = 0; i < 4; ++i)
        assert_int_equal(change(there[i], true, for_user), 0);
    memset(registered, true, sizeof(registered));
    for (int i = 0; i < 4; ++i)
    {
        for (int bitness = 0; bitness < 2 && check_scripts; ++bitness)
        {
            if (registered[bitness] && !script_can_make_a_sink(bitness))
                fail_msg("no sink of %ls", build_names[bitness]);
        }
        assert_int_equal(change(back[i], false, for_user), 0);
        registered[back[i]] = false;
    }
}

static void test_orders_for_the_machine(void **state)
{
    struct snapshot before, after;

    snapshot_take_all(&before, HKEY_LOCAL_MACHINE);
    for (size_t i = 0; i + 1 < ARRAYSIZE(orders); ++i)
    {
        there_and_back(orders[i], orders[i + 1], false, i < 2);
        assert_true(is_as_before());
        look(state);
    }
    snapshot_take_all(&after, HKEY_LOCAL_MACHINE);
    assert_true(snapshots_equal(&before, &after));
    assert_true(is_as_before());
}

/* Looks at the user's half alone. */
static void check_orders_for_the_user(void)
{
    struct snapshot before, after;

    for (size_t i = 0; i + 1 < ARRAYSIZE(orders); ++i)
    {
        snapshot_take_all(&before, HKEY_CURRENT_USER);
        there_and_back(orders[i], orders[i + 1], true, false);
        snapshot_take_all(&after, HKEY_CURRENT_USER);
        assert_true(snapshots_equal(&before, &after));
    }
}

static void test_orders_for_the_user(void **state)
{
    (void)state;
    check_orders_for_the_user();
    assert_true(is_as_before());
}

static bool had_classes, had_two_views;

/* Wine has one view of the user's classes until this key is there, and then two. */
static int make_two_views(void **state)
{
    had_classes = exists(HKEY_CURRENT_USER, KEY_WOW64_64KEY, L"Software\\Classes");
    had_two_views = exists(HKEY_CURRENT_USER, KEY_WOW64_64KEY, CLASSES L"Wow6432Node");
    put(HKEY_CURRENT_USER, KEY_WOW64_64KEY, CLASSES L"Wow6432Node", NULL);
    return look(state);
}

static int make_one_view(void **state)
{
    (void)state;
    if (!had_two_views)
        RegDeleteKeyExW(HKEY_CURRENT_USER, CLASSES L"Wow6432Node", KEY_WOW64_64KEY, 0);
    if (!had_classes)
        RegDeleteKeyExW(HKEY_CURRENT_USER, L"Software\\Classes", KEY_WOW64_64KEY, 0);
    return 0;
}

static void test_orders_for_the_user_in_two_views(void **state)
{
    (void)state;
    check_orders_for_the_user();
    assert_int_equal(regsvr32(BITS_64, L"/n /i:user"), 0);
    assert_int_equal(regsvr32(BITS_32, L"/n /i:user"), 0);
    assert_int_equal(regsvr32(BITS_64, L"/u /n /i:user"), 0);
    assert_true(class_is_registered(HKEY_CURRENT_USER, BITS_32));
    assert_false(class_is_registered(HKEY_CURRENT_USER, BITS_64));
    assert_int_equal(regsvr32(BITS_32, L"/u /n /i:user"), 0);
    assert_true(is_as_before());
}

/* What Virtual PC would have registered, in both views. */
static int install_virtual_pc(void **state)
{
    for (int bitness = 0; bitness < 2; ++bitness)
    {
        put(HKEY_LOCAL_MACHINE, views[bitness], MACHINE_EVENTS, L"IVMVirtualMachineEvents");
        put(HKEY_LOCAL_MACHINE, views[bitness], MACHINE_EVENTS L"\\ProxyStubClsid32", FOREIGN);
        put(HKEY_LOCAL_MACHINE, views[bitness], MACHINE_EVENTS L"\\TypeLib", FOREIGN);
    }
    return look(state);
}

static int uninstall_virtual_pc(void **state)
{
    (void)state;
    for (int bitness = 0; bitness < 2; ++bitness)
    {
        RegDeleteKeyExW(HKEY_LOCAL_MACHINE, MACHINE_EVENTS L"\\ProxyStubClsid32", views[bitness], 0);
        RegDeleteKeyExW(HKEY_LOCAL_MACHINE, MACHINE_EVENTS L"\\TypeLib", views[bitness], 0);
        RegDeleteKeyExW(HKEY_LOCAL_MACHINE, MACHINE_EVENTS, views[bitness], 0);
    }
    return 0;
}

static void test_beside_virtual_pc(void **state)
{
    (void)state;
    there_and_back(orders[0], orders[3], false, false);
    there_and_back(orders[3], orders[0], true, false);
    assert_true(is_as_before());
}

static int install_both(void **state)
{
    if (install(state))
        return -1;
    if (both_bitnesses)
        return 0;
    uninstall(state);
    puts(bits32_run() ? "SKIP: the 32-bit binaries have not been built beside these"
                      : "SKIP: 32-bit programs do not run here");
    exit(77);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_orders_for_the_machine, look),
            cmocka_unit_test_setup(test_orders_for_the_user, look),
            cmocka_unit_test_setup_teardown(test_orders_for_the_user_in_two_views, make_two_views, make_one_view),
            cmocka_unit_test_setup_teardown(test_beside_virtual_pc, install_virtual_pc, uninstall_virtual_pc),
    };

    return cmocka_run_group_tests(tests, install_both, uninstall);
}
