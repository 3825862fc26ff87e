/* Windows' strings and ours. */
#ifndef VMEVENTS_FORWARD_PROGRAM_WIDE_H
#define VMEVENTS_FORWARD_PROGRAM_WIDE_H

#include <windows.h>

/* NULL: out of memory. What is half of a character becomes U+FFFD. The caller frees them by wide_free. */
WCHAR *wide_from_utf8(const char *string);
char *utf8_from_wide(const WCHAR *string);

/* The string in which a NULL BSTR is an empty one. */
char *utf8_from_bstr(BSTR string);

void wide_free(void *string);

#endif
