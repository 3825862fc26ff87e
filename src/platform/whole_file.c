#include "platform/whole_file.h"

#include "platform/memory.h"

/* Room for bytes that the file's size does not tell of. */
#define MORE 4096

/* Makes room for so many bytes, and for one that shows that there are more than most. */
static DWORD grow(char **bytes, DWORD *room, DWORD most)
{
    DWORD wanted = *room > most / 2 ? most + 1 : *room * 2;
    char *grown = memory_resize(*bytes, (size_t)wanted + 1);

    if (!grown)
        return ERROR_NOT_ENOUGH_MEMORY;
    *bytes = grown;
    *room = wanted;
    return ERROR_SUCCESS;
}

static DWORD read_to_end(HANDLE file, DWORD most, DWORD room, char **bytes, DWORD *size)
{
    DWORD error, got;

    for (;; *size += got)
    {
        if (*size > most)
            return ERROR_FILE_TOO_LARGE;
        if (*size == room && (error = grow(bytes, &room, most)))
            return error;
        if (!ReadFile(file, *bytes + *size, room - *size, &got, NULL))
            return GetLastError() == ERROR_HANDLE_EOF ? ERROR_SUCCESS : GetLastError();
        if (!got)
            return ERROR_SUCCESS;
    }
}

DWORD whole_file_read(HANDLE file, DWORD most, char **bytes, DWORD *size)
{
    LARGE_INTEGER told;
    DWORD room, error;

    *bytes = NULL;
    *size = 0;
    if (!GetFileSizeEx(file, &told))
        return GetLastError();
    if (told.QuadPart > most)
        return ERROR_FILE_TOO_LARGE;
    room = told.QuadPart ? (DWORD)told.QuadPart + 1 : min(MORE, most + 1);
    if (!(*bytes = memory_alloc((size_t)room + 1)))
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!(error = read_to_end(file, most, room, bytes, size)))
    {
        (*bytes)[*size] = 0;
        return ERROR_SUCCESS;
    }
    memory_free(*bytes);
    *bytes = NULL;
    *size = 0;
    return error;
}
