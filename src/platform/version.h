/* The version of the running program or of a DLL, as its resources have it. */
#ifndef VMEVENTS_PLATFORM_VERSION_H
#define VMEVENTS_PLATFORM_VERSION_H

#include <windows.h>

#define VERSION_TEXT_SIZE 24

/* "1.0.0"; empty when there are no resources. Returns the text. */
const WCHAR *version_of_program(WCHAR text[VERSION_TEXT_SIZE]);
const WCHAR *version_of_module(HMODULE module, WCHAR text[VERSION_TEXT_SIZE]);

#endif
