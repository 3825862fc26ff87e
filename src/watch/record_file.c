#include "watch/record_file.h"

#include "platform/memory.h"
#include "recording/recording.h"
#include "watch/files.h"
#include "watch/output.h"

#include <string.h>

#define PIECE 65536

/* Once: what could not be written need not be flushed. */
static bool complain(struct record_file *file, const WCHAR *what)
{
    file->unflushed = false;
    file_complain(what, file->path, GetLastError());
    return false;
}

static bool read_at(HANDLE file, ULONGLONG place, char *bytes, DWORD size)
{
    OVERLAPPED where = {.Offset = (DWORD)place, .OffsetHigh = (DWORD)(place >> 32)};
    DWORD got;

    if (!ReadFile(file, bytes, size, &got, &where))
        return false;
    SetLastError(ERROR_HANDLE_EOF);
    return got == size;
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

static bool cut_at(struct record_file *file, ULONGLONG end)
{
    LARGE_INTEGER place = {.QuadPart = (LONGLONG)end};

    return SetFilePointerEx(file->file, place, NULL, FILE_BEGIN) && SetEndOfFile(file->file);
}

/* A last line without an end: one that is an event has lost nothing but that. */
static bool mend_last_line(struct record_file *file, ULONGLONG end, ULONGLONG size)
{
    char *line = size - end <= (ULONGLONG)RECORDING_MAX_MB << 20 ? memory_alloc((size_t)(size - end)) : NULL;
    bool is_read = line && read_at(file->file, end, line, (DWORD)(size - end));
    bool is_whole = is_read && !recording_is_cut(line, (size_t)(size - end));

    memory_free(line);
    if (!is_read)
        return complain(file, L"cannot read");
    if (is_whole)
        return (cut_at(file, size) && file_write(file->file, "\n", 1)) || complain(file, L"cannot go on with");
    if (!cut_at(file, end))
        return complain(file, L"cannot go on with");
    output_complain(L"the last line of %ls was cut, and has been taken out", file->path);
    return true;
}

/* Whether it begins as what is recorded here does, as far as it goes: it may have been cut in its first line. Any other file
 * of JSON is somebody else's, and would lose a last line that has no end. */
static bool is_recording(HANDLE file, ULONGLONG size, char *buffer, bool *is_one)
{
    static const char beginning[] = "{\"sequence\":";
    DWORD piece = size < PIECE ? (DWORD)size : PIECE;

    *is_one = !size;
    if (!size)
        return true;
    if (!read_at(file, 0, buffer, piece))
        return false;
    *is_one = !memcmp(buffer, beginning, piece < sizeof(beginning) - 1 ? piece : sizeof(beginning) - 1);
    return true;
}

static bool go_on(struct record_file *file, char *buffer)
{
    LARGE_INTEGER size;
    ULONGLONG end = 0;
    bool is_one;

    if (!GetFileSizeEx(file->file, &size) || !is_recording(file->file, (ULONGLONG)size.QuadPart, buffer, &is_one))
        return complain(file, L"cannot read");
    if (!is_one)
    {
        output_complain(L"cannot record to %ls, which is there and no recording", file->path);
        return false;
    }
    if (!find_end(file->file, (ULONGLONG)size.QuadPart, buffer, &end))
        return complain(file, L"cannot read");
    if (end < (ULONGLONG)size.QuadPart)
        return mend_last_line(file, end, (ULONGLONG)size.QuadPart);
    return cut_at(file, end) || complain(file, L"cannot go on with");
}

bool record_file_open(struct record_file *file, const WCHAR *path)
{
    HANDLE handle = CreateFileW(
            path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    char *buffer;
    bool done;

    file->path = path;
    if (handle == INVALID_HANDLE_VALUE)
        return complain(file, L"cannot record to");
    file->file = handle;
    if (!(buffer = memory_alloc(PIECE)))
    {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return complain(file, L"cannot read");
    }
    done = go_on(file, buffer);
    memory_free(buffer);
    return done;
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
