#include "host/utf8.h"

BSTR bstr_from_utf8(const char *text)
{
    int length = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    BSTR string = length ? SysAllocStringLen(NULL, (UINT)length - 1) : NULL;

    if (string)
        MultiByteToWideChar(CP_UTF8, 0, text, -1, string, length);
    return string;
}

void wide_from_utf8(WCHAR *wide, int size, const char *text)
{
    if (text && !MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size))
        wide[size - 1] = 0;
    else if (!text)
        *wide = 0;
}
