#include "stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#include "support/test.h"

#define SERVER_KEY L"Software\\Classes\\CLSID\\{4590F811-1D3A-11D0-891F-00AA004B2E24}\\InprocServer32"
#define BEFORE_VALUE L"before the tests of vmevents"
#define PATIENCE_MS 120000

static HANDLE mapping;
static struct stage *stage;
static LONG lines_said;
static struct wmi_counts counts_when_said;

/* The registry */

static HKEY open_key(void)
{
    HKEY key;

    assert_int_equal(RegOpenKeyExW(HKEY_LOCAL_MACHINE, SERVER_KEY, 0, KEY_READ | KEY_WRITE, &key), ERROR_SUCCESS);
    return key;
}

static bool read_value(HKEY key, const WCHAR *name, WCHAR value[MAX_PATH])
{
    DWORD size = MAX_PATH * sizeof(WCHAR) - sizeof(WCHAR);

    memset(value, 0, MAX_PATH * sizeof(WCHAR));
    return RegQueryValueExW(key, name, NULL, NULL, (BYTE *)value, &size) == ERROR_SUCCESS;
}

static void write_value(HKEY key, const WCHAR *name, const WCHAR *value)
{
    assert_int_equal(
            RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)value, (DWORD)((wcslen(value) + 1) * sizeof(WCHAR))),
            ERROR_SUCCESS);
}

void stage_register(void)
{
    WCHAR before[MAX_PATH], path[MAX_PATH];
    HKEY key;

    stage_unregister();
    key = open_key();
    assert_true(read_value(key, NULL, before));
    assert_true(GetModuleFileNameW(NULL, path, MAX_PATH - 32));
    wcscpy(wcsrchr(path, '\\') + 1, L"pretended_wmi.dll");
    assert_int_not_equal(GetFileAttributesW(path), INVALID_FILE_ATTRIBUTES);
    write_value(key, BEFORE_VALUE, before);
    write_value(key, NULL, path);
    RegCloseKey(key);
}

void stage_unregister(void)
{
    WCHAR before[MAX_PATH];
    HKEY key = open_key();

    if (read_value(key, BEFORE_VALUE, before))
    {
        write_value(key, NULL, before);
        RegDeleteValueW(key, BEFORE_VALUE);
    }
    RegCloseKey(key);
}

/* The stage */

void stage_open(void)
{
    /* One that a failed test has left. */
    if (stage)
        stage_close();
    mapping = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(*stage), STAGE_NAME);
    assert_non_null(mapping);
    assert_int_not_equal(GetLastError(), ERROR_ALREADY_EXISTS);
    assert_non_null(stage = MapViewOfFile(mapping, FILE_MAP_ALL_ACCESS, 0, 0, sizeof(*stage)));
    lines_said = 0;
    memset(&counts_when_said, 0, sizeof(counts_when_said));
}

void stage_close(void)
{
    UnmapViewOfFile(stage);
    CloseHandle(mapping);
    stage = NULL;
}

void stage_say(const char *lines)
{
    size_t length = strlen(lines);

    assert_true((size_t)stage->written + length + 1 < STAGE_TEXT_SIZE);
    memcpy(stage->text + stage->written, lines, length);
    for (const char *end = lines; (end = strchr(end, '\n')); ++end)
        ++lines_said;
    if (!length || lines[length - 1] != '\n')
    {
        stage->text[(size_t)stage->written + length++] = '\n';
        ++lines_said;
    }
    counts_when_said = stage->counts;
    InterlockedExchangeAdd(&stage->written, (LONG)length);
}

void stage_say_format(const char *format, ...)
{
    char lines[8192];
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(lines, sizeof(lines), format, args);
    va_end(args);
    assert_true(length >= 0 && (size_t)length < sizeof(lines));
    stage_say(lines);
}

void stage_await_taken(void)
{
    DWORD start = GetTickCount();

    while (stage->counts.lines < lines_said)
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("%ld of %ld lines have been taken", (long)stage->counts.lines, (long)lines_said);
        Sleep(1);
    }
}

const volatile struct wmi_counts *stage_counts(void)
{
    return &stage->counts;
}

const struct wmi_counts *stage_counts_when_said(void)
{
    return &counts_when_said;
}

void stage_await_end(void)
{
    DWORD start = GetTickCount();

    while (stage->counts.objects && GetTickCount() - start < PATIENCE_MS)
        Sleep(1);
    if (stage->counts.wrong)
        fail_msg("%ld calls were wrong, first %s", (long)stage->counts.wrong, stage->counts.wrong_text);
    assert_int_equal(stage->counts.connections, 0);
    assert_int_equal(stage->counts.subscribed, 0);
    assert_int_equal(stage->counts.objects, 0);
}
