#include "snapshot.h"

#include "support/test.h"

#include <wchar.h>

/* One value's bytes beyond this many do not show in a line. */
#define MAX_SHOWN 512
#define MAX_LINE 8192

/* The keys below Software\Classes that are looked into when not all are. */
static const WCHAR *const looked_into[] = {
        L"AppID", L"CLSID", L"Interface", L"TypeLib", L"Wow6432Node", L"VMEvents.Sink", L"VMEvents.Sink.1",
        L"VMEvents.Host", L"VMEvents.Host.1", L"vmhost.exe",
        L"{15BFAF2F-0B69-4903-83D3-CAC0E304ED02}", /* the host's AppID */
        L"{F4ED775C-9BA0-45F1-886E-6D204ED1D872}", /* the type library */
        L"{70112073-6C7C-44AE-BF7B-1D398D5CCE05}", /* VMEventSink */
        L"{8FB49DAF-3189-4ACB-BABA-358B0200EFFA}", /* VMEventHost */
        L"{1095DE68-0989-46AB-955E-F23867D411E8}", /* IVMEventRecord */
        L"{FAF4D4C1-8196-4AA6-BD5F-F5F563EB22C6}", /* IVMEventFailure */
        L"{AEB1097D-D506-4CA0-BBAA-A5214724D47D}", /* IVMEventCollection */
        L"{FAAC0CE8-B953-4E4B-A604-D5668AB48227}", /* IVMEventDescription */
        L"{8761ED28-E03A-4AF7-A22B-35EE3CFB8734}", /* IVMEventParameter */
        L"{081E0822-C44D-4AE7-8E06-350D6AC8D354}", /* IVMEventValue */
        L"{7107B954-9A86-49F9-9ABA-A52F2A98FCAF}", /* IVMEventSink */
        L"{91BE3246-B78F-41DA-AB22-7A42026C713E}", /* IVMEventMachine */
        L"{49415990-9793-43A3-A2E3-924518DB2F4E}", /* IVMEventMachines */
        L"{F152C8A3-A3D9-4C5A-83D1-DA26A2BCD4C6}", /* IVMEventAvailable */
        L"{ACA91DA0-565A-4BC8-A608-E63CDB88DD48}", /* IVMEventHost */
        L"{492A0EF5-8D23-4E15-81B7-B985EBD32CFC}", /* IVMEventReceiver */
        L"{9D84F560-BB67-4961-BD12-A4DA780C67E4}", /* IVMVirtualMachineEvents */
        L"{EFED1EF1-3C09-41F7-A9C2-7E29FA286C9D}", /* IVMVirtualPCEvents */
        L"{C2A7D8E9-E76C-4EB8-94F7-71A5122D249B}", /* IVMDVDDriveEvents */
        L"{A9ED3401-4E09-4177-86EC-A13BF9FA7D4E}", /* IVMFloppyDriveEvents */
};

static bool is_looked_into(const WCHAR *name)
{
    for (size_t i = 0; i < ARRAYSIZE(looked_into); ++i)
    {
        if (!wcsicmp(name, looked_into[i]))
            return true;
    }
    return false;
}

/* Ours has no parent among those that are listed by their names only. */
static bool is_shared(const WCHAR *name)
{
    return is_looked_into(name) && *name != '{' && wcsnicmp(name, L"VMEvents", 8) && wcsicmp(name, L"vmhost.exe");
}

static int compare_lines(const void *a, const void *b)
{
    return wcscmp(*(WCHAR *const *)a, *(WCHAR *const *)b);
}

static void add_line(struct snapshot *snapshot, const WCHAR *line)
{
    if (snapshot->count == snapshot->capacity)
    {
        snapshot->capacity = snapshot->capacity ? 2 * snapshot->capacity : 1024;
        snapshot->lines = realloc(snapshot->lines, snapshot->capacity * sizeof(*snapshot->lines));
        assert_non_null(snapshot->lines);
    }
    assert_non_null(snapshot->lines[snapshot->count++] = wcsdup(line));
}

static void add_values(struct snapshot *snapshot, HKEY key, const WCHAR *path)
{
    WCHAR name[256], line[MAX_LINE];
    static BYTE bytes[1 << 20];
    DWORD type, size, length;

    for (DWORD i = 0;; ++i)
    {
        LSTATUS status;
        size_t used;

        length = ARRAYSIZE(name);
        size = sizeof(bytes);
        if ((status = RegEnumValueW(key, i, name, &length, NULL, &type, bytes, &size)))
        {
            assert_int_equal(status, ERROR_NO_MORE_ITEMS);
            return;
        }
        used = (size_t)_snwprintf(
                line, MAX_LINE - 2 * MAX_SHOWN - 1, L"%ls [%ls] type %lu, %lu bytes: ", path, name, type, size);
        for (DWORD byte = 0; byte < size && byte < MAX_SHOWN; ++byte)
            used += (size_t)_snwprintf(line + used, 3, L"%02x", bytes[byte]);
        line[used] = 0;
        add_line(snapshot, line);
    }
}

static void add_key(struct snapshot *snapshot, HKEY key, const WCHAR *path, bool all);

static void add_subkey(struct snapshot *snapshot, HKEY key, const WCHAR *path, const WCHAR *name, bool all)
{
    WCHAR *subpath = malloc((wcslen(path) + wcslen(name) + 2) * sizeof(*subpath));
    HKEY subkey;

    assert_non_null(subpath);
    wcscpy(subpath, path);
    wcscat(subpath, L"\\");
    wcscat(subpath, name);
    if (!all && !is_looked_into(name))
    {
        add_line(snapshot, subpath);
    }
    else if (!RegOpenKeyExW(key, name, 0, KEY_READ | KEY_WOW64_64KEY, &subkey))
    {
        add_key(snapshot, subkey, subpath, all || !is_shared(name));
        RegCloseKey(subkey);
    }
    free(subpath);
}

static void add_key(struct snapshot *snapshot, HKEY key, const WCHAR *path, bool all)
{
    WCHAR name[256];
    DWORD length;

    add_line(snapshot, path);
    add_values(snapshot, key, path);
    for (DWORD i = 0;; ++i)
    {
        length = ARRAYSIZE(name);
        if (RegEnumKeyExW(key, i, name, &length, NULL, NULL, NULL, NULL))
            return;
        add_subkey(snapshot, key, path, name, all);
    }
}

static void take(struct snapshot *snapshot, HKEY root, bool all)
{
    HKEY key;

    memset(snapshot, 0, sizeof(*snapshot));
    snapshot->root = root;
    if (RegOpenKeyExW(root, L"Software\\Classes", 0, KEY_READ | KEY_WOW64_64KEY, &key))
        return;
    add_key(snapshot, key, L"Classes", all);
    RegCloseKey(key);
    qsort(snapshot->lines, snapshot->count, sizeof(*snapshot->lines), compare_lines);
}

void snapshot_take(struct snapshot *snapshot, HKEY root)
{
    take(snapshot, root, false);
}

void snapshot_take_all(struct snapshot *snapshot, HKEY root)
{
    take(snapshot, root, true);
}

static void sort(struct snapshot *snapshot)
{
    if (snapshot->count)
        qsort(snapshot->lines, snapshot->count, sizeof(*snapshot->lines), compare_lines);
}

void snapshot_add_key(struct snapshot *snapshot, HKEY root, const WCHAR *path)
{
    HKEY key;

    if (RegOpenKeyExW(root, path, 0, KEY_READ | KEY_WOW64_64KEY, &key))
        return;
    add_key(snapshot, key, path, true);
    RegCloseKey(key);
    sort(snapshot);
}

static void add_files(struct snapshot *snapshot, const WCHAR *folder)
{
    size_t size = wcslen(folder) + MAX_PATH + 4;
    WCHAR *path = malloc(size * sizeof(*path));
    WIN32_FIND_DATAW found;
    HANDLE search;

    assert_non_null(path);
    swprintf(path, size, L"%ls\\*", folder);
    if ((search = FindFirstFileW(path, &found)) != INVALID_HANDLE_VALUE)
    {
        do
        {
            if (!wcscmp(found.cFileName, L".") || !wcscmp(found.cFileName, L".."))
                continue;
            swprintf(path, size, L"%ls\\%ls", folder, found.cFileName);
            add_line(snapshot, path);
            /* Wine's user has links to folders of the machine that builds. */
            if ((found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
                    && !(found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT))
                add_files(snapshot, path);
        } while (FindNextFileW(search, &found));
        FindClose(search);
    }
    free(path);
}

void snapshot_add_files(struct snapshot *snapshot, const WCHAR *folder)
{
    add_files(snapshot, folder);
    sort(snapshot);
}

void snapshot_free(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; ++i)
        free(snapshot->lines[i]);
    free(snapshot->lines);
    memset(snapshot, 0, sizeof(*snapshot));
}

bool snapshots_equal(struct snapshot *before, struct snapshot *after)
{
    size_t b = 0, a = 0, differences = 0;

    while (b < before->count || a < after->count)
    {
        int order = b == before->count ? 1 : a == after->count ? -1 : wcscmp(before->lines[b], after->lines[a]);

        if (order)
        {
            ++differences;
            fprintf(stderr, "%s %ls\n", order < 0 ? "gone:" : "new: ", order < 0 ? before->lines[b] : after->lines[a]);
        }
        b += order <= 0;
        a += order >= 0;
    }
    snapshot_free(before);
    snapshot_free(after);
    return !differences;
}
