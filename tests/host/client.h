/* What a client of vmhost.exe does, for tests: registers it, creates the host, calls objects by name, and looks on
 * whether the process runs. Everything here fails the test when it fails, unless it returns an HRESULT. */
#ifndef VMEVENTS_TESTS_HOST_CLIENT_H
#define VMEVENTS_TESTS_HOST_CLIENT_H

#include "support/test.h"

#include "vmevents.h"

/* How long a test waits before it says that something does not happen. */
#define PATIENCE_MS 120000

/* Enters the multithreaded apartment, and registers the vmhost.exe that was built with the test. */
int client_setup(void **state);
int client_teardown(void **state);

/* For each test: waits until no host runs, so that it begins with a new one. */
int client_await_no_host(void **state);

/* How many host processes run. */
UINT client_count_hosts(void);

/* How many threads the one that runs has. */
UINT client_count_host_threads(void);

IVMEventHost *client_create_host(void);
IVMEventMachine *client_create_machine(IVMEventHost *host, const WCHAR *name);
IVMEventMachine *client_find_machine(IVMEventHost *host, const WCHAR *name);
void client_remove_machine(IVMEventHost *host, const WCHAR *name);

/* The state of the machine of that name. */
VMVMState client_find_state(IVMEventHost *host, const WCHAR *name);

/* Releases a pointer, which may be of any interface. */
void client_release(void *object);

/* What a call through IDispatch came to. */
struct outcome
{
    HRESULT hr; /* the error's own, when it came as an exception */
    WCHAR source[64];
    WCHAR description[1024];
};

/* Calls a method or gets a property by its name; args in the order of declaration. The result may be NULL. */
struct outcome client_call(void *object, const WCHAR *name, VARIANT *result, UINT count, const VARIANT *args);

/* The same by a caller of another language. */
struct outcome client_call_in(
        LCID lcid, void *object, const WCHAR *name, VARIANT *result, UINT count, const VARIANT *args);

#define LCID_GERMAN MAKELCID(MAKELANGID(LANG_GERMAN, SUBLANG_GERMAN), SORT_DEFAULT)
#define LCID_ENGLISH MAKELCID(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), SORT_DEFAULT)

VARIANT value_i4(LONG number);
VARIANT value_bool(bool value);
VARIANT value_bstr(const WCHAR *string); /* leaks the string: a test is short */
VARIANT value_bstr_part(const WCHAR *string, UINT length);
VARIANT value_missing(void); /* an argument that is left out */

/* Raises an event with up to two arguments, and expects success. */
void client_raise(void *machine, const WCHAR *event, UINT count, ...);

/* The tests of a program, and what each process that they run in begins and ends with. */
struct client_tests
{
    const char *name;
    const struct CMUnitTest *tests;
    size_t count;
    CMFixtureFunction begin; /* NULL: it enters the multithreaded apartment, and that is all */
    CMFixtureFunction end;
};

/*
 * Runs them with the arguments of the program's main, each in a process of its own, which is this program with the test's
 * number: Wine keeps what dead clients held until the last client has ended (wine_clients.h), and this process lives through
 * all tests. False in *done: the arguments are for one of the program's other processes.
 */
int client_run_tests(const struct client_tests *tests, int argc, char **argv, bool *done);

/* Whether text has the part. */
bool has(const WCHAR *text, const WCHAR *part);

/* Runs this test program once more with the arguments, to its end. Returns its exit code. */
DWORD program_run(const WCHAR *arguments);

/* Starts this test program once more with the arguments, as a process whose failed assertions are printed and end it;
 * child_start waits until it calls child_ready. */
HANDLE child_launch(const WCHAR *arguments);
HANDLE child_start(const WCHAR *arguments);
void child_ready(void);
void child_kill(HANDLE child);

/* Waits for the end of a process, whose exit code has to be 0. */
void child_expect_success(HANDLE child);

/* Dispatches the messages that wait for this thread, or come in a moment. */
void client_dispatch_messages(void);

#endif
