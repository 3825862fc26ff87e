/*
 * A thread that has looked at its desktop when that was half made, as happens under Wine when programs start at the same
 * moment (com/wine_desktop.h): it can have a handler all the same. The desktop is one of the test's own, made in
 * the two steps in which Wine's explorer.exe makes one.
 */
#include "sink/recorder.h"
#include "sink/samples.h"
#include "sink/worker.h"

#include "platform/wine.h"
#include "support/wine_faults.h"

static HDESK desktop;
static volatile LONG half_made, looked_at, made, done;

static HWND make_window(const WCHAR *class)
{
    return CreateWindowExW(
            0, class, NULL, WS_POPUP | WS_CLIPSIBLINGS | WS_CLIPCHILDREN, 0, 0, 100, 100, NULL, NULL, NULL, NULL);
}

static void make_desktop(void *context)
{
    HWND windows[2];

    (void)context;
    CHECK(SetThreadDesktop(desktop));
    /* The atom of the desktop window's class. */
    CHECK((windows[0] = make_window(MAKEINTRESOURCEW(0x8001))));
    InterlockedIncrement(&half_made);
    CHECK(wait_for(&looked_at, 1));
    CHECK((windows[1] = make_window(L"Message")));
    InterlockedIncrement(&made);
    CHECK(pump_for(&done, 1));
    DestroyWindow(windows[1]);
    DestroyWindow(windows[0]);
}

static HWND make_message_window(void)
{
    return CreateWindowExW(0, L"STATIC", NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
}

static void hear_one_event(void)
{
    IVMEventSink *sink = sink_create();
    struct recorder recorder;
    LONG cookie;

    recorder_init(&recorder);
    cookie = recorder_subscribe(&recorder, sink, L"OnReset");
    CHECK(IVMEventSink_OnReset(sink) == S_OK);
    CHECK(recorder.calls == 1);
    CHECK(IVMEventSink_Unsubscribe(sink, cookie) == S_OK);
    CHECK(!IVMEventSink_Release(sink));
    recorder_end(&recorder);
}

static void use_desktop(void *context)
{
    (void)context;
    CHECK(SetThreadDesktop(desktop));
    CHECK(wait_for(&half_made, 1));
    CHECK(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) == S_OK);
    CHECK(!make_message_window());
    InterlockedIncrement(&looked_at);
    CHECK(wait_for(&made, 1));
    /* It remembers what it saw. */
    CHECK(!make_message_window());
    hear_one_event();
    CoUninitialize();
}

static void test_desktop_that_was_half_made(void **state)
{
    HANDLE workers[2];

    (void)state;
    assert_non_null(desktop = CreateDesktopW(L"vmevents test", NULL, NULL, 0, GENERIC_ALL, NULL));
    workers[0] = worker_start(NO_APARTMENT, make_desktop, NULL);
    workers[1] = worker_start(NO_APARTMENT, use_desktop, NULL);
    worker_join(workers[1]);
    InterlockedIncrement(&done);
    worker_join(workers[0]);
    /* It goes with the process: threads that COM has started meanwhile are on it. */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_desktop_that_was_half_made),
    };

    if (!is_wine() || wine_keeps_half_a_desktop())
    {
        puts("SKIP: there is no such desktop here, or no thread that has seen it can be helped");
        return 77;
    }
    return cmocka_run_group_tests_name("desktops", tests, library_load, library_unload);
}
