#include "watch/record_file.h"

#include "platform/memory.h"
#include "watch/files.h"
#include "watch/output.h"

#define PIECE 65536

static bool complain(const struct record_file *file, const WCHAR *what)
{
    file_complain(what, file->path, GetLastError());
    return false;
}

static bool read_at(HANDLE file, ULONGLONG place, char *bytes, DWORD size)
{
    OVERLAPPED where = {.Offset = (DWORD)place, .OffsetHigh = (DWORD)(place >> 32)};
    DWORD got;

    return ReadFile(file, bytes, size, &got, &where) && got == size;
}

/* Where the last whole line ends. */
static bool find_end(HANDLE file, ULONGLONG size, char *buffer, ULONGLONG *end)
{
    for (*end = size; *end;)
    {
        DWORD piece = *end < PIECE ? (DWORD)*end : PIECE;

        if (!read_at(file, *end - piece, buffer, piece))
            return false;
        for (DWORD i = piece; i; --i, --*end)
        {
            if (buffer[i - 1] == '\n')
                return true;
        }
    }
    return true;
}

static bool take_out_cut_line(struct record_file *file)
{
    char *buffer = memory_alloc(PIECE);
    LARGE_INTEGER size, place;
    ULONGLONG end = 0;
    bool done;

    if (!buffer)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    done = buffer && GetFileSizeEx(file->file, &size) && find_end(file->file, (ULONGLONG)size.QuadPart, buffer, &end);
    memory_free(buffer);
    if (!done)
        return complain(file, L"cannot read");
    place.QuadPart = (LONGLONG)end;
    if (!SetFilePointerEx(file->file, place, NULL, FILE_BEGIN) || !SetEndOfFile(file->file))
        return complain(file, L"cannot go on with");
    if (end < (ULONGLONG)size.QuadPart)
        output_complain(L"the last line of %ls was cut, and has been taken out", file->path);
    return true;
}

bool record_file_open(struct record_file *file, const WCHAR *path)
{
    HANDLE handle = CreateFileW(
            path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);

    file->path = path;
    if (handle == INVALID_HANDLE_VALUE)
        return complain(file, L"cannot record to");
    file->file = handle;
    return take_out_cut_line(file);
}

bool record_file_write(struct record_file *file, const struct shown_event *event)
{
    if (!file->file)
        return true;
    file->unflushed = true;
    return file_write_line(file->file, event->json) || complain(file, L"cannot record to");
}

bool record_file_rest(struct record_file *file)
{
    if (!file->unflushed)
        return true;
    file->unflushed = false;
    return FlushFileBuffers(file->file) || complain(file, L"cannot record to");
}

bool record_file_close(struct record_file *file)
{
    bool done = record_file_rest(file);

    if (file->file)
        CloseHandle(file->file);
    file->file = NULL;
    return done;
}
