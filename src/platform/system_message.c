#include "platform/system_message.h"

DWORD system_message(DWORD error, WCHAR text[SYSTEM_MESSAGE_SIZE])
{
    DWORD length = FormatMessageW(
            FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK, NULL, error, 0,
            text, SYSTEM_MESSAGE_SIZE, NULL);

    while (length && text[length - 1] <= ' ')
        --length;
    text[length] = 0;
    return length;
}

DWORD system_message_clause(DWORD error, WCHAR text[SYSTEM_MESSAGE_SIZE])
{
    DWORD length = system_message(error, text);

    while (length && text[length - 1] == '.')
        text[--length] = 0;
    return length;
}
