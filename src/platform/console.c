#include "platform/console.h"

#include "platform/memory.h"
#include "platform/system_message.h"
#include "platform/unicode.h"

#include <stdio.h>
#include <wchar.h>

/* So much is converted or given to a console at a time; neither takes any length. A character of 16 bits becomes three
 * bytes at most. */
#define PIECE 8192
#define PIECE_UTF8 ((size_t)3 * PIECE)

static bool write_bytes(HANDLE file, const char *bytes, DWORD length)
{
    DWORD written;

    for (; length; bytes += written, length -= written)
    {
        if (!WriteFile(file, bytes, length, &written, NULL))
            return false;
    }
    return true;
}

static bool write_utf8(HANDLE file, const WCHAR *text, int length)
{
    char *utf8 = memory_alloc(PIECE_UTF8);
    DWORD error = ERROR_NOT_ENOUGH_MEMORY;
    bool success = false;

    if (utf8)
    {
        success = write_bytes(
                file, utf8, (DWORD)WideCharToMultiByte(CP_UTF8, 0, text, length, utf8, (int)PIECE_UTF8, NULL, NULL));
        error = GetLastError();
    }
    memory_free(utf8);
    SetLastError(error);
    return success;
}

static bool write_console(HANDLE console, const WCHAR *text, DWORD length)
{
    DWORD written;

    for (; length; text += written, length -= written)
    {
        if (!WriteConsoleW(console, text, length, &written, NULL) || !written)
            return false;
    }
    return true;
}

bool console_write(DWORD which, const WCHAR *text, size_t length)
{
    HANDLE file = GetStdHandle(which);
    bool success = true;
    DWORD mode;

    while (length && success)
    {
        size_t piece = length > PIECE ? PIECE : length;

        /* A surrogate pair is not cut in two. */
        if (piece < length && is_high_surrogate(text[piece - 1]))
            --piece;
        success = GetConsoleMode(file, &mode) ? write_console(file, text, (DWORD)piece)
                                              : write_utf8(file, text, (int)piece);
        text += piece;
        length -= piece;
    }
    return success;
}

/* Whoever read it has gone. Wine says of a pipe of the system around it that it is not connected. */
static bool is_reader_gone(DWORD error)
{
    return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED;
}

bool console_answer(const WCHAR *program, const WCHAR *text, size_t length)
{
    WCHAR message[SYSTEM_MESSAGE_SIZE], line[SYSTEM_MESSAGE_SIZE + 128];
    DWORD error;

    if (console_write(STD_OUTPUT_HANDLE, text, length))
        return true;
    error = GetLastError();
    if (is_reader_gone(error))
        return false;
    if (system_message_clause(error, message))
        _snwprintf(line, ARRAYSIZE(line), L"%ls: cannot write the output: %ls\n", program, message);
    else
        _snwprintf(line, ARRAYSIZE(line), L"%ls: cannot write the output: error %lu\n", program, (unsigned long)error);
    line[ARRAYSIZE(line) - 1] = 0;
    console_write(STD_ERROR_HANDLE, line, wcslen(line));
    return false;
}
