/* What the sink traces: what an administrator asks, nothing about events that are accepted, and nothing when it is off. */
#include "sink/source.h"

#include <stdlib.h>
#include <string.h>

#ifdef _WIN64
static const WCHAR path[] = L"sink_trace_64.txt";
#else
static const WCHAR path[] = L"sink_trace_32.txt";
#endif

/* What the file has; NULL: there is none. */
static char *read_trace(void)
{
    FILE *file = _wfopen(path, L"rb");
    static char text[65536];
    size_t size;

    if (!file)
        return NULL;
    size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = 0;
    return text;
}

static unsigned int count(const char *text, const char *part)
{
    unsigned int found = 0;

    for (; (text = strstr(text, part)); text += strlen(part))
        ++found;
    return found;
}

/* The library reads its variables when it is loaded. */
static void load_with(const WCHAR *channels)
{
    assert_int_equal(library_unload(NULL), 0);
    DeleteFileW(path);
    SetEnvironmentVariableW(L"VMEVENTS_TRACE", channels);
    SetEnvironmentVariableW(L"VMEVENTS_TRACE_FILE", path);
    assert_int_equal(library_load(NULL), 0);
}

static void CALLBACK count_event(const VMEVENT *event, void *context)
{
    (void)event;
    ++*(LONG *)context;
}

static HRESULT raise_state(IVMEventSink *sink, LONG state)
{
    IDispatch *events = face_of(sink, &DIID_IVMVirtualMachineEvents);
    DISPPARAMS params = {&(VARIANT){.vt = VT_I4, .lVal = state}, NULL, 1, 0};

    return IDispatch_Invoke(events, 1, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, NULL, NULL, NULL);
}

#define ACCEPTED 10

/* A sink that hears and refuses, and is connected to a source whose name would make a second line. */
static void use_sink(void)
{
    IVMEventSink *sink = sink_create();
    IVMEventCallbacks *callbacks = query(sink, &IID_IVMEventCallbacks);
    struct source source;
    BSTR name = SysAllocString(L"OnNothing\r\nforged\x1b[2J");
    VARIANT event = {.vt = VT_BSTR, .bstrVal = name}, handler = {.vt = VT_EMPTY};
    LONG heard = 0, cookie;
    DWORD callback;

    source_init(&source, 1);
    source.name = L"a\r\nb";
    assert_int_equal(
            IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, count_event, &heard, NULL, &callback),
            S_OK);
    assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)&source.IDispatch_iface, NULL, &cookie), S_OK);
    for (int i = 0; i < ACCEPTED; ++i)
        assert_int_equal(raise_state(sink, 5), S_OK);
    assert_true(FAILED(raise_state(sink, 99)));
    assert_int_equal(IVMEventSink_Subscribe(sink, event, handler, NULL, &cookie), E_INVALIDARG);
    assert_int_equal(IVMEventSink_Disconnect(sink, 1), S_OK);
    assert_int_equal(IVMEventCallbacks_RemoveCallback(callbacks, callback), S_OK);
    assert_int_equal(heard, ACCEPTED);
    IVMEventCallbacks_Release(callbacks);
    IVMEventSink_Release(sink);
    source_end(&source);
    SysFreeString(name);
}

static void test_off(void **state)
{
    (void)state;
    load_with(NULL);
    use_sink();
    assert_null(read_trace());
}

static void test_sink(void **state)
{
    const char *text;

    (void)state;
    load_with(L"sink");
    use_sink();
    assert_non_null(text = read_trace());
    assert_int_equal(count(text, " trace: vmevents.dll "), 1);
    assert_int_equal(count(text, " is made, source "), 1);
    assert_int_equal(count(text, ": callback "), 2);
    assert_int_equal(count(text, ": connects to \"a<U+000D><U+000A>b\"\n"), 1);
    assert_int_equal(count(text, ": is advised of IVMVirtualMachineEvents, connection "), 1);
    assert_int_equal(count(text, ": connection 1 is made\n"), 1);
    assert_int_equal(count(text, "OnStateChange is refused by 0x80070057"), 1);
    assert_int_equal(count(text, "a call is refused by 0x80070057: Subscribe: there is no event "), 1);
    assert_int_equal(count(text, "forged<U+001B>[2J"), 1);
    assert_int_equal(count(text, ": connection 1 ends\n"), 1);
    assert_int_equal(count(text, " ends: 1 events were refused, 0 calls failed, 0 events were dropped\n"), 1);
    /* Nothing of accepted events, of other channels, or of a line that somebody has made up. */
    assert_int_equal(count(text, " sink: "), 10);
    assert_int_equal(count(text, " com: "), 0);
    assert_int_equal(count(text, "\nforged"), 0);
    assert_int_equal(count(text, "\n") - 1, count(text, " sink: "));
}

/* Connections of others to the sink's own points, and apartments. */
static void test_com(void **state)
{
    const char *text;

    (void)state;
    load_with(L"com");
    use_sink();
    assert_non_null(text = read_trace());
    assert_int_equal(count(text, " trace: vmevents.dll "), 1);
    assert_int_equal(count(text, " sink: "), 0);
}

static int end(void **state)
{
    int result = library_unload(state);

    SetEnvironmentVariableW(L"VMEVENTS_TRACE", NULL);
    DeleteFileW(path);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_off),
            sink_test(test_sink),
            sink_test(test_com),
    };

    return cmocka_run_group_tests(tests, library_load, end);
}
