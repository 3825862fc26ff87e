/*
 * vmevents.dll as a program meets it: loaded from where it was built, without a registry. Most tests load the one whose
 * memory is counted, and see that it holds nothing when they end. With VMEVENTS_TEST_SHIPPED in the environment they
 * load the one that users get.
 */
#ifndef VMEVENTS_TESTS_LIBRARY_H
#define VMEVENTS_TESTS_LIBRARY_H

#include "vmevents.h"

#include <olectl.h>

#include "support/counted_memory.h"
#include "support/test.h"

struct library
{
    HMODULE module;
    HRESULT(WINAPI *can_unload_now)(void);
    HRESULT(WINAPI *get_class_object)(REFCLSID clsid, REFIID riid, void **object);
    HRESULT(WINAPI *create_sink)(REFIID riid, void **sink);
    const struct counted_memory *memory; /* NULL: it is the one that users get */
};

extern struct library library;

extern const IID iid_agile_object;

/* The four event dispinterfaces. */
#define DIID_COUNT 4
extern const IID *const diids[DIID_COUNT];

/* For a group: enters the multithreaded apartment and loads the library; lets go of it and leaves. */
int library_load(void **state);
int library_load_shipped(void **state);
int library_unload(void **state);

/* After each test: nothing of the library may be in use any more, and it is loaded anew, so that it has to give back
 * everything that it holds. */
int library_check_idle(void **state);

#define sink_test(function) cmocka_unit_test_teardown(function, library_check_idle)

/* A new sink, with one reference. */
IVMEventSink *sink_create(void);

/* The interface of an object, which has to have it. With a reference. */
void *query(void *object, REFIID riid);

/* The face of a sink for the events of that DIID, without a reference: the caller keeps the sink. */
IDispatch *face_of(IVMEventSink *sink, REFIID diid);

ULONG count_references(void *object);

/* How much later than at once a thread may be on a busy machine. */
#define PATIENCE_MS 120000

/* How long a test looks on to see that something does not happen. */
#define SETTLE_MS 80

/* Waits until the number is at least that. False: not within PATIENCE_MS. */
bool wait_for(volatile LONG *number, LONG least);

/* The same while the thread's messages are dispatched, as a window program does. */
bool pump_for(volatile LONG *number, LONG least);

/* Dispatches the thread's messages for that time. */
void pump_ms(DWORD ms);

ULONGLONG now_ms(void);

#endif
