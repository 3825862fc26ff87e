/*
 * What the tests of registration share: two servers to register, keys to put and to look at, and a registry whose
 * writes can fail. The test program is the module that is registered.
 *
 * For the user's scope, HKEY_CURRENT_USER is a key that exists for one test only; what is registered for the machine
 * is, and is taken out again.
 */
#ifndef VMEVENTS_TESTS_SERVERS_H
#define VMEVENTS_TESTS_SERVERS_H

#include "com/registration/registration.h"
#include "com/registry.h"
#include "snapshot.h"
#include "support/test.h"
#include "vmevents.h"

#define CLASSES L"Software\\Classes\\"
#define LIBRARY L"{F4ED775C-9BA0-45F1-886E-6D204ED1D872}"
#define SINK L"{70112073-6C7C-44AE-BF7B-1D398D5CCE05}"
#define HOST L"{8FB49DAF-3189-4ACB-BABA-358B0200EFFA}"
#define APPLICATION L"{15BFAF2F-0B69-4903-83D3-CAC0E304ED02}"
#define LAUNCH_PERMISSION L"O:BAG:BAD:(A;;CCDCSW;;;IU)(A;;CCDCSW;;;BA)S:(ML;;NX;;;ME)"
#define ACCESS_PERMISSION L"O:BAG:BAD:(A;;CCDC;;;PS)(A;;CCDC;;;BA)S:(ML;;NX;;;ME)"
#define MACHINE_EVENTS L"{9D84F560-BB67-4961-BD12-A4DA780C67E4}"
#define FOREIGN L"{00000000-1111-2222-3333-444444444444}"

#ifdef _WIN64
#define OWN_VIEW KEY_WOW64_64KEY
#define OTHER_VIEW KEY_WOW64_32KEY
#define OWN_PLATFORM L"win64"
#define OTHER_PLATFORM L"win32"
#else
#define OWN_VIEW KEY_WOW64_32KEY
#define OTHER_VIEW KEY_WOW64_64KEY
#define OWN_PLATFORM L"win32"
#define OTHER_PLATFORM L"win64"
#endif

extern const struct registration_server sink, host;

/* Counts the writes of the registry; the one of that number fails with ERROR_WRITE_FAULT. */
extern unsigned int writes, failing_write;

/* Makes Wow6432Node with the first 32-bit key, as Windows does in a user's half of the registry. */
extern bool redirected_view_comes_into_being;

/* The interfaces that are registered. */
size_t interface_count(void);
const WCHAR *interface_iid(size_t index);

HKEY root_of(enum registration_scope scope);
void put(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *name, const WCHAR *string);
void delete_tree(HKEY root, REGSAM view, const WCHAR *path);
bool exists(HKEY root, REGSAM view, const WCHAR *path);
bool says(HKEY root, REGSAM view, const WCHAR *path, const WCHAR *name, const WCHAR *expected);

struct expected_value
{
    REGSAM view;
    const WCHAR *path, *name, *string;
};

void check_values(HKEY root, const struct expected_value *values, size_t count);

/* All that is registered besides the classes themselves. */
void check_library(HKEY root, const WCHAR *module);
void check_interfaces(HKEY root);

/* Whether Software\Classes is as it was when `before` was taken, which is freed. */
extern struct snapshot before;
bool is_as_before(void);

int set_up(void **state);
int tear_down(void **state);

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
