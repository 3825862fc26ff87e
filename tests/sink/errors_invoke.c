/* What Invoke answers to bad input, through each face, for each event. */
#include "sink/samples.h"

#define MARK 77u

/* A sink with a listener that nothing refused may reach. */
struct refusing
{
    IVMEventSink *sink;
    IVMEventCallbacks *callbacks;
    volatile LONG heard;
    LONG rejected;
};

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    (void)event;
    InterlockedIncrement(&((struct refusing *)context)->heard);
}

static void refusing_begin(struct refusing *refusing)
{
    DWORD cookie;

    memset(refusing, 0, sizeof(*refusing));
    refusing->sink = sink_create();
    refusing->callbacks = query(refusing->sink, &IID_IVMEventCallbacks);
    assert_int_equal(IVMEventCallbacks_AddCallback(
                             refusing->callbacks, &IID_NULL, DISPID_UNKNOWN, hear, refusing, NULL, &cookie),
            S_OK);
}

static void refusing_end(struct refusing *refusing)
{
    LONG received;

    assert_int_equal(IVMEventSink_get_Received(refusing->sink, &received), S_OK);
    assert_int_equal(received, refusing->heard);
    IVMEventCallbacks_Release(refusing->callbacks);
    assert_int_equal(IVMEventSink_Release(refusing->sink), 0);
}

static LONG get_rejected(struct refusing *refusing)
{
    LONG rejected;

    assert_int_equal(IVMEventSink_get_Rejected(refusing->sink, &rejected), S_OK);
    return rejected;
}

/* The faces that take a sample: its own, and for a machine event plain IDispatch too. */
static UINT faces_for(const struct sample *sample, struct refusing *refusing, IDispatch *faces[2])
{
    faces[0] = face_of(refusing->sink, sample->iid);
    faces[1] = (IDispatch *)refusing->sink;
    return sample->iid == &DIID_IVMVirtualMachineEvents ? 2 : 1;
}

#define FOR_EACH_SAMPLE_AND_FACE(sample, face, refusing)                                                               \
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)                             \
        for (IDispatch *faces_[2], *face, **place_ = faces_, **end_ = faces_ + faces_for(sample, refusing, faces_);    \
                place_ < end_ && (face = *place_); ++place_)

/* Calls with everything that a caller may hand over, and sees that the answer is it. */
static void expect(struct refusing *refusing, IDispatch *face, DISPID id, WORD flags, DISPPARAMS *params,
        HRESULT answer, UINT arg_error)
{
    LONG heard = refusing->heard, rejected = get_rejected(refusing);
    bool is_call = flags == DISPATCH_METHOD || flags == (DISPATCH_METHOD | DISPATCH_PROPERTYGET);
    EXCEPINFO exception = {0};
    UINT arg = MARK;
    VARIANT result;

    VariantInit(&result);
    assert_int_equal(IDispatch_Invoke(face, id, &IID_NULL, 0, flags, params, &result, &exception, &arg), answer);
    assert_int_equal(arg, arg_error);
    assert_int_equal(V_VT(&result), VT_EMPTY);
    assert_null(exception.bstrDescription);
    assert_int_equal(IDispatch_Invoke(face, id, &IID_NULL, 0, flags, params, NULL, NULL, NULL), answer);
    assert_int_equal(refusing->heard, heard);
    /* What was not even called is no event. */
    assert_int_equal(get_rejected(refusing), rejected + (is_call ? 2 : 0));
}

static void test_unknown_dispids(void **state)
{
    static const DISPID unknown[] = {DISPID_UNKNOWN, DISPID_VALUE, DISPID_NEWENUM, 13, 99, LONG_MAX, LONG_MIN};
    static const WORD flags[] = {DISPATCH_METHOD, DISPATCH_METHOD | DISPATCH_PROPERTYGET, DISPATCH_PROPERTYGET};
    DISPPARAMS none = {0};
    struct refusing refusing;
    LONG rejected;

    (void)state;
    refusing_begin(&refusing);
    for (size_t i = 0; i < ARRAYSIZE(unknown) * ARRAYSIZE(flags); ++i)
    {
        DISPID id = unknown[i / ARRAYSIZE(flags)];
        WORD flag = flags[i % ARRAYSIZE(flags)];

        for (size_t face = 0; face < DIID_COUNT; ++face)
            expect(&refusing, face_of(refusing.sink, diids[face]), id, flag, &none, DISP_E_MEMBERNOTFOUND, MARK);
        expect(&refusing, (IDispatch *)refusing.sink, id, flag, &none, DISP_E_MEMBERNOTFOUND, MARK);
    }
    /* Each face has its own numbers, and none of the sink's. */
    expect(&refusing, face_of(refusing.sink, &DIID_IVMVirtualPCEvents), 5, DISPATCH_METHOD, &none,
            DISP_E_MEMBERNOTFOUND, MARK);
    expect(&refusing, face_of(refusing.sink, &DIID_IVMDVDDriveEvents), 3, DISPATCH_METHOD, &none,
            DISP_E_MEMBERNOTFOUND, MARK);
    expect(&refusing, face_of(refusing.sink, &DIID_IVMVirtualMachineEvents), 106, DISPATCH_METHOD, &none,
            DISP_E_MEMBERNOTFOUND, MARK);
    /* What the sink has itself is no unknown event, also when it is asked for in a way that it has not. */
    rejected = get_rejected(&refusing);
    assert_int_equal(IVMEventSink_Invoke(refusing.sink, 108, &IID_NULL, 0, DISPATCH_METHOD, &none, NULL, NULL, NULL),
            DISP_E_MEMBERNOTFOUND);
    assert_int_equal(get_rejected(&refusing), rejected);
    refusing_end(&refusing);
}

/* What a member would have returned is not there when it fails: who clears the result frees nothing of it. */
static void fails_without_result(IDispatch *object, const WCHAR *name, VARIANT *args, UINT count)
{
    DISPPARAMS params = {args, NULL, count, 0};
    LPOLESTR names = (LPOLESTR)name;
    EXCEPINFO exception = {0};
    VARIANT result;
    DISPID id;

    assert_int_equal(IDispatch_GetIDsOfNames(object, &IID_NULL, &names, 1, 0, &id), S_OK);
    memset(&result, 0x5a, sizeof(result));
    assert_int_equal(IDispatch_Invoke(object, id, &IID_NULL, 0, DISPATCH_METHOD, &params, &result, &exception, NULL),
            DISP_E_EXCEPTION);
    assert_int_equal(V_VT(&result), VT_EMPTY);
    SysFreeString(exception.bstrDescription);
    SysFreeString(exception.bstrSource);
    memset(&result, 0x5a, sizeof(result));
    params.cArgs = 0;
    assert_true(FAILED(IDispatch_Invoke(object, id, &IID_NULL, 0, DISPATCH_METHOD, &params, &result, NULL, NULL)));
    assert_int_equal(V_VT(&result), VT_EMPTY);
}

static void test_failures_of_members(void **state)
{
    IVMEventSink *sink = sink_create();
    IVMEventRecord *record;
    VARIANT args[2]; /* the last first */

    (void)state;
    V_VT(&args[0]) = VT_DISPATCH;
    V_DISPATCH(&args[0]) = (IDispatch *)sink;
    V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[1]) = SysAllocString(L"OnNothing");
    fails_without_result((IDispatch *)sink, L"Subscribe", args, 2);
    VariantClear(&args[1]);
    V_VT(&args[0]) = VT_I4;
    V_I4(&args[0]) = 99;
    assert_int_equal(IVMEventSink_put_QueueCapacity(sink, 1), S_OK);
    assert_int_equal(IVMEventSink_OnReset(sink), S_OK);
    assert_int_equal(IVMEventSink_NextEvent(sink, 0, &record), S_OK);
    fails_without_result((IDispatch *)record, L"Enumerator", args, 1);
    IVMEventRecord_Release(record);
    assert_int_equal(IVMEventSink_Release(sink), 0);
}

static void test_flags(void **state)
{
    static const WORD wrong[] = {0, DISPATCH_PROPERTYGET, DISPATCH_PROPERTYPUT, DISPATCH_PROPERTYPUTREF,
            DISPATCH_METHOD | DISPATCH_PROPERTYPUT, 0x4000};
    struct refusing refusing;
    VARIANT args[2];

    (void)state;
    refusing_begin(&refusing);
    FOR_EACH_SAMPLE_AND_FACE(sample, face, &refusing)
    {
        DISPPARAMS params = {args, NULL, sample->count, 0};
        LONG heard = refusing.heard;
        VARIANT result;

        sample_arguments(sample, args);
        for (size_t i = 0; i < ARRAYSIZE(wrong); ++i)
            expect(&refusing, face, sample->id, wrong[i], &params, DISP_E_MEMBERNOTFOUND, MARK);
        V_VT(&result) = VT_I4;
        assert_int_equal(IDispatch_Invoke(face, sample->id, &IID_NULL, 0, DISPATCH_METHOD | DISPATCH_PROPERTYGET,
                                 &params, &result, NULL, NULL),
                S_OK);
        assert_int_equal(V_VT(&result), VT_EMPTY);
        assert_int_equal(refusing.heard, heard + 1);
        sample_clear(sample, args);
    }
    assert_int_equal(get_rejected(&refusing), 0);
    refusing_end(&refusing);
}

static void test_reserved_riid(void **state)
{
    struct refusing refusing;
    VARIANT args[2];

    (void)state;
    refusing_begin(&refusing);
    FOR_EACH_SAMPLE_AND_FACE(sample, face, &refusing)
    {
        DISPPARAMS params = {args, NULL, sample->count, 0};

        sample_arguments(sample, args);
        assert_int_equal(IDispatch_Invoke(face, sample->id, &IID_IDispatch, 0, DISPATCH_METHOD, &params, NULL, NULL,
                                 NULL),
                DISP_E_UNKNOWNINTERFACE);
        sample_clear(sample, args);
    }
    assert_int_equal(refusing.heard, 0);
    refusing_end(&refusing);
}

static void test_null_pointers(void **state)
{
    struct refusing refusing;

    (void)state;
    refusing_begin(&refusing);
    FOR_EACH_SAMPLE_AND_FACE(sample, face, &refusing)
    {
        DISPPARAMS missing = {NULL, NULL, sample->count, 0}, unnamed = {NULL, NULL, sample->count, sample->count};
        VARIANT args[2];

        assert_int_equal(IDispatch_Invoke(face, sample->id, &IID_NULL, 0, DISPATCH_METHOD, NULL, NULL, NULL, NULL),
                E_POINTER);
        if (!sample->count)
            continue;
        expect(&refusing, face, sample->id, DISPATCH_METHOD, &missing, E_POINTER, 0);
        unnamed.rgvarg = args;
        sample_arguments(sample, args);
        expect(&refusing, face, sample->id, DISPATCH_METHOD, &unnamed, E_POINTER, 0);
        sample_clear(sample, args);
    }
    refusing_end(&refusing);
}

static void test_null_references(void **state)
{
    static const VARTYPE types[] = {VT_BYREF | VT_VARIANT, VT_BYREF | VT_I4, VT_BYREF | VT_BSTR, VT_BYREF | VT_BOOL};
    struct refusing refusing;

    (void)state;
    refusing_begin(&refusing);
    FOR_EACH_SAMPLE_AND_FACE(sample, face, &refusing)
    {
        for (size_t i = 0; i < ARRAYSIZE(types) && sample->count; ++i)
        {
            DISPPARAMS params = {NULL, NULL, sample->count, 0};
            VARIANT args[2];

            params.rgvarg = args;
            sample_arguments(sample, args);
            VariantClear(&args[0]);
            V_VT(&args[0]) = types[i];
            V_BYREF(&args[0]) = NULL;
            expect(&refusing, face, sample->id, DISPATCH_METHOD, &params, E_POINTER, 0);
            V_VT(&args[0]) = VT_EMPTY;
            sample_clear(sample, args);
        }
    }
    refusing_end(&refusing);
}

static void test_counts_of_arguments(void **state)
{
    struct refusing refusing;

    (void)state;
    refusing_begin(&refusing);
    FOR_EACH_SAMPLE_AND_FACE(sample, face, &refusing)
    {
        VARIANT args[4] = {{{{VT_EMPTY, 0, 0, 0, {0}}}}};

        sample_arguments(sample, args + 1);
        for (UINT count = 0; count <= 4; ++count)
        {
            DISPPARAMS params = {args, NULL, count, 0};

            if (count != sample->count)
                expect(&refusing, face, sample->id, DISPATCH_METHOD, &params, DISP_E_BADPARAMCOUNT, MARK);
        }
        sample_clear(sample, args + 1);
    }
    refusing_end(&refusing);
}

static void test_named_arguments_there_are_not(void **state)
{
    static const DISPID unknown[] = {2, 3, -1, DISPID_PROPERTYPUT, LONG_MAX};
    struct refusing refusing;

    (void)state;
    refusing_begin(&refusing);
    FOR_EACH_SAMPLE_AND_FACE(sample, face, &refusing)
    {
        VARIANT args[2];

        sample_arguments(sample, args);
        for (size_t i = 0; i < ARRAYSIZE(unknown) && sample->count; ++i)
        {
            DISPID names[2] = {unknown[i], 0};
            DISPPARAMS params = {args, names, sample->count, 1};

            expect(&refusing, face, sample->id, DISPATCH_METHOD, &params, DISP_E_PARAMNOTFOUND, 0);
        }
        if (sample->count == 2)
        {
            /* The second name is unknown; one name twice; a name for what stands in its place already. */
            DISPID second[2] = {0, 7}, twice[2] = {1, 1}, taken[1] = {0};
            DISPPARAMS by_second = {args, second, 2, 2}, by_twice = {args, twice, 2, 2}, by_taken = {args, taken, 2, 1};

            expect(&refusing, face, sample->id, DISPATCH_METHOD, &by_second, DISP_E_PARAMNOTFOUND, 1);
            expect(&refusing, face, sample->id, DISPATCH_METHOD, &by_twice, DISP_E_PARAMNOTFOUND, 1);
            expect(&refusing, face, sample->id, DISPATCH_METHOD, &by_taken, DISP_E_PARAMNOTFOUND, 1);
        }
        sample_clear(sample, args);
    }
    refusing_end(&refusing);
}

/* Each argument in its turn, by position and by name. */
static void expect_for_each_argument(
        struct refusing *refusing, const struct sample *sample, IDispatch *face, VARIANT bad, HRESULT answer)
{
    for (UINT place = 0; place < sample->count; ++place)
    {
        DISPID names[2] = {sample->count - 1, 0};
        VARIANT args[2], good;

        sample_arguments(sample, args);
        good = args[place];
        args[place] = bad;
        for (UINT named = 0; named <= sample->count; named += sample->count)
        {
            DISPPARAMS params = {args, names, sample->count, named};

            /* Anything but what says that it is missing will do for a VARIANT. */
            if (sample->args[sample->count - 1 - place].declared != VT_VARIANT || answer == DISP_E_PARAMNOTOPTIONAL)
                expect(refusing, face, sample->id, DISPATCH_METHOD, &params, answer, place);
        }
        args[place] = good;
        sample_clear(sample, args);
    }
}

static void test_arguments_left_out(void **state)
{
    struct refusing refusing;
    VARIANT missing, reference;

    (void)state;
    V_VT(&missing) = VT_ERROR;
    V_ERROR(&missing) = DISP_E_PARAMNOTFOUND;
    V_VT(&reference) = VT_BYREF | VT_VARIANT;
    V_VARIANTREF(&reference) = &missing;
    refusing_begin(&refusing);
    FOR_EACH_SAMPLE_AND_FACE(sample, face, &refusing)
    {
        expect_for_each_argument(&refusing, sample, face, missing, DISP_E_PARAMNOTOPTIONAL);
        expect_for_each_argument(&refusing, sample, face, reference, DISP_E_PARAMNOTOPTIONAL);
    }
    refusing_end(&refusing);
}

static void test_arguments_of_wrong_types(void **state)
{
    static const VARTYPE types[] = {VT_NULL, VT_UNKNOWN, VT_DISPATCH, VT_ERROR, VT_ARRAY | VT_I4, VT_VECTOR | VT_I4,
            VT_CLSID, VT_VARIANT, 0x0fff, VT_RECORD};
    struct refusing refusing;

    (void)state;
    refusing_begin(&refusing);
    for (size_t i = 0; i < ARRAYSIZE(types); ++i)
    {
        VARIANT bad = {{{types[i], 0, 0, 0, {0}}}};

        FOR_EACH_SAMPLE_AND_FACE(sample, face, &refusing)
        {
            expect_for_each_argument(&refusing, sample, face, bad, DISP_E_TYPEMISMATCH);
        }
    }
    refusing_end(&refusing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            sink_test(test_unknown_dispids),
            sink_test(test_failures_of_members),
            sink_test(test_flags),
            sink_test(test_reserved_riid),
            sink_test(test_null_pointers),
            sink_test(test_null_references),
            sink_test(test_counts_of_arguments),
            sink_test(test_named_arguments_there_are_not),
            sink_test(test_arguments_left_out),
            sink_test(test_arguments_of_wrong_types),
    };

    return cmocka_run_group_tests_name("what Invoke refuses", tests, library_load, library_unload);
}
