/*
 * The binaries installed as a person would: copied to a directory whose name has spaces and letters that are not
 * ASCII, and registered by regsvr32 and by vmhost.exe itself.
 */
#ifndef VMEVENTS_TESTS_INSTALLED_H
#define VMEVENTS_TESTS_INSTALLED_H

#include "snapshot.h"
#include "support/test.h"

#define CLASSES L"Software\\Classes\\"

enum bitness
{
    BITS_64,
    BITS_32
};

#ifdef _WIN64
#define OWN_BITNESS BITS_64
#else
#define OWN_BITNESS BITS_32
#endif

extern const WCHAR *const build_names[2];
extern const REGSAM views[2];
extern bool both_bitnesses; /* in the 64-bit tests only: the 32-bit ones would do the same again */

/* For a group of tests. */
int install(void **state);
int uninstall(void **state);

/* There is a second copy of this bitness's binaries elsewhere; while this is set, the next two are about that. */
extern bool second_copy;

/* Both return the program's exit code; the options say what to do. */
DWORD regsvr32(enum bitness bitness, const WCHAR *options);
DWORD vmhost(enum bitness bitness, const WCHAR *options);

/* A script of that bitness makes a sink by its ProgID. */
bool script_can_make_a_sink(enum bitness bitness);

void put(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *string);
bool exists(HKEY root, REGSAM view, const WCHAR *path);
bool class_is_registered(HKEY root, enum bitness bitness);

/* Whether the registry is as it was when the test began, with look as its setup. */
int look(void **state);
bool is_as_before(void);

#endif
