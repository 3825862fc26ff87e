#include "watch/files.h"

#include "event/text.h"
#include "platform/memory.h"
#include "platform/system_message.h"
#include "platform/whole_file.h"
#include "watch/output.h"

void file_complain(const WCHAR *what, const WCHAR *path, DWORD error)
{
    WCHAR message[SYSTEM_MESSAGE_SIZE];
    DWORD length = system_message_clause(error, message);

    if (length)
        output_complain(L"%ls %ls: %ls", what, path, message);
    else
        output_complain(L"%ls %ls: error %lu", what, path, (unsigned long)error);
}

static bool get_identity(const WCHAR *path, BY_HANDLE_FILE_INFORMATION *identity)
{
    HANDLE file = CreateFileW(path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
            OPEN_EXISTING, 0, NULL);
    bool done = file != INVALID_HANDLE_VALUE && GetFileInformationByHandle(file, identity);

    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    return done;
}

bool files_are_the_same(const WCHAR *one, const WCHAR *other)
{
    BY_HANDLE_FILE_INFORMATION first, second;

    return get_identity(one, &first) && get_identity(other, &second)
            && first.dwVolumeSerialNumber == second.dwVolumeSerialNumber
            && first.nFileIndexHigh == second.nFileIndexHigh && first.nFileIndexLow == second.nFileIndexLow;
}

bool file_read(const WCHAR *path, ULONGLONG most_mb, char **text, size_t *size)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
            OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    DWORD got = 0, error = file == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;

    if (!error)
        error = whole_file_read(file, (DWORD)(most_mb << 20), text, &got);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    *size = got;
    if (error)
        file_complain(L"cannot read", path, error);
    return !error;
}

bool file_write(HANDLE file, const char *bytes, size_t size)
{
    DWORD written;

    for (; size; bytes += written, size -= written)
    {
        if (!WriteFile(file, bytes, size > MAXLONG ? MAXLONG : (DWORD)size, &written, NULL))
            return false;
    }
    return true;
}

bool file_write_line(HANDLE file, BSTR line)
{
    int length = (int)SysStringLen(line), size = WideCharToMultiByte(CP_UTF8, 0, line, length, NULL, 0, NULL, NULL);
    char *bytes = memory_alloc((size_t)size + 1);
    bool done;

    if (!bytes)
    {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    WideCharToMultiByte(CP_UTF8, 0, line, length, bytes, size, NULL, NULL);
    bytes[size] = '\n';
    done = file_write(file, bytes, (size_t)size + 1);
    memory_free(bytes);
    return done;
}
