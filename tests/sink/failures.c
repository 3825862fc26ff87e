/* LastFailure and the subscription "!": what is told of handlers and advised sinks that fail, and of events that are
 * refused. */
#include "sink/recorder.h"

/* A function that says what went wrong, in one of the ways that there are. */
struct clumsy
{
    IDispatch IDispatch_iface;
    LONG refcount;
    HRESULT answer;
    HRESULT scode;
    WORD code;
    const WCHAR *description, *source;
    bool deferred;     /* it says so only when it is asked */
    bool error_object; /* it says so by an error object of the thread */
    LONG calls;
};

static IVMEventSink *sink;
static struct clumsy clumsy;
static struct recorder watcher;

static struct clumsy *clumsy_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct clumsy, IDispatch_iface);
}

static HRESULT WINAPI clumsy_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IDispatch))
        return E_NOINTERFACE;
    IDispatch_AddRef(iface);
    *object = iface;
    return S_OK;
}

static ULONG WINAPI clumsy_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&clumsy_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI clumsy_Release(IDispatch *iface)
{
    return InterlockedDecrement(&clumsy_from_IDispatch(iface)->refcount);
}

static HRESULT WINAPI clumsy_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI clumsy_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    *info = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI clumsy_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid, (void)ids;
    return DISP_E_UNKNOWNNAME;
}

static void say(EXCEPINFO *exception)
{
    exception->bstrDescription = SysAllocString(clumsy.description);
    exception->bstrSource = SysAllocString(clumsy.source);
}

static HRESULT WINAPI say_later(EXCEPINFO *exception)
{
    say(exception);
    return S_OK;
}

static void set_error_object(void)
{
    ICreateErrorInfo *create;
    IErrorInfo *info;

    assert_int_equal(CreateErrorInfo(&create), S_OK);
    ICreateErrorInfo_SetDescription(create, (WCHAR *)clumsy.description);
    ICreateErrorInfo_SetSource(create, (WCHAR *)clumsy.source);
    assert_int_equal(ICreateErrorInfo_QueryInterface(create, &IID_IErrorInfo, (void **)&info), S_OK);
    SetErrorInfo(0, info);
    IErrorInfo_Release(info);
    ICreateErrorInfo_Release(create);
}

static HRESULT WINAPI clumsy_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    (void)iface, (void)id, (void)riid, (void)lcid, (void)flags, (void)params, (void)result, (void)arg_error;
    InterlockedIncrement(&clumsy.calls);
    if (clumsy.error_object)
        set_error_object();
    if (clumsy.answer != DISP_E_EXCEPTION)
        return clumsy.answer;
    assert_non_null(exception);
    exception->scode = clumsy.scode;
    exception->wCode = clumsy.code;
    if (clumsy.deferred)
        exception->pfnDeferredFillIn = say_later;
    else
        say(exception);
    return clumsy.answer;
}

static const IDispatchVtbl clumsy_vtbl = {clumsy_QueryInterface, clumsy_AddRef, clumsy_Release, clumsy_GetTypeInfoCount,
        clumsy_GetTypeInfo, clumsy_GetIDsOfNames, clumsy_Invoke};

static VARIANT dispatch_variant(IDispatch *object)
{
    VARIANT value;

    V_VT(&value) = VT_DISPATCH;
    V_DISPATCH(&value) = object;
    return value;
}

static LONG subscribe_clumsy(const WCHAR *event)
{
    VARIANT name;
    LONG cookie;

    V_VT(&name) = VT_BSTR;
    V_BSTR(&name) = SysAllocString(event);
    assert_int_equal(
            IVMEventSink_Subscribe(sink, name, dispatch_variant(&clumsy.IDispatch_iface), NULL, &cookie), S_OK);
    SysFreeString(V_BSTR(&name));
    return cookie;
}

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    memset(&clumsy, 0, sizeof(clumsy));
    clumsy.IDispatch_iface.lpVtbl = (IDispatchVtbl *)&clumsy_vtbl;
    clumsy.refcount = 1;
    recorder_init(&watcher);
    return 0;
}

static int tear_down(void **state)
{
    CHECK(!IVMEventSink_Release(sink));
    CHECK(clumsy.refcount == 1);
    recorder_end(&watcher);
    return library_check_idle(state);
}

static IVMEventFailure *last_failure(void)
{
    IVMEventFailure *failure;

    assert_int_equal(IVMEventSink_get_LastFailure(sink, &failure), S_OK);
    return failure;
}

static void assert_says(IVMEventFailure *failure, LONG number, const WCHAR *description, const WCHAR *source)
{
    LONG seen_number;
    BSTR seen;

    assert_non_null(failure);
    assert_int_equal(IVMEventFailure_get_Number(failure, &seen_number), S_OK);
    assert_int_equal(seen_number, number);
    assert_int_equal(IVMEventFailure_get_Description(failure, &seen), S_OK);
    if (description)
        assert_int_equal(wcscmp(seen, description), 0);
    else
        assert_true(SysStringLen(seen) > 0);
    SysFreeString(seen);
    assert_int_equal(IVMEventFailure_get_Source(failure, &seen), S_OK);
    assert_int_equal(wcscmp(seen, source), 0);
    SysFreeString(seen);
}

/* Has the handler fail at an event, and sees what is told of it. */
static void assert_tells(LONG number, const WCHAR *description, const WCHAR *source)
{
    IVMEventFailure *failure;
    IVMEventRecord *record;
    LONG failed, id;

    assert_int_equal(IVMEventSink_get_Failed(sink, &failed), S_OK);
    assert_int_equal(IVMEventSink_OnGuestLogoff(sink, vmLogoff_Forced), S_OK);
    failure = last_failure();
    assert_says(failure, number, description, source);
    assert_int_equal(IVMEventFailure_get_Record(failure, &record), S_OK);
    assert_int_equal(IVMEventRecord_get_Id(record, &id), S_OK);
    assert_int_equal(id, vmVirtualMachineEvent_GuestLogoff);
    IVMEventRecord_Release(record);
    IVMEventFailure_Release(failure);
    assert_int_equal(IVMEventSink_get_Failed(sink, &id), S_OK);
    assert_int_equal(id, failed + 1);
}

static void test_ways_to_say_it(void **state)
{
    (void)state;
    subscribe_clumsy(L"OnGuestLogoff");
    clumsy.answer = DISP_E_EXCEPTION;
    clumsy.scode = E_ACCESSDENIED;
    clumsy.description = L"the door is shut";
    clumsy.source = L"Doors.Door";
    assert_tells(E_ACCESSDENIED, L"the door is shut", L"Doors.Door");
    clumsy.deferred = true;
    assert_tells(E_ACCESSDENIED, L"the door is shut", L"Doors.Door");
    clumsy.deferred = false;
    clumsy.scode = 0;
    clumsy.code = 1004;
    assert_tells(MAKE_HRESULT(SEVERITY_ERROR, FACILITY_CONTROL, 1004), L"the door is shut", L"Doors.Door");
    clumsy.code = 0;
    assert_tells(DISP_E_EXCEPTION, L"the door is shut", L"Doors.Door");
    clumsy.answer = E_FAIL;
    clumsy.error_object = true;
    assert_tells(E_FAIL, L"the door is shut", L"Doors.Door");
    clumsy.error_object = false;
    assert_tells(E_FAIL, NULL, L"");
    clumsy.answer = DISP_E_BADPARAMCOUNT;
    assert_tells(DISP_E_BADPARAMCOUNT, L"it takes another number of arguments than the event has", L"");
}

/* What the caller's thread has had as its error before is nobody's failure. */
static void test_an_old_error_object_is_not_taken(void **state)
{
    (void)state;
    subscribe_clumsy(L"OnGuestLogoff");
    clumsy.answer = E_FAIL;
    clumsy.description = L"long ago";
    set_error_object();
    assert_tells(E_FAIL, NULL, L"");
}

static void test_text_is_one_line(void **state)
{
    IVMEventFailure *failure;
    BSTR text;

    (void)state;
    subscribe_clumsy(L"OnReset");
    clumsy.answer = DISP_E_EXCEPTION;
    clumsy.scode = E_FAIL;
    clumsy.description = L"one\r\ntwo\x1b[31m";
    clumsy.source = L"X";
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    failure = last_failure();
    assert_int_equal(IVMEventFailure_get_Text(failure, &text), S_OK);
    assert_int_equal(wcscmp(text, L"OnReset() failed: one<U+000D><U+000A>two<U+001B>[31m (0x80004005, X)"), 0);
    SysFreeString(text);
    IVMEventFailure_Release(failure);
}

/* A sink of another kind, advised on the hub. */
static void test_advised_sinks(void **state)
{
    IConnectionPointContainer *container = query(sink, &IID_IConnectionPointContainer);
    IVMEventFailure *failure;
    IConnectionPoint *point;
    DWORD cookie;

    (void)state;
    clumsy.answer = DISP_E_EXCEPTION;
    clumsy.scode = E_ABORT;
    clumsy.description = L"not today";
    clumsy.source = L"Advised";
    assert_int_equal(
            IConnectionPointContainer_FindConnectionPoint(container, &DIID_IVMVirtualMachineEvents, &point), S_OK);
    assert_int_equal(IConnectionPoint_Advise(point, (IUnknown *)&clumsy.IDispatch_iface, &cookie), S_OK);
    recorder_subscribe(&watcher, sink, L"!");
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    failure = last_failure();
    assert_says(failure, E_ABORT, L"not today", L"Advised");
    IVMEventFailure_Release(failure);
    assert_int_equal(watcher.calls, 1);
    /* What such a sink does not care for is no failure. */
    clumsy.answer = E_NOTIMPL;
    assert_int_equal(IVMEventSink_OnTripleFault(sink), S_OK);
    assert_int_equal(watcher.calls, 1);
    assert_int_equal(IConnectionPoint_Unadvise(point, cookie), S_OK);
    IConnectionPoint_Release(point);
    IConnectionPointContainer_Release(container);
}

static void raise_again(struct recorder *recorder, const struct recorder_call *call)
{
    (void)recorder, (void)call;
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(IVMEventSink_OnStateChange(sink, (VMVMState)99), E_INVALIDARG);
}

/* Each failure would bring the next for ever. */
static void test_there_is_an_end(void **state)
{
    LONG count;

    (void)state;
    clumsy.answer = E_FAIL;
    watcher.answer = E_FAIL;
    watcher.act = raise_again;
    subscribe_clumsy(L"OnReset");
    recorder_subscribe(&watcher, sink, L"!");
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(watcher.calls, 1);
    assert_int_equal(clumsy.calls, 2);
    assert_int_equal(IVMEventSink_get_Failed(sink, &count), S_OK);
    assert_int_equal(count, 3);
    assert_int_equal(IVMEventSink_get_Rejected(sink, &count), S_OK);
    assert_int_equal(count, 1);
    /* The next is told again. */
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(watcher.calls, 2);
}

static void test_refused_by_dispid(void **state)
{
    IDispatch *face = face_of(sink, &DIID_IVMDVDDriveEvents);
    IVMEventFailure *failure;
    DISPPARAMS none = {0};
    BSTR said;

    (void)state;
    recorder_subscribe(&watcher, sink, L"!");
    assert_int_equal(
            IDispatch_Invoke(face, 7, &IID_NULL, 0, DISPATCH_METHOD, &none, NULL, NULL, NULL), DISP_E_MEMBERNOTFOUND);
    assert_int_equal(watcher.calls, 1);
    failure = (IVMEventFailure *)V_DISPATCH(&watcher.log[0].args[0]);
    assert_says(failure, DISP_E_MEMBERNOTFOUND, L"IVMDVDDriveEvents has no event 7; it has those from 1 to 2",
            L"VMEvents.Sink");
    assert_int_equal(IVMEventFailure_get_Event(failure, &said), S_OK);
    assert_int_equal(SysStringLen(said), 0);
    SysFreeString(said);
    /* On the sink's own IDispatch too, where a member is no event. */
    assert_int_equal(IVMEventSink_Invoke(sink, 4711, &IID_NULL, 0, DISPATCH_METHOD, &none, NULL, NULL, NULL),
            DISP_E_MEMBERNOTFOUND);
    assert_int_equal(watcher.calls, 2);
}

/* What a failure holds outlives the sink. */
static void test_a_failure_outlives_its_sink(void **state)
{
    IVMEventFailure *failure;
    BSTR text;

    (void)state;
    subscribe_clumsy(L"OnReset");
    clumsy.answer = E_FAIL;
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    failure = last_failure();
    assert_int_equal(IVMEventSink_Release(sink), 0);
    assert_int_equal(library.can_unload_now(), S_FALSE);
    assert_int_equal(IVMEventFailure_get_Text(failure, &text), S_OK);
    assert_non_null(wcsstr(text, L"OnReset() failed: "));
    SysFreeString(text);
    assert_int_equal(IVMEventFailure_Release(failure), 0);
    sink = sink_create();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_ways_to_say_it, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_an_old_error_object_is_not_taken, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_text_is_one_line, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_advised_sinks, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_there_is_an_end, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_refused_by_dispid, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_a_failure_outlives_its_sink, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, library_load, library_unload);
}
