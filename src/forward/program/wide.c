#include "forward/program/wide.h"

#include "platform/memory.h"

WCHAR *wide_from_utf8(const char *string)
{
    int length = MultiByteToWideChar(CP_UTF8, 0, string, -1, NULL, 0);
    WCHAR *wide = length > 0 ? memory_alloc((size_t)length * sizeof(WCHAR)) : NULL;

    if (wide)
        MultiByteToWideChar(CP_UTF8, 0, string, -1, wide, length);
    return wide;
}

char *utf8_from_wide(const WCHAR *string)
{
    int length = WideCharToMultiByte(CP_UTF8, 0, string, -1, NULL, 0, NULL, NULL);
    char *utf8 = length > 0 ? memory_alloc((size_t)length) : NULL;

    if (utf8)
        WideCharToMultiByte(CP_UTF8, 0, string, -1, utf8, length, NULL, NULL);
    return utf8;
}

char *utf8_from_bstr(BSTR string)
{
    return utf8_from_wide(string ? string : L"");
}

void wide_free(void *string)
{
    memory_free(string);
}
