/* A client of vmhost.exe, with a sink, that follows what is heard of Hyper-V's machines from outside, and says it in the words
 * of conversations. The WMI is the pretended one (stage.h). */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_OUTSIDE_H
#define VMEVENTS_TESTS_HOST_HYPERV_OUTSIDE_H

#include "host/client.h"
#include "stage.h"

/* For a group of tests: registers the host and the WMI; and for each test: a stage, a host and a sink. At its end nobody may
 * hold anything of either. */
int outside_setup_group(void **state);
int outside_teardown_group(void **state);
int outside_setup(void **state);
int outside_teardown(void **state);

#define outside_test(function) cmocka_unit_test_setup_teardown(function, outside_setup, outside_teardown)

IVMEventHost *outside_host(void);

/* Opens a machine and connects the sink to it; *machine is NULL when it fails. By the name of the test's own. */
struct outcome outside_open_named(const WCHAR *name, const WCHAR *address, IDispatch **machine);

/* The same as outside_open_named, named "Web" or so by a number; it has to succeed. */
IDispatch *outside_open(const WCHAR *address);

/* The next event that is heard has to be this: "OnStateChange(Paused)", "DVD.OnMediaEject(C:\a.iso)". */
void outside_hear(const char *text);

/* Nothing has been heard so far. */
void outside_hear_nothing(void);

/* Waits until that is so. text: how the fault begins; empty: nothing is wrong but the log, which Wine does not have. */
void outside_await_connection(IDispatch *machine, bool connected, const char *fault);
void outside_await_state(IDispatch *machine, const char *state);

/* Waits until the host has asked for the class since something was said last. */
void outside_await_query(enum hv_class class_);

/* Plays a file of conversations/, whose lines are said as fast as they are heard. */
void outside_play(const char *name);

#endif
