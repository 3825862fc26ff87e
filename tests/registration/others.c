/* What somebody else has done to our keys between registering and unregistering stays, and nothing else does. */
#include "servers.h"

#include <wchar.h>

#define NAME L"Somebody's"
#define MAX_KEYS 128
#define MAX_VALUES 192
#define MAX_PATH_LENGTH 200

struct key
{
    REGSAM view;
    WCHAR path[MAX_PATH_LENGTH];
};

struct value
{
    const struct key *key;
    WCHAR name[32];
    DWORD type, size;
    BYTE bytes[1024];
};

/* All that is registered, as it is then. */
static struct key keys[MAX_KEYS];
static struct value values[MAX_VALUES];
static size_t key_count, value_count;

static HKEY root;
static enum registration_scope scope;

static HKEY open_key(const struct key *key)
{
    HKEY handle;

    assert_int_equal(RegOpenKeyExW(root, key->path, 0, KEY_ALL_ACCESS | key->view, &handle), 0);
    return handle;
}

static void list_values(const struct key *key, HKEY handle)
{
    for (DWORD i = 0;; ++i)
    {
        struct value *value = &values[value_count];
        DWORD length = ARRAYSIZE(value->name);

        assert_true(value_count < MAX_VALUES);
        value->key = key;
        value->size = sizeof(value->bytes);
        if (RegEnumValueW(handle, i, value->name, &length, NULL, &value->type, value->bytes, &value->size))
            return;
        ++value_count;
    }
}

static void list_key(REGSAM view, const WCHAR *path)
{
    struct key *key = &keys[key_count++];
    WCHAR name[64], subpath[MAX_PATH_LENGTH];
    HKEY handle;

    assert_true(key_count <= MAX_KEYS);
    key->view = view;
    wcscpy(key->path, path);
    handle = open_key(key);
    list_values(key, handle);
    for (DWORD i = 0;; ++i)
    {
        DWORD length = ARRAYSIZE(name);

        if (RegEnumKeyExW(handle, i, name, &length, NULL, NULL, NULL, NULL))
            break;
        swprintf(subpath, ARRAYSIZE(subpath), L"%ls\\%ls", path, name);
        list_key(view, subpath);
    }
    RegCloseKey(handle);
}

static void list_all(void)
{
    WCHAR path[MAX_PATH_LENGTH];

    key_count = value_count = 0;
    list_key(OWN_VIEW, CLASSES L"CLSID\\" SINK);
    list_key(OWN_VIEW, CLASSES L"CLSID\\" HOST);
    list_key(KEY_WOW64_64KEY, CLASSES L"VMEvents.Sink");
    list_key(KEY_WOW64_64KEY, CLASSES L"VMEvents.Sink.1");
    list_key(KEY_WOW64_64KEY, CLASSES L"VMEvents.Host");
    list_key(KEY_WOW64_64KEY, CLASSES L"VMEvents.Host.1");
    list_key(KEY_WOW64_64KEY, CLASSES L"AppID\\" APPLICATION);
    list_key(KEY_WOW64_64KEY, CLASSES L"AppID\\vmhost.exe");
    list_key(KEY_WOW64_64KEY, CLASSES L"TypeLib\\" LIBRARY);
    for (size_t i = 0; i < interface_count(); ++i)
    {
        swprintf(path, ARRAYSIZE(path), CLASSES L"Interface\\%ls", interface_iid(i));
        list_key(OWN_VIEW, path);
    }
}

static void register_all(void)
{
    assert_int_equal(registration_add(&sink, scope), S_OK);
    assert_int_equal(registration_add(&host, scope), S_OK);
}

static void unregister_all(void)
{
    assert_int_equal(registration_remove(&sink, scope), S_OK);
    assert_int_equal(registration_remove(&host, scope), S_OK);
}

/* The keys that all share are there, so that whether they were there before makes no difference. */
static void begin_anew(void)
{
    tear_down(NULL);
    set_up(NULL);
    put(root, OWN_VIEW, CLASSES L"CLSID", NULL, NULL);
    put(root, OWN_VIEW, CLASSES L"Interface", NULL, NULL);
    put(root, KEY_WOW64_64KEY, CLASSES L"TypeLib", NULL, NULL);
    put(root, KEY_WOW64_64KEY, CLASSES L"AppID", NULL, NULL);
}

/* A key below ours, and a value beside ours. */
static void add_something(const struct key *key)
{
    WCHAR path[MAX_PATH_LENGTH];

    swprintf(path, ARRAYSIZE(path), L"%ls\\" NAME, key->path);
    put(root, key->view, path, NULL, L"content");
    put(root, key->view, key->path, NAME, L"content");
}

static void change(const struct value *value)
{
    put(root, value->key->view, value->key->path, value->name, NAME);
}

static void restore(const struct value *value)
{
    HKEY handle = open_key(value->key);

    assert_int_equal(RegSetValueExW(handle, value->name, 0, value->type, value->bytes, value->size), 0);
    RegCloseKey(handle);
}

/* The next registering and unregistering leave nothing. */
static void check_that_the_rest_goes(void)
{
    register_all();
    unregister_all();
    assert_true(is_as_before());
}

static void check_key(const struct key *key)
{
    struct snapshot alone, after;

    add_something(key);
    snapshot_take(&alone, root);
    begin_anew();
    register_all();
    add_something(key);
    unregister_all();
    snapshot_take(&after, root);
    if (!snapshots_equal(&alone, &after))
        fail_msg("with something added to %ls", key->path);
}

/* Whoever changes one of these values takes over all that stands below the keys behind it. */
static const struct takeover
{
    const WCHAR *path, *name;
    const WCHAR *whole[3];
} takeovers[] = {
        {CLASSES L"CLSID\\" SINK L"\\InprocServer32", L"",
                {CLASSES L"CLSID\\" SINK, CLASSES L"VMEvents.Sink", CLASSES L"Interface"}},
        {CLASSES L"CLSID\\" HOST L"\\LocalServer32", L"",
                {CLASSES L"CLSID\\" HOST, CLASSES L"VMEvents.Host", CLASSES L"AppID"}},
        {CLASSES L"VMEvents.Sink\\CLSID", L"", {CLASSES L"VMEvents.Sink\\"}},
        {CLASSES L"VMEvents.Sink\\CurVer", L"", {CLASSES L"VMEvents.Sink\\"}},
        {CLASSES L"VMEvents.Sink.1\\CLSID", L"", {CLASSES L"VMEvents.Sink.1"}},
        {CLASSES L"VMEvents.Host\\CLSID", L"", {CLASSES L"VMEvents.Host\\"}},
        {CLASSES L"VMEvents.Host\\CurVer", L"", {CLASSES L"VMEvents.Host\\"}},
        {CLASSES L"VMEvents.Host.1\\CLSID", L"", {CLASSES L"VMEvents.Host.1"}},
        {CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\0\\" OWN_PLATFORM, L"",
                {CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\0", CLASSES L"TypeLib\\" LIBRARY L"\\1.0\\FLAGS",
                        CLASSES L"Interface"}},
};

static bool begins_with(const WCHAR *path, const WCHAR *beginning)
{
    return beginning && !wcsnicmp(path, beginning, wcslen(beginning));
}

static const WCHAR library_of_interface[] = L"\\TypeLib";

static bool is_library_of_interface(const struct key *key)
{
    size_t length = wcslen(key->path);

    return begins_with(key->path, CLASSES L"Interface")
            && !wcsicmp(key->path + length - wcslen(library_of_interface), library_of_interface);
}

static const struct takeover *find_takeover(const struct value *value)
{
    static WCHAR interface_path[MAX_PATH_LENGTH];
    static struct takeover of_interface = {.whole = {interface_path}};

    for (size_t i = 0; i < ARRAYSIZE(takeovers); ++i)
    {
        if (!wcsicmp(takeovers[i].path, value->key->path) && !wcsicmp(takeovers[i].name, value->name))
            return &takeovers[i];
    }
    if (!is_library_of_interface(value->key))
        return NULL;
    wcscpy(interface_path, value->key->path);
    interface_path[wcslen(interface_path) - wcslen(library_of_interface)] = 0;
    return &of_interface;
}

static bool is_there(const struct value *value)
{
    BYTE bytes[1024];
    DWORD size = sizeof(bytes), type;
    HKEY handle;
    LSTATUS status;

    if (RegOpenKeyExW(root, value->key->path, 0, KEY_READ | value->key->view, &handle))
        return false;
    status = RegQueryValueExW(handle, value->name, NULL, &type, bytes, &size);
    RegCloseKey(handle);
    return !status && type == value->type && size == value->size && !memcmp(bytes, value->bytes, size);
}

static void check_whole(const struct takeover *takeover, const struct value *changed)
{
    for (size_t i = 0; i < value_count; ++i)
    {
        bool belongs = false;

        for (size_t j = 0; j < ARRAYSIZE(takeover->whole); ++j)
            belongs |= begins_with(values[i].key->path, takeover->whole[j]);
        if (belongs && &values[i] != changed && !is_there(&values[i]))
            fail_msg("%ls [%ls] has not stayed with %ls", values[i].key->path, values[i].name, changed->key->path);
    }
}

static void check_value(const struct value *value)
{
    const struct takeover *takeover = find_takeover(value);
    struct snapshot alone, after;

    change(value);
    snapshot_take(&alone, root);
    begin_anew();
    snapshot_take(&before, root);
    register_all();
    change(value);
    unregister_all();
    assert_true(says(root, value->key->view, value->key->path, value->name, NAME));
    if (takeover)
    {
        snapshot_free(&alone);
        check_whole(takeover, value);
        restore(value);
        check_that_the_rest_goes();
        return;
    }
    snapshot_free(&before);
    snapshot_take(&after, root);
    if (!snapshots_equal(&alone, &after))
        fail_msg("with another %ls [%ls]", value->key->path, value->name);
}

static void begin(enum registration_scope new_scope)
{
    scope = new_scope;
    root = root_of(scope);
    register_all();
    list_all();
    assert_true(key_count > 50 && value_count > 50);
    begin_anew();
}

static void test_something_added_to_each_key(void **state)
{
    (void)state;
    begin(REGISTRATION_USER);
    for (size_t i = 0; i < key_count; ++i, begin_anew())
        check_key(&keys[i]);
}

static void test_each_value_changed(void **state)
{
    (void)state;
    begin(REGISTRATION_USER);
    for (size_t i = 0; i < value_count; ++i, begin_anew())
        check_value(&values[i]);
}

/* Where the views of both bitnesses differ; one key and value of each kind. */
static void test_the_same_for_all_users(void **state)
{
    (void)state;
    begin(REGISTRATION_MACHINE);
    for (size_t i = 0; i < key_count; i += 5, begin_anew())
        check_key(&keys[i]);
    for (size_t i = 0; i < value_count; i += 5, begin_anew())
        check_value(&values[i]);
}

static void test_class_that_is_treated_as_another(void **state)
{
    (void)state;
    scope = REGISTRATION_USER;
    root = HKEY_CURRENT_USER;
    register_all();
    put(root, OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\TreatAs", NULL, FOREIGN);
    put(root, OWN_VIEW, CLASSES L"CLSID\\" SINK, L"AppID", FOREIGN);
    unregister_all();
    assert_true(says(root, OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\TreatAs", NULL, FOREIGN));
    assert_true(says(root, OWN_VIEW, CLASSES L"CLSID\\" SINK, L"AppID", FOREIGN));
    assert_false(exists(root, OWN_VIEW, CLASSES L"CLSID\\" SINK L"\\InprocServer32"));
    assert_false(exists(root, OWN_VIEW, CLASSES L"CLSID\\" HOST));
}

/* What others have taken out is not missed, and the rest goes all the same. (An interface that names no library is
 * nobody's, or somebody else's.) */
static void test_each_key_deleted(void **state)
{
    (void)state;
    begin(REGISTRATION_USER);
    for (size_t i = 0; i < key_count; ++i, begin_anew())
    {
        if (is_library_of_interface(&keys[i]))
            continue;
        snapshot_take(&before, root);
        register_all();
        delete_tree(root, keys[i].view, keys[i].path);
        unregister_all();
        check_that_the_rest_goes();
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
            TEST(test_something_added_to_each_key),
            TEST(test_each_value_changed),
            TEST(test_the_same_for_all_users),
            TEST(test_class_that_is_treated_as_another),
            TEST(test_each_key_deleted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
