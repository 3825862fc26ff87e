#include "host/simulated/play_file.h"

#include "com/error_info.h"
#include "event/event.h"
#include "host/error_source.h"
#include "platform/system_message.h"
#include "platform/whole_file.h"

#include <wchar.h>

#define FILE_MAX_BYTES (PLAY_FILE_MAX_MB << 20)

static HRESULT error_path(REFIID iid, BSTR path)
{
    struct text text = {0};

    text_append_quote(&text, path ? path : L"", SysStringLen(path), TEXT_QUOTE_PATH_MAX);
    text_append(&text, string_has_nul(path) ? L" has a NUL character in it, and" : L"");
    text_append(&text,
            L" is not the full path of a file; it needs its drive, as in "
            L"\"C:\\Scenarios\\workday.txt\", since the host's current directory is not the caller's");
    return error_raise_text(E_INVALIDARG, iid, HOST_ERROR_SOURCE, &text);
}

static HRESULT error_file(REFIID iid, const WCHAR *path, DWORD error)
{
    struct text text = {0};
    WCHAR message[SYSTEM_MESSAGE_SIZE];
    DWORD length = system_message_clause(error, message);

    text_append(&text, L"The file ");
    text_append_quote(&text, path, wcslen(path), TEXT_QUOTE_PATH_MAX);
    text_append_format(&text, L" cannot be read: %ls", length ? message : L"unknown error");
    return error_raise_text(HRESULT_FROM_WIN32(error), iid, HOST_ERROR_SOURCE, &text);
}

static HRESULT error_file_too_large(REFIID iid, const WCHAR *path)
{
    struct text text = {0};

    text_append(&text, L"The file ");
    text_append_quote(&text, path, wcslen(path), TEXT_QUOTE_PATH_MAX);
    text_append_format(&text, L" is too large; the limit is %d MiB", PLAY_FILE_MAX_MB);
    return error_raise_text(HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE), iid, HOST_ERROR_SOURCE, &text);
}

static bool is_separator(WCHAR c)
{
    return c == '\\' || c == '/';
}

static bool begins_with_drive(const WCHAR *path)
{
    return ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z')) && path[1] == ':'
            && is_separator(path[2]);
}

static bool is_name(const WCHAR *part, size_t length, const WCHAR *name)
{
    return length == wcslen(name) && !wcsnicmp(part, name, length);
}

/* Behind the two separators of a path of the network. */
static bool begins_with_share(const WCHAR *path)
{
    size_t server = wcscspn(path, L"\\/"), share = path[server] ? wcscspn(path + server + 1, L"\\/") : 0;
    const WCHAR *name = path + server + 1;

    if (!server || !share || *path == '.' || *path == '?')
        return false;
    return !is_name(name, share, L"pipe") && !is_name(name, share, L"mailslot") && !is_name(name, share, L"IPC$");
}

/* Of a file, on a drive or in the network. Devices and pipes, which have paths too, are not even opened. */
static bool is_full_path(const WCHAR *path)
{
    if (!is_separator(path[0]) || !is_separator(path[1]))
        return begins_with_drive(path);
    if (path[2] != '?' || !is_separator(path[3]))
        return begins_with_share(path + 2);
    return wcsnicmp(path + 4, L"UNC\\", 4) ? begins_with_drive(path + 4) : begins_with_share(path + 8);
}

HRESULT play_file_read(BSTR path, REFIID iid, char **text, DWORD *size)
{
    HANDLE file;
    DWORD error;

    *text = NULL;
    *size = 0;
    if (!path || string_has_nul(path) || !is_full_path(path))
        return error_path(iid, path);
    /* Whatever is behind the path all the same learns who the host is, and cannot act as it. */
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
            FILE_FLAG_SEQUENTIAL_SCAN | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return error_file(iid, path, GetLastError());
    error = GetFileType(file) == FILE_TYPE_DISK ? whole_file_read(file, FILE_MAX_BYTES, text, size)
                                                : ERROR_BAD_FILE_TYPE;
    CloseHandle(file);
    switch (error)
    {
        case ERROR_SUCCESS:
            return S_OK;
        case ERROR_FILE_TOO_LARGE:
            return error_file_too_large(iid, path);
        case ERROR_NOT_ENOUGH_MEMORY:
            return E_OUTOFMEMORY;
        default:
            return error_file(iid, path, error);
    }
}
