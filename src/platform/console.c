#include "platform/console.h"

#include "platform/memory.h"
#include "platform/unicode.h"

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
    bool success = utf8
            && write_bytes(file, utf8,
                    (DWORD)WideCharToMultiByte(CP_UTF8, 0, text, length, utf8, (int)PIECE_UTF8, NULL, NULL));

    memory_free(utf8);
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
