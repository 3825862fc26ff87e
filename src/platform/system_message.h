/* Windows' own words for an error. */
#ifndef VMEVENTS_PLATFORM_SYSTEM_MESSAGE_H
#define VMEVENTS_PLATFORM_SYSTEM_MESSAGE_H

#include <windows.h>

#define SYSTEM_MESSAGE_SIZE 1024 /* with the terminating zero; longer ones are taken for none */

/* Those for an error code or an HRESULT, in one line and without blanks at its end. Returns the length; 0: there are none. */
DWORD system_message(DWORD error, WCHAR text[SYSTEM_MESSAGE_SIZE]);

/* The same without its full stop, for the end of a sentence that has none. */
DWORD system_message_clause(DWORD error, WCHAR text[SYSTEM_MESSAGE_SIZE]);

#endif
