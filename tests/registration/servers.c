#include "servers.h"

#include "com/module.h"

#include <wchar.h>

#define SCRATCH L"Software\\VMEvents registration test"

static const GUID application_id = {
        0x15bfaf2f, 0x0b69, 0x4903, {0x83, 0xd3, 0xca, 0xc0, 0xe3, 0x04, 0xed, 0x02}};
static const struct registration_application application = {
        &application_id, L"vmhost.exe", LAUNCH_PERMISSION, ACCESS_PERMISSION};

const struct registration_server sink = {
        &CLSID_VMEventSink, L"VMEvents.Sink.1", L"VMEvents.Sink", L"A sink", L"InprocServer32", L"Both", NULL};
const struct registration_server host = {&CLSID_VMEventHost, L"VMEvents.Host.1", L"VMEvents.Host", L"A host",
        L"LocalServer32", NULL, &application};

#define PROXY_OF_LIBRARY L"{00020424-0000-0000-C000-000000000046}"
#define PROXY_OF_DISPATCH L"{00020420-0000-0000-C000-000000000046}"

static const struct
{
    const WCHAR *iid, *name, *proxy;
} interfaces[] = {
        {L"{1095DE68-0989-46AB-955E-F23867D411E8}", L"IVMEventRecord", PROXY_OF_LIBRARY},
        {L"{FAF4D4C1-8196-4AA6-BD5F-F5F563EB22C6}", L"IVMEventFailure", PROXY_OF_LIBRARY},
        {L"{AEB1097D-D506-4CA0-BBAA-A5214724D47D}", L"IVMEventCollection", PROXY_OF_LIBRARY},
        {L"{FAAC0CE8-B953-4E4B-A604-D5668AB48227}", L"IVMEventDescription", PROXY_OF_LIBRARY},
        {L"{8761ED28-E03A-4AF7-A22B-35EE3CFB8734}", L"IVMEventParameter", PROXY_OF_LIBRARY},
        {L"{081E0822-C44D-4AE7-8E06-350D6AC8D354}", L"IVMEventValue", PROXY_OF_LIBRARY},
        {L"{7107B954-9A86-49F9-9ABA-A52F2A98FCAF}", L"IVMEventSink", PROXY_OF_LIBRARY},
        {L"{91BE3246-B78F-41DA-AB22-7A42026C713E}", L"IVMEventMachine", PROXY_OF_LIBRARY},
        {L"{49415990-9793-43A3-A2E3-924518DB2F4E}", L"IVMEventMachines", PROXY_OF_LIBRARY},
        {L"{F152C8A3-A3D9-4C5A-83D1-DA26A2BCD4C6}", L"IVMEventAvailable", PROXY_OF_LIBRARY},
        {L"{ACA91DA0-565A-4BC8-A608-E63CDB88DD48}", L"IVMEventHost", PROXY_OF_LIBRARY},
        {L"{492A0EF5-8D23-4E15-81B7-B985EBD32CFC}", L"IVMEventReceiver", PROXY_OF_LIBRARY},
        {MACHINE_EVENTS, L"IVMVirtualMachineEvents", PROXY_OF_DISPATCH},
        {L"{EFED1EF1-3C09-41F7-A9C2-7E29FA286C9D}", L"IVMVirtualPCEvents", PROXY_OF_DISPATCH},
        {L"{C2A7D8E9-E76C-4EB8-94F7-71A5122D249B}", L"IVMDVDDriveEvents", PROXY_OF_DISPATCH},
        {L"{A9ED3401-4E09-4177-86EC-A13BF9FA7D4E}", L"IVMFloppyDriveEvents", PROXY_OF_DISPATCH},
};

unsigned int writes, failing_write;
bool redirected_view_comes_into_being;

/* As the linker's --wrap names them: what the journal calls, and what it would call. */
LSTATUS __real_registry_write(const struct registry_write *write);
LSTATUS __wrap_registry_write(const struct registry_write *write);

LSTATUS __wrap_registry_write(const struct registry_write *write)
{
    if (++writes == failing_write)
        return ERROR_WRITE_FAULT;
    if (redirected_view_comes_into_being && write->change == REGISTRY_CREATE_KEY &&
            write->key.view == KEY_WOW64_32KEY && !wcsicmp(write->key.path, CLASSES L"CLSID"))
    {
        struct registry_write redirected = {.change = REGISTRY_CREATE_KEY,
                .key = {write->key.root, KEY_WOW64_64KEY, CLASSES L"Wow6432Node"}};

        __real_registry_write(&redirected);
    }
    return __real_registry_write(write);
}

size_t interface_count(void)
{
    return ARRAYSIZE(interfaces);
}

const WCHAR *interface_iid(size_t index)
{
    return interfaces[index].iid;
}

HKEY root_of(enum registration_scope scope)
{
    return scope == REGISTRATION_USER ? HKEY_CURRENT_USER : HKEY_LOCAL_MACHINE;
}

void put(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *name, const WCHAR *string)
{
    HKEY key;

    assert_int_equal(RegCreateKeyExW(root, path, 0, NULL, 0, KEY_ALL_ACCESS | view, NULL, &key, NULL), 0);
    if (string)
        assert_int_equal(RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)string,
                                 (DWORD)((wcslen(string) + 1) * sizeof(*string))),
                0);
    RegCloseKey(key);
}

void delete_tree(HKEY root, REGSAM view, const WCHAR *path)
{
    HKEY key;

    if (RegOpenKeyExW(root, path, 0, KEY_ALL_ACCESS | view, &key))
        return;
    assert_int_equal(RegDeleteTreeW(key, NULL), 0);
    RegCloseKey(key);
    assert_int_equal(RegDeleteKeyExW(root, path, view, 0), 0);
}

bool exists(HKEY root, REGSAM view, const WCHAR *path)
{
    return registry_key_exists(&(struct registry_key){root, view, path});
}

bool says(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *name, const WCHAR *expected)
{
    WCHAR string[1024] = L"";
    DWORD size = sizeof(string) - sizeof(*string);
    LSTATUS status;
    HKEY key;

    if ((status = RegOpenKeyExW(root, path, 0, KEY_READ | view, &key)))
    {
        fprintf(stderr, "%ls: error %ld\n", path, (long)status);
        return false;
    }
    status = RegQueryValueExW(key, name, NULL, NULL, (BYTE *)string, &size);
    RegCloseKey(key);
    if (!status && !wcsicmp(string, expected))
        return true;
    fprintf(stderr, "%ls [%ls]: error %ld, is %ls, not %ls\n", path, name ? name : L"", (long)status, string, expected);
    return false;
}

/* Whatever an earlier test may have left. */
static void remove_leftovers(HKEY root)
{
    static const REGSAM views[] = {KEY_WOW64_64KEY, KEY_WOW64_32KEY};
    WCHAR path[256];

    for (size_t i = 0; i < ARRAYSIZE(views); ++i)
    {
        delete_tree(root, views[i], CLASSES L"CLSID\\" SINK);
        delete_tree(root, views[i], CLASSES L"CLSID\\" HOST);
        for (size_t j = 0; j < ARRAYSIZE(interfaces); ++j)
        {
            swprintf(path, ARRAYSIZE(path), CLASSES L"Interface\\%ls", interfaces[j].iid);
            delete_tree(root, views[i], path);
        }
        delete_tree(root, views[i], CLASSES L"TypeLib\\" LIBRARY);
        delete_tree(root, views[i], CLASSES L"VMEvents.Sink");
        delete_tree(root, views[i], CLASSES L"VMEvents.Sink.1");
        delete_tree(root, views[i], CLASSES L"VMEvents.Host");
        delete_tree(root, views[i], CLASSES L"VMEvents.Host.1");
        delete_tree(root, views[i], CLASSES L"AppID\\" APPLICATION);
        delete_tree(root, views[i], CLASSES L"AppID\\vmhost.exe");
    }
}

int set_up(void **state)
{
    HKEY scratch;

    (void)state;
    module_instance = GetModuleHandleW(NULL);
    writes = failing_write = 0;
    redirected_view_comes_into_being = false;
    remove_leftovers(HKEY_LOCAL_MACHINE);
    delete_tree(HKEY_CURRENT_USER, 0, SCRATCH);
    assert_int_equal(
            RegCreateKeyExW(HKEY_CURRENT_USER, SCRATCH, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &scratch, NULL), 0);
    assert_int_equal(RegOverridePredefKey(HKEY_CURRENT_USER, scratch), 0);
    RegCloseKey(scratch);
    put(HKEY_CURRENT_USER, 0, L"Software", NULL, NULL);
    return 0;
}

int tear_down(void **state)
{
    (void)state;
    failing_write = 0;
    assert_int_equal(RegOverridePredefKey(HKEY_CURRENT_USER, NULL), 0);
    delete_tree(HKEY_CURRENT_USER, 0, SCRATCH);
    remove_leftovers(HKEY_LOCAL_MACHINE);
    return 0;
}

struct snapshot before;

bool is_as_before(void)
{
    struct snapshot after;

    snapshot_take(&after, before.root);
    return snapshots_equal(&before, &after);
}

void check_values(HKEY root, const struct expected_value *values, size_t count)
{
    for (size_t i = 0; i < count; ++i)
        assert_true(says(root, values[i].view, values[i].path, values[i].name, values[i].string));
}

void check_library(HKEY root, const WCHAR *module)
{
    WCHAR directory[MAX_PATH];
    const struct expected_value values[] = {
            {0, CLASSES L"TypeLib\\" LIBRARY L"\\1.0", NULL, L"vmevents 1.0 - virtual machine events"},
            {0, CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\0\\" OWN_PLATFORM, NULL, module},
            {0, CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\FLAGS", NULL, L"0"},
            {0, CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\HELPDIR", NULL, directory},
    };

    wcscpy(directory, module);
    *wcsrchr(directory, '\\') = 0;
    check_values(root, values, ARRAYSIZE(values));
}

void check_interfaces(HKEY root)
{
    for (size_t i = 0; i < ARRAYSIZE(interfaces); ++i)
    {
        WCHAR path[256], proxy[256], library[256];
        const struct expected_value values[] = {
                {OWN_VIEW, path, NULL, interfaces[i].name},
                {OWN_VIEW, proxy, NULL, interfaces[i].proxy},
                {OWN_VIEW, library, NULL, LIBRARY},
                {OWN_VIEW, library, L"Version", L"1.0"},
        };

        swprintf(path, ARRAYSIZE(path), CLASSES L"Interface\\%ls", interfaces[i].iid);
        swprintf(proxy, ARRAYSIZE(proxy), L"%ls\\ProxyStubClsid32", path);
        swprintf(library, ARRAYSIZE(library), L"%ls\\TypeLib", path);
        check_values(root, values, ARRAYSIZE(values));
    }
}
