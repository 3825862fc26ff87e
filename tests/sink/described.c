/*
 * What is wrong with a call is said in words: every member of the sink and of the objects that come from it is called by
 * Invoke with one argument after the other of each type that a VARIANT has, and whatever is refused has a description.
 *
 * The events of IVMEventSink, 1 to 12, are not among them: docs/com-api.md has what these answer.
 */
#include "sink/recorder.h"

#define FIRST_OWN_MEMBER 100

static IVMEventSink *sink, *other;
static struct recorder handler;
static LONG undescribed; /* calls that were refused without a word */
static LONG kept;        /* and such that have kept a handler */

/* What a parameter takes, by its name and type. */
static VARIANT right_value(const WCHAR *name, VARTYPE type)
{
    VARIANT value = {.vt = VT_I4};

    if (type == VT_UNKNOWN)
    {
        V_VT(&value) = VT_UNKNOWN;
        V_UNKNOWN(&value) = (IUnknown *)other;
        IUnknown_AddRef(V_UNKNOWN(&value));
    }
    else if (!wcsicmp(name, L"handler"))
    {
        value = recorder_variant(&handler);
        IDispatch_AddRef(V_DISPATCH(&value));
    }
    else if (!wcsicmp(name, L"event") || !wcsicmp(name, L"index"))
    {
        V_VT(&value) = VT_BSTR;
        V_BSTR(&value) = SysAllocString(L"OnReset");
    }
    else if (type == VT_BSTR || !wcsicmp(name, L"name"))
    {
        V_VT(&value) = VT_BSTR;
        V_BSTR(&value) = SysAllocString(L"Web");
    }
    return value;
}

/* One value of each type, none of which means to wait for ever; false: there are no more. */
static bool wrong_value(unsigned int i, VARIANT *value)
{
    static const VARTYPE types[] = {VT_EMPTY, VT_NULL, VT_I2, VT_I4, VT_R4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_DISPATCH,
            VT_ERROR, VT_BOOL, VT_UNKNOWN, VT_DECIMAL, VT_I1, VT_UI1, VT_UI2, VT_UI4, VT_I8, VT_UI8, VT_INT, VT_UINT,
            VT_ARRAY | VT_I4, VT_BYREF | VT_BSTR, VT_BYREF | VT_I4, VT_BYREF | VT_VARIANT, VT_BYREF | VT_DECIMAL};
    static BSTR nothing;

    if (i >= ARRAYSIZE(types))
        return false;
    memset(value, 0, sizeof(*value));
    V_VT(value) = types[i];
    if (types[i] == VT_BSTR)
        V_BSTR(value) = SysAllocString(L"no such thing");
    else if (types[i] == VT_R8)
        V_R8(value) = 1e10;
    else if (types[i] == VT_I4)
        V_I4(value) = -7;
    else if (types[i] == VT_UI8)
        V_UI8(value) = ~0ull;
    else if (types[i] == VT_DECIMAL)
        V_DECIMAL(value).scale = 255;
    else if (types[i] == VT_ERROR)
        V_ERROR(value) = E_FAIL;
    else if (types[i] == (VT_ARRAY | VT_I4))
        V_ARRAY(value) = SafeArrayCreateVector(VT_I4, 0, 1);
    else if (types[i] == (VT_BYREF | VT_BSTR))
        V_BSTRREF(value) = &nothing;
    return true;
}

/* `params` as Invoke has them, the last first. */
static void call(IDispatch *object, const FUNCDESC *function, BSTR name, VARIANT *args, UINT count, LONG *refused)
{
    DISPID put = DISPID_PROPERTYPUT;
    DISPPARAMS params = {args, NULL, count, 0};
    LONG references = handler.refcount;
    EXCEPINFO exception = {0};
    VARIANT result;
    HRESULT hr;

    if (function->invkind == INVOKE_PROPERTYPUT && count)
    {
        params.rgdispidNamedArgs = &put;
        params.cNamedArgs = 1;
    }
    VariantInit(&result);
    /* So that nothing waits. */
    assert_int_equal(IVMEventSink_Stop(sink), S_OK);
    hr = IDispatch_Invoke(object, function->memid, &IID_NULL, LOCALE_USER_DEFAULT, (WORD)function->invkind, &params,
            &result, &exception, NULL);
    if (FAILED(hr))
    {
        ++*refused;
        /* Nobody may keep the handler of a call that has come to nothing. */
        if (handler.refcount != references)
            ++kept, print_error("%ls is refused, and keeps the handler\n", name);
        if (hr != DISP_E_EXCEPTION || SUCCEEDED(exception.scode) || SysStringLen(exception.bstrDescription) < 20)
        {
            ++undescribed;
            print_error("%ls is refused by 0x%08lx, 0x%08lx: %ls (%u arguments, the first of type %u)\n", name,
                    (unsigned long)hr, (unsigned long)exception.scode, exception.bstrDescription, count,
                    count ? V_VT(&args[count - 1]) : 0);
        }
    }
    SysFreeString(exception.bstrSource);
    SysFreeString(exception.bstrDescription);
    VariantClear(&result);
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 8), S_OK);
}

static UINT count_parameters(const FUNCDESC *function)
{
    UINT count = 0;

    while (count < (UINT)function->cParams
            && !(function->lprgelemdescParam[count].paramdesc.wParamFlags & PARAMFLAG_FRETVAL))
        ++count;
    return count;
}

static void make_right(const FUNCDESC *function, BSTR *names, UINT name_count, VARIANT *args, UINT count)
{
    for (UINT i = 0; i < count; ++i)
        args[count - 1 - i] = right_value(
                i + 1 < name_count ? names[i + 1] : L"", function->lprgelemdescParam[i].tdesc.vt);
}

static void clear(VARIANT *args, UINT count)
{
    for (UINT i = 0; i < count; ++i)
        VariantClear(&args[i]);
}

static void call_in_all_ways(IDispatch *object, ITypeInfo *info, const FUNCDESC *function, LONG *refused)
{
    UINT count = count_parameters(function), name_count = 0;
    BSTR names[8];
    VARIANT args[8], wrong;

    assert_int_equal(ITypeInfo_GetNames(info, function->memid, names, ARRAYSIZE(names), &name_count), S_OK);
    assert_true(count < ARRAYSIZE(args));
    for (UINT place = 0; place < count; ++place)
    {
        for (unsigned int i = 0; wrong_value(i, &wrong); ++i)
        {
            make_right(function, names, name_count, args, count);
            VariantClear(&args[count - 1 - place]);
            args[count - 1 - place] = wrong;
            call(object, function, names[0], args, count, refused);
            clear(args, count);
        }
    }
    /* Too few; and one too many, which a property that is put cannot have. */
    if (count && function->invkind != INVOKE_PROPERTYPUT)
        call(object, function, names[0], args, 0, refused);
    if (function->invkind != INVOKE_PROPERTYPUT)
    {
        make_right(function, names, name_count, args + 1, count);
        V_VT(&args[0]) = VT_I4;
        V_I4(&args[0]) = 0;
        call(object, function, names[0], args, count + 1, refused);
        clear(args, count + 1);
    }
    for (UINT i = 0; i < name_count; ++i)
        SysFreeString(names[i]);
}

/* Every member from that DISPID on. Returns how many calls were refused. */
static LONG walk(IDispatch *object, DISPID first)
{
    TYPEATTR *attributes;
    FUNCDESC *function;
    LONG refused = 0;
    ITypeInfo *info;

    assert_int_equal(IDispatch_GetTypeInfo(object, 0, 0, &info), S_OK);
    assert_int_equal(ITypeInfo_GetTypeAttr(info, &attributes), S_OK);
    for (UINT i = 0; i < attributes->cFuncs; ++i)
    {
        assert_int_equal(ITypeInfo_GetFuncDesc(info, i, &function), S_OK);
        if (function->memid >= first && !(function->wFuncFlags & FUNCFLAG_FRESTRICTED))
            call_in_all_ways(object, info, function, &refused);
        ITypeInfo_ReleaseFuncDesc(info, function);
    }
    ITypeInfo_ReleaseTypeAttr(info, attributes);
    ITypeInfo_Release(info);
    return refused;
}

static int set_up(void **state)
{
    (void)state;
    sink = sink_create();
    other = sink_create();
    recorder_init(&handler);
    undescribed = kept = 0;
    return 0;
}

static int tear_down(void **state)
{
    LONG count;

    CHECK(IVMEventSink_UnsubscribeAll(sink, &count) == S_OK);
    CHECK(!IVMEventSink_Release(sink));
    CHECK(!IVMEventSink_Release(other));
    for (ULONGLONG end = now_ms() + PATIENCE_MS; handler.refcount > 1 && now_ms() < end;)
        Sleep(1);
    recorder_end(&handler);
    return library_check_idle(state);
}

static void test_the_sink(void **state)
{
    (void)state;
    assert_true(walk((IDispatch *)sink, FIRST_OWN_MEMBER) > 50);
    assert_int_equal(undescribed, 0);
    assert_int_equal(kept, 0);
}

static void test_a_record(void **state)
{
    IVMEventRecord *record;

    (void)state;
    assert_int_equal(IVMEventSink_OnGuestLogoff(sink, vmLogoff_Forced), S_OK);
    assert_int_equal(IVMEventSink_NextEvent(sink, 0, &record), S_OK);
    assert_true(walk((IDispatch *)record, 0) > 20);
    assert_int_equal(undescribed, 0);
    assert_int_equal(kept, 0);
    IVMEventRecord_Release(record);
}

static void test_a_collection(void **state)
{
    IVMEventCollection *events;

    (void)state;
    assert_int_equal(IVMEventSink_get_Events(sink, &events), S_OK);
    assert_true(walk((IDispatch *)events, 0) > 10);
    assert_int_equal(undescribed, 0);
    assert_int_equal(kept, 0);
    IVMEventCollection_Release(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_the_sink, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_a_record, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_a_collection, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("descriptions of errors", tests, library_load, library_unload);
}
