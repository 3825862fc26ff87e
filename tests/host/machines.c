/* The host's machines: names, finding, removing and enumerating, as clients in other processes see them. */
#include "recorder.h"

#include "support/process.h"

#include <wchar.h>

#define MANY 70

static IVMEventHost *host;

static int setup(void **state)
{
    client_await_no_host(state);
    host = client_create_host();
    return 0;
}

static int teardown(void **state)
{
    client_release(host);
    return client_await_no_host(state);
}

static struct outcome call_with_name(const WCHAR *method, const WCHAR *name, VARIANT *result)
{
    VARIANT arg = value_bstr(name);

    return client_call(host, method, result, 1, &arg);
}

static void assert_name(void *machine, const WCHAR *expected)
{
    VARIANT name;

    assert_int_equal(client_call(machine, L"Name", &name, 0, NULL).hr, S_OK);
    assert_int_equal(V_VT(&name), VT_BSTR);
    assert_true(!wcscmp(V_BSTR(&name), expected));
    VariantClear(&name);
}

/* Everything by IDispatch alone, as a script does it. */
static void test_create_find_remove(void **state)
{
    VARIANT created, found, value;

    (void)state;
    assert_int_equal(call_with_name(L"CreateMachine", L"Alpha", &created).hr, S_OK);
    assert_int_equal(V_VT(&created), VT_DISPATCH);
    assert_name(V_DISPATCH(&created), L"Alpha");
    assert_int_equal(client_call(V_DISPATCH(&created), L"State", &value, 0, NULL).hr, S_OK);
    assert_int_equal(V_VT(&value), VT_I4);
    assert_int_equal(V_I4(&value), vmVMState_TurnedOff);

    assert_int_equal(call_with_name(L"FindMachine", L"aLPHA", &found).hr, S_OK);
    assert_name(V_DISPATCH(&found), L"Alpha");
    /* The same object: proxies are compared by their identity. */
    assert_ptr_equal(V_DISPATCH(&found), V_DISPATCH(&created));
    VariantClear(&found);

    assert_int_equal(call_with_name(L"RemoveMachine", L"ALPHA", NULL).hr, S_OK);
    assert_int_equal(call_with_name(L"FindMachine", L"Alpha", &found).hr, VM_E_VM_UNKNOWN);
    assert_int_equal(call_with_name(L"CreateMachine", L"Alpha", &found).hr, S_OK);
    assert_ptr_not_equal(V_DISPATCH(&found), V_DISPATCH(&created));
    VariantClear(&found);
    VariantClear(&created);
}

/* A machine stays when nobody holds it. */
static void test_machines_stay(void **state)
{
    VARIANT machine;

    (void)state;
    client_release(client_create_machine(host, L"Alpha"));
    assert_int_equal(call_with_name(L"FindMachine", L"Alpha", &machine).hr, S_OK);
    VariantClear(&machine);
}

static void test_refused_names(void **state)
{
    static const WCHAR long_name[] =
            L"123456789 123456789 123456789 123456789 123456789 123456789 123456789 1234567890"
            L"x";
    static const struct
    {
        const WCHAR *method;
        const WCHAR *name;
        HRESULT hr;
        const WCHAR *description;
    } tests[] = {
            {L"CreateMachine", L"", VM_E_CONFIG_NO_NAME, L"empty"},
            {L"CreateMachine", L"  ", VM_E_CONFIG_NO_NAME, L"empty"},
            {L"FindMachine", L"", VM_E_CONFIG_NO_NAME, L"empty"},
            {L"RemoveMachine", L"", VM_E_CONFIG_NO_NAME, L"empty"},
            {L"CreateMachine", long_name, VM_E_CONFIG_NAME_TOO_LONG, L"81 characters"},
            {L"CreateMachine", L"a\\b", VM_E_CONFIG_NAME_INVALID_CHAR, L"Character 2 of the name \"a\\b\" is \\"},
            {L"CreateMachine", L"a/b", VM_E_CONFIG_NAME_INVALID_CHAR, L"Character 2"},
            {L"CreateMachine", L"a:b", VM_E_CONFIG_NAME_INVALID_CHAR, L"Character 2"},
            {L"CreateMachine", L"a*b", VM_E_CONFIG_NAME_INVALID_CHAR, L"Character 2"},
            {L"CreateMachine", L"a?b", VM_E_CONFIG_NAME_INVALID_CHAR, L"Character 2"},
            {L"CreateMachine", L"a\"b", VM_E_CONFIG_NAME_INVALID_CHAR, L"Character 2"},
            {L"CreateMachine", L"a<b", VM_E_CONFIG_NAME_INVALID_CHAR, L"Character 2"},
            {L"CreateMachine", L"a>b", VM_E_CONFIG_NAME_INVALID_CHAR, L"Character 2"},
            {L"CreateMachine", L"abc|", VM_E_CONFIG_NAME_INVALID_CHAR, L"Character 4"},
            {L"CreateMachine", L"\ta", VM_E_CONFIG_NAME_INVALID_CHAR, L"\"<U+0009>a\" is U+0009"},
            {L"CreateMachine", L"a\x7f", VM_E_CONFIG_NAME_INVALID_CHAR, L"\"a<U+007F>\" is U+007F"},
            {L"CreateMachine",
                    L"\x9b"
                    L"2J",
                    VM_E_CONFIG_NAME_INVALID_CHAR, L"\"<U+009B>2J\" is U+009B"},
            {L"CreateMachine",
                    L"a\x2028"
                    L"b",
                    VM_E_CONFIG_NAME_INVALID_CHAR, L"\"a<U+2028>b\" is U+2028"},
            {L"FindMachine", L"\x1b[2J\r\n", VM_E_VM_UNKNOWN, L"\"<U+001B>[2J<U+000D><U+000A>\""},
            {L"CreateMachine", L"ALPHA", VM_E_CONFIG_DUPLICATE_NAME, L"\"ALPHA\""},
            {L"FindMachine", L"Beta", VM_E_VM_UNKNOWN, L"\"Beta\""},
            {L"RemoveMachine", L"Beta", VM_E_VM_UNKNOWN, L"\"Beta\""},
    };
    VARIANT result;

    (void)state;
    client_release(client_create_machine(host, L"alpha"));
    for (UINT i = 0; i < ARRAYSIZE(tests); ++i)
    {
        struct outcome outcome = call_with_name(tests[i].method, tests[i].name, &result);

        if (outcome.hr != tests[i].hr)
            fail_msg("%u: %08lx %ls", i, (unsigned long)outcome.hr, outcome.description);
        assert_true(!wcscmp(outcome.source, L"VMEvents.Host"));
        assert_true(has(outcome.description, tests[i].description));
    }
}

static void test_accepted_names(void **state)
{
    static const WCHAR longest[] = L"123456789 123456789 123456789 123456789 123456789 123456789 123456789 1234567890";
    static const WCHAR *const names[] = {longest, L"x", L"Windows XP (alt) \x00e4\x4e2d \xd83d\xde00", L"a.b'c&d"};
    VARIANT machine;

    (void)state;
    for (UINT i = 0; i < ARRAYSIZE(names); ++i)
    {
        assert_int_equal(call_with_name(L"CreateMachine", names[i], &machine).hr, S_OK);
        assert_name(V_DISPATCH(&machine), names[i]);
        VariantClear(&machine);
    }
    /* A NUL inside a string counts as a character, and no name has it. */
    V_VT(&machine) = VT_BSTR;
    V_BSTR(&machine) = SysAllocStringLen(L"a\0b", 3);
    assert_int_equal(client_call(host, L"CreateMachine", NULL, 1, &machine).hr, VM_E_CONFIG_NAME_INVALID_CHAR);
    VariantClear(&machine);
}

/* The HRESULTs through the vtable; a NULL name, as C passes it, is an empty one. */
static void test_vtable(void **state)
{
    BSTR name = SysAllocString(L"Nobody");
    IVMEventMachine *machine = (IVMEventMachine *)1;

    (void)state;
    assert_int_equal(IVMEventHost_FindMachine(host, name, &machine), VM_E_VM_UNKNOWN);
    assert_null(machine);
    assert_int_equal(IVMEventHost_CreateMachine(host, NULL, &machine), VM_E_CONFIG_NO_NAME);
    assert_int_equal(IVMEventHost_RemoveMachine(host, NULL), VM_E_CONFIG_NO_NAME);
    SysFreeString(name);
}

static void *get_machines(void)
{
    IVMEventMachines *machines;

    assert_int_equal(IVMEventHost_get_Machines(host, &machines), S_OK);
    return machines;
}

static LONG get_count(void *machines)
{
    VARIANT count;

    assert_int_equal(client_call(machines, L"Count", &count, 0, NULL).hr, S_OK);
    assert_int_equal(V_VT(&count), VT_I4);
    return V_I4(&count);
}

static void test_collection(void **state)
{
    const struct
    {
        VARIANT index;
        const WCHAR *name; /* or what the description has */
        HRESULT hr;
    } tests[] = {
            {value_i4(1), L"Alpha", S_OK},
            {value_i4(2), L"Beta", S_OK},
            {value_bstr(L"BETA"), L"Beta", S_OK},
            {value_i4(0), L"from 1 to 2", DISP_E_BADINDEX},
            {value_i4(3), L"number 3", DISP_E_BADINDEX},
            {value_i4(-1), L"number -1", DISP_E_BADINDEX},
            {value_bstr(L"Gamma"), L"\"Gamma\"", VM_E_VM_UNKNOWN},
            {{.vt = VT_EMPTY}, L"its number, its name, or itself", DISP_E_TYPEMISMATCH},
    };
    void *machines = get_machines();

    (void)state;
    assert_int_equal(get_count(machines), 0);
    client_release(client_create_machine(host, L"Alpha"));
    client_release(client_create_machine(host, L"Beta"));
    assert_int_equal(get_count(machines), 2);
    for (UINT i = 0; i < ARRAYSIZE(tests); ++i)
    {
        VARIANT machine;
        struct outcome outcome = client_call(machines, L"Item", &machine, 1, &tests[i].index);

        if (outcome.hr != tests[i].hr)
            fail_msg("%u: %08lx %ls", i, (unsigned long)outcome.hr, outcome.description);
        if (outcome.hr)
        {
            assert_true(has(outcome.description, tests[i].name));
            continue;
        }
        assert_name(V_DISPATCH(&machine), tests[i].name);
        VariantClear(&machine);
    }
    client_remove_machine(host, L"Alpha");
    assert_int_equal(get_count(machines), 1);
    client_release(machines);
}

static IEnumVARIANT *get_enumerator(void *machines)
{
    IEnumVARIANT *enumerator;
    IUnknown *unknown;

    assert_int_equal(IVMEventMachines_get__NewEnum((IVMEventMachines *)machines, &unknown), S_OK);
    assert_int_equal(IUnknown_QueryInterface(unknown, &IID_IEnumVARIANT, (void **)&enumerator), S_OK);
    IUnknown_Release(unknown);
    return enumerator;
}

static void test_enumerator(void **state)
{
    void *machines = get_machines();
    IEnumVARIANT *enumerator, *clone;
    VARIANT items[3] = {{{{0}}}};
    ULONG fetched;

    (void)state;
    client_release(client_create_machine(host, L"Alpha"));
    client_release(client_create_machine(host, L"Beta"));
    enumerator = get_enumerator(machines);
    /* What comes and goes later makes no difference. */
    client_remove_machine(host, L"Alpha");
    client_release(client_create_machine(host, L"Gamma"));

    assert_int_equal(IEnumVARIANT_Next(enumerator, 1, items, &fetched), S_OK);
    assert_int_equal(fetched, 1);
    assert_name(V_DISPATCH(&items[0]), L"Alpha");
    VariantClear(&items[0]);
    assert_int_equal(IEnumVARIANT_Clone(enumerator, &clone), S_OK);
    assert_int_equal(IEnumVARIANT_Next(enumerator, 3, items, &fetched), S_FALSE);
    assert_int_equal(fetched, 1);
    assert_name(V_DISPATCH(&items[0]), L"Beta");
    VariantClear(&items[0]);
    assert_int_equal(IEnumVARIANT_Next(enumerator, 1, items, &fetched), S_FALSE);
    assert_int_equal(IEnumVARIANT_Next(clone, 1, items, &fetched), S_OK);
    assert_name(V_DISPATCH(&items[0]), L"Beta");
    VariantClear(&items[0]);
    assert_int_equal(IEnumVARIANT_Reset(enumerator), S_OK);
    assert_int_equal(IEnumVARIANT_Skip(enumerator, 2), S_OK);
    assert_int_equal(IEnumVARIANT_Skip(enumerator, 1), S_FALSE);
    IEnumVARIANT_Release(clone);
    IEnumVARIANT_Release(enumerator);
    client_release(machines);
}

static void test_removed_machine(void **state)
{
    IVMEventMachine *machine = client_create_machine(host, L"Alpha");
    VARIANT reset = value_bstr(L"OnReset");
    struct journal *journal = calloc(1, sizeof(*journal));
    static struct recorder of_machine, of_host;
    struct outcome outcome;
    VMVMState last;
    DWORD cookie;

    (void)state;
    journal_init(journal);
    recorder_init(&of_machine, journal, &DIID_IVMVirtualMachineEvents, L"machine");
    recorder_init(&of_host, journal, &DIID_IVMVirtualPCEvents, L"host");
    recorder_advise(&of_machine, machine);
    cookie = recorder_advise(&of_host, host);

    client_remove_machine(host, L"Alpha");
    /* It says that it is deleted, and nothing more. */
    journal_await(journal, 2);
    assert_true(!wcscmp(journal->lines[0], L"machine.1 10") || !wcscmp(journal->lines[1], L"machine.1 10"));
    assert_true(!wcscmp(journal->lines[0], L"host.2 Alpha 10") || !wcscmp(journal->lines[1], L"host.2 Alpha 10"));
    await_connections(machine, &DIID_IVMVirtualMachineEvents, 0);
    assert_int_equal(IVMEventMachine_get_State(machine, &last), S_OK);
    assert_int_equal(last, vmVMState_DeleteMachine);
    assert_name(machine, L"Alpha");
    outcome = client_call(machine, L"Raise", NULL, 1, &reset);
    assert_int_equal(outcome.hr, VM_E_VM_UNKNOWN);
    assert_true(has(outcome.description, L"removed"));
    assert_int_equal(journal->count, 2);

    recorder_unadvise(&of_host, host, cookie);
    client_release(machine);
    free(journal);
}

/* A client that makes machines for scripts to find. */
static void run_child(void)
{
    CHECK(CoInitializeEx(NULL, COINIT_MULTITHREADED) == S_OK);
    host = client_create_host();
    client_create_machine(host, L"Alpha");
    client_create_machine(host, L"Beta");
    child_ready();
    Sleep(INFINITE);
}

static void run_script(const WCHAR *extension, const char *text)
{
    WCHAR folder[MAX_PATH], path[MAX_PATH], command[MAX_PATH + 64];
    DWORD code, written;
    HANDLE file;

    assert_true(GetTempPathW(MAX_PATH, folder));
    swprintf(path, MAX_PATH, L"%lsvmevents-test-%lu.%ls", folder, (unsigned long)GetCurrentProcessId(), extension);
    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    assert_true(file != INVALID_HANDLE_VALUE);
    assert_true(WriteFile(file, text, (DWORD)strlen(text), &written, NULL));
    CloseHandle(file);
    swprintf(command, ARRAYSIZE(command), L"cscript.exe //nologo \"%ls\"", path);
    code = process_end(process_start(command, NULL, NULL), PATIENCE_MS);
    DeleteFileW(path);
    assert_int_equal(code, 42);
}

static void test_scripts_enumerate(void **state)
{
    /* Wine's cscript ends without releasing what it has, and the host lives until all its clients have ended: this
     * process must not be one. */
    HANDLE child;

    client_await_no_host(state);
    child = child_start(L"child");
    run_script(L"vbs",
            "For Each machine In CreateObject(\"VMEvents.Host\").Machines\r\n"
            "  names = names & machine.Name & \";\"\r\n"
            "Next\r\n"
            "Set machines = CreateObject(\"VMEvents.Host\").Machines\r\n"
            "names = names & machines(2) & machines(\"alpha\").Name & machines.Count\r\n"
            "If names = \"Alpha;Beta;BetaAlpha2\" Then WScript.Quit 42\r\n");
    run_script(L"js",
            "var machines = new ActiveXObject('VMEvents.Host').Machines, names = '';\n"
            "for (var e = new Enumerator(machines); !e.atEnd(); e.moveNext()) names += e.item().Name + ';';\n"
            "names += machines.Item(2).Name + machines.Count;\n"
            "WScript.Quit(names == 'Alpha;Beta;Beta2' ? 42 : 1);\n");
    child_kill(child);
    client_await_no_host(state);
}

/* A script that has nothing but an enumerator still has the host, even when there is nothing to enumerate. */
static void test_enumerator_keeps_host(void **state)
{
    void *machines = get_machines();
    IEnumVARIANT *enumerator = get_enumerator(machines);
    VARIANT item;

    (void)state;
    client_release(machines);
    client_release(host);
    Sleep(1000);
    assert_int_equal(IEnumVARIANT_Next(enumerator, 1, &item, NULL), S_FALSE);
    IEnumVARIANT_Release(enumerator);
    client_await_no_host(state);
    host = client_create_host();
}

/* A client that knows the dispinterfaces alone hears the same, without the names. */
static void test_one_connection_to_all(void **state)
{
    static const WCHAR *const lines[] = {
            L"IVMVirtualMachineEvents.11 1",
            L"IVMDVDDriveEvents.1 C:\\a.iso",
            L"IVMVirtualMachineEvents.3",
    };
    static struct recorder of_machines, of_drives;
    static struct journal journal;
    IVMEventMachine *first, *second;
    IVMEventMachines *machines;
    DWORD cookies[2];

    (void)state;
    journal_init(&journal);
    recorder_init(&of_machines, &journal, &DIID_IVMVirtualMachineEvents, L"IVMVirtualMachineEvents");
    recorder_init(&of_drives, &journal, &DIID_IVMDVDDriveEvents, L"IVMDVDDriveEvents");
    assert_int_equal(IVMEventHost_get_Machines(host, &machines), S_OK);
    first = client_create_machine(host, L"Alpha");
    cookies[0] = recorder_advise(&of_machines, machines);
    cookies[1] = recorder_advise(&of_drives, machines);
    second = client_create_machine(host, L"Beta");
    client_raise(first, L"OnGuestLogoff", 1, value_i4(vmLogoff_Forced));
    client_raise(second, L"IVMDVDDriveEvents.OnMediaInsert", 1, value_bstr(L"C:\\a.iso"));
    client_raise(second, L"OnReset", 0);
    journal_expect(&journal, ARRAYSIZE(lines), lines);
    recorder_unadvise(&of_machines, machines, cookies[0]);
    recorder_unadvise(&of_drives, machines, cookies[1]);
    client_raise(first, L"OnReset", 0);
    assert_int_equal(journal.count, 0);
    IVMEventMachines_Release(machines);
    client_release(first);
    client_release(second);
}

/* More than the table begins with: each is found in any case, and by its number in the order of creation. */
static void test_many_machines(void **state)
{
    void *machines = get_machines();
    VARIANT number, machine;
    WCHAR name[16];

    (void)state;
    for (LONG i = 0; i < MANY; ++i)
    {
        swprintf(name, ARRAYSIZE(name), L"Gr\u00e4f %ld", (long)i);
        client_release(client_create_machine(host, name));
    }
    for (LONG i = 0; i < MANY; i += 3)
    {
        swprintf(name, ARRAYSIZE(name), L"gR\u00c4F %ld", (long)i);
        assert_int_equal(call_with_name(L"RemoveMachine", name, NULL).hr, S_OK);
        assert_int_equal(call_with_name(L"FindMachine", name, &machine).hr, VM_E_VM_UNKNOWN);
    }
    for (LONG i = 0, place = 0; i < MANY; ++i)
    {
        if (!(i % 3))
            continue;
        swprintf(name, ARRAYSIZE(name), L"Gr\u00e4f %ld", (long)i);
        number = value_i4(++place);
        assert_int_equal(client_call(machines, L"Item", &machine, 1, &number).hr, S_OK);
        assert_name(V_DISPATCH(&machine), name);
        VariantClear(&machine);
        swprintf(name, ARRAYSIZE(name), L"GR\u00c4F %ld", (long)i);
        assert_int_equal(call_with_name(L"FindMachine", name, &machine).hr, S_OK);
        VariantClear(&machine);
        assert_int_equal(call_with_name(L"CreateMachine", name, &machine).hr, VM_E_CONFIG_DUPLICATE_NAME);
    }
    client_release(machines);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_create_find_remove, setup, teardown),
            cmocka_unit_test_setup_teardown(test_machines_stay, setup, teardown),
            cmocka_unit_test_setup_teardown(test_refused_names, setup, teardown),
            cmocka_unit_test_setup_teardown(test_accepted_names, setup, teardown),
            cmocka_unit_test_setup_teardown(test_vtable, setup, teardown),
            cmocka_unit_test_setup_teardown(test_collection, setup, teardown),
            cmocka_unit_test_setup_teardown(test_enumerator, setup, teardown),
            cmocka_unit_test_setup_teardown(test_removed_machine, setup, teardown),
            cmocka_unit_test_setup_teardown(test_one_connection_to_all, setup, teardown),
            cmocka_unit_test_setup_teardown(test_many_machines, setup, teardown),
            cmocka_unit_test(test_scripts_enumerate),
            cmocka_unit_test_setup_teardown(test_enumerator_keeps_host, setup, teardown),
    };

    (void)argv;
    if (argc > 1)
        run_child();
    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
