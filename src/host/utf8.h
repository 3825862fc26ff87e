/* What comes from a kind of live machine, in UTF-8, for COM. What is no UTF-8 becomes U+FFFD. */
#ifndef VMEVENTS_HOST_UTF8_H
#define VMEVENTS_HOST_UTF8_H

#include <windows.h>
#include <oleauto.h>

/* For SysFreeString. NULL: out of memory. */
BSTR bstr_from_utf8(const char *text);

/* As much as there is room for, with a NUL. A text of NULL is empty. */
void wide_from_utf8(WCHAR *wide, int size, const char *text);

#endif
