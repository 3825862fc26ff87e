/*
 * Arbitrary calls of Invoke on the sink's faces: the four event interfaces and plain IDispatch. For each the answer has
 * to be one that the documentation gives for what is wrong with it, and when nothing is, the event has to arrive, with
 * values of the declared types; the counts have to add up; nothing that the caller owns may change; nothing may leak.
 *
 *     test_fuzz_invoke [SEED [NUMBER [COUNT]]]
 *
 * does the calls of a seed, from one number on. Without arguments it does those of a fixed seed and of a new one, which
 * it prints: for VMEVENTS_STRESS_SECONDS, or a fixed number.
 *
 * A caller has to keep one promise: as many arguments as it counts are there. The library keeps another: it reads no
 * more of them than the event has, so that any other number is refused before it looks at one, however large it is. The
 * arguments here end where the readable memory ends, and so do names.
 */
#include "fuzz/oracle.h"

#include "support/ole_memory.h"
#include "support/threads.h"

#define QUICK_CALLS 150000
#define DISPID_SUBSCRIBE 100
#define DISPID_QUEUE_CAPACITY 107
#define DISPID_WAIT_FOR 115
#define UNTOUCHED 0x5a5a5a5au
#define NOT_CALLED 0xffffffffu

static const VARTYPE no_types[2];
static const LONG no_values[2];

/* For the report of a failure. */
static uint32_t seed;
static uint32_t number;
static struct call call;
static struct arguments arguments;
static HRESULT answer;
static UINT answered_arg;

static struct world
{
    IVMEventSink *sink;
    IDispatch *faces[DIID_COUNT + 1];
    struct verdict verdict; /* on the call under way */
    struct object handler;
    LONG heard;
    LONG handled;
    LONG received, rejected;
} world;

static void print_argument(UINT place)
{
    const VARIANT *arg = &arguments.stored[place];

    printf("argument %u:", place);
    for (; V_VT(arg) == (VT_BYREF | VT_VARIANT) && V_VARIANTREF(arg); arg = V_VARIANTREF(arg))
        printf(" a reference to");
    printf(" type 0x%04x, value 0x%016llx\n", V_VT(arg), (unsigned long long)V_I8(arg));
}

static _Noreturn void report_failure(const char *file, int line, const char *condition)
{
    printf("%s:%d: not so: %s\n", file, line, condition);
    printf("%ls (%ld), flags 0x%x, locale 0x%lx: answer 0x%08lx, argument 0x%x\n",
            call.sample ? call.sample->name : L"no event", (long)call.id, call.flags, (unsigned long)call.lcid,
            (unsigned long)answer, answered_arg);
    printf("%u arguments, %u named\n", arguments.params.cArgs, arguments.params.cNamedArgs);
    for (UINT i = 0; i < arguments.stored_count; ++i)
        print_argument(i);
    for (UINT i = 0; i < arguments.name_count; ++i)
        printf("name %u: %ld\n", i, (long)arguments.names[i]);
    for (UINT i = 0; i < world.verdict.fault_count; ++i)
        printf("may be answered: 0x%08lx, argument 0x%x\n", (unsigned long)world.verdict.faults[i].hr,
                world.verdict.faults[i].arg);
    printf("to see it again: test_fuzz_invoke %lu %lu 1\n", (unsigned long)seed, (unsigned long)number);
    fflush(stdout);
    _exit(1);
}

#define EXPECT(condition) ((condition) ? (void)0 : report_failure(__FILE__, __LINE__, #condition))

static LONG CALLBACK report_crash(EXCEPTION_POINTERS *exception)
{
    printf("exception 0x%08lx at %p\n", exception->ExceptionRecord->ExceptionCode,
            exception->ExceptionRecord->ExceptionAddress);
    report_failure(__FILE__, __LINE__, "no exception");
}

static void CALLBACK hear(const VMEVENT *event, void *context)
{
    const struct sample *sample = sample_find(event->events, event->id);

    (void)context;
    ++world.heard;
    EXPECT(sample && event->argCount == sample->count && !world.verdict.fault_count);
    EXPECT(!wcscmp(event->name, sample->name) && !*event->source);
    for (UINT i = 0; i < event->argCount; ++i)
        EXPECT(values_are_equal(&event->args[i], &world.verdict.values[i]));
}

/* What waits in the queue is read as a script would. */
static void read_record(IVMEventRecord *record)
{
    VARIANT arguments;
    BSTR text;

    EXPECT(IVMEventRecord_get_Text(record, &text) == S_OK && text);
    SysFreeString(text);
    /* An array that cannot be copied cannot be returned either. */
    if (SUCCEEDED(IVMEventRecord_get_Arguments(record, &arguments)))
        VariantClear(&arguments);
    IVMEventRecord_Release(record);
}

static void empty_queue(void)
{
    IVMEventRecord *record;

    for (;;)
    {
        EXPECT(IVMEventSink_NextEvent(world.sink, 0, &record) == S_OK);
        if (!record)
            return;
        read_record(record);
    }
}

static void world_begin(void)
{
    IVMEventCallbacks *callbacks;
    VARIANT all, handler;
    DWORD cookie;
    LONG subscription;

    memset(&world, 0, sizeof(world));
    world.sink = sink_create();
    for (UINT i = 0; i < DIID_COUNT; ++i)
        world.faces[i] = face_of(world.sink, diids[i]);
    world.faces[DIID_COUNT] = (IDispatch *)world.sink;
    EXPECT(IVMEventSink_put_QueueCapacity(world.sink, 4) == S_OK);
    callbacks = query(world.sink, &IID_IVMEventCallbacks);
    EXPECT(IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, hear, NULL, NULL, &cookie) == S_OK);
    IVMEventCallbacks_Release(callbacks);
    /* Type information is kept from its first use on. */
    EXPECT(invoke(world.sink, -1, NULL, 0) == DISP_E_MEMBERNOTFOUND);
    ++world.rejected;
    object_init(&world.handler);
    V_VT(&all) = VT_BSTR;
    V_BSTR(&all) = SysAllocString(L"IVMVirtualMachineEvents.OnConfigurationChanged");
    V_VT(&handler) = VT_DISPATCH;
    V_DISPATCH(&handler) = &world.handler.IDispatch_iface;
    EXPECT(IVMEventSink_Subscribe(world.sink, all, handler, NULL, &subscription) == S_OK);
    SysFreeString(V_BSTR(&all));
}

static void world_end(void)
{
    empty_queue();
    EXPECT(IVMEventSink_Release(world.sink) == 0);
    EXPECT(world.handler.refcount == 1);
    EXPECT(library_check_idle(NULL) == 0);
}

/* A face and what is called there. */
static IDispatch *make_call(struct random *random)
{
    static const DISPID ids[] = {0, -1, -4, 13, 14, 99, 119, 120, LONG_MAX, LONG_MIN};
    static const LCID lcids[] = {LOCALE_USER_DEFAULT, LOCALE_INVARIANT, LOCALE_NEUTRAL, 0x0409, 0x0407, 0x040c};
    static const WORD flags[] = {0, DISPATCH_PROPERTYGET, DISPATCH_PROPERTYPUT, DISPATCH_PROPERTYPUTREF,
            DISPATCH_METHOD | DISPATCH_PROPERTYPUT, DISPATCH_METHOD | 0x10, 0x8000, 0xffff};
    static IID other_iid;
    UINT face = random_below(random, DIID_COUNT + 1);

    call.id = random_once_in(random, 20) ? ids[random_below(random, ARRAYSIZE(ids))]
                                         : 1 + (DISPID)random_below(random, face % DIID_COUNT ? 5 : 12);
    call.sample = sample_find(diids[face % DIID_COUNT], call.id);
    call.flags = random_once_in(random, 2) ? DISPATCH_METHOD : DISPATCH_METHOD | DISPATCH_PROPERTYGET;
    if (random_once_in(random, 20))
        call.flags = flags[random_below(random, ARRAYSIZE(flags))];
    call.lcid = lcids[random_below(random, ARRAYSIZE(lcids))];
    call.riid = &IID_NULL;
    if (random_once_in(random, 30))
    {
        other_iid = IID_NULL;
        ((BYTE *)&other_iid)[random_below(random, sizeof(other_iid))] = 1u << random_below(random, 8);
        call.riid = &other_iid;
    }
    return world.faces[face];
}

static void check_exception(const EXCEPINFO *exception, HRESULT hr)
{
    const DWORD *words = (const DWORD *)exception;

    if (hr == DISP_E_EXCEPTION)
    {
        EXPECT(exception->scode == E_INVALIDARG && !exception->bstrHelpFile);
        EXPECT(!wcscmp(exception->bstrSource, L"VMEvents.Sink") && wcsstr(exception->bstrDescription, L" has 0 ("));
        SysFreeString(exception->bstrSource);
        SysFreeString(exception->bstrDescription);
        return;
    }
    for (size_t i = 0; i < sizeof(*exception) / sizeof(*words); ++i)
        EXPECT(words[i] == UNTOUCHED);
}

static void check_counts(HRESULT hr, const struct fault *fault)
{
    LONG received, rejected;

    world.received += hr == S_OK;
    world.rejected += fault && fault->counted;
    EXPECT(IVMEventSink_get_Received(world.sink, &received) == S_OK && received == world.received);
    EXPECT(IVMEventSink_get_Rejected(world.sink, &rejected) == S_OK && rejected == world.rejected);
    EXPECT(world.heard == world.received);
}

static void check_answer(HRESULT hr, UINT arg, bool has_arg)
{
    const struct fault *fault = NULL;

    answer = hr;
    answered_arg = arg;
    if (hr == S_OK)
    {
        EXPECT(!world.verdict.fault_count);
        EXPECT(!has_arg || arg == UNTOUCHED);
    }
    else
    {
        fault = verdict_fault(&world.verdict, hr, has_arg ? arg : ANY_ARG);
        EXPECT(fault);
    }
    check_counts(hr, fault);
}

/* DISPIDs that the sink itself has not are ITypeInfo::Invoke's business, which is Windows'. */
static DISPPARAMS *choose_params(const IDispatch *face, bool has_params)
{
    static DISPPARAMS none;

    if (!has_params)
        return NULL;
    return call.sample || face != (IDispatch *)world.sink ? &arguments.params : &none;
}

static void do_call(struct random *random)
{
    VARIANT result;
    EXCEPINFO exception;
    UINT arg = UNTOUCHED;
    IDispatch *face = make_call(random);
    bool wants_result = !random_once_in(random, 3), wants_exception = !random_once_in(random, 3);
    bool wants_arg = !random_once_in(random, 3);
    DISPPARAMS *params = choose_params(face, !random_once_in(random, 100));
    VARTYPE types[2] = {0};
    LONG values[2] = {0};
    HRESULT hr;

    for (UINT i = 0; call.sample && i < call.sample->count; ++i)
    {
        types[i] = call.sample->args[i].declared;
        values[i] = call.sample->args[i].values;
    }
    arguments_make(&arguments, random, call.sample ? call.sample->count : 0, call.sample ? types : no_types,
            call.sample ? values : no_values);
    verdict_find(&world.verdict, &call, params);
    memset(&exception, UNTOUCHED & 0xff, sizeof(exception));
    memset(&result, UNTOUCHED & 0xff, sizeof(result));
    hr = IDispatch_Invoke(face, call.id, call.riid, call.lcid, call.flags, params, wants_result ? &result : NULL,
            wants_exception ? &exception : NULL, wants_arg ? &arg : NULL);
    check_answer(hr, arg, wants_arg);
    if (wants_exception)
        check_exception(&exception, hr);
    EXPECT(hr != S_OK || !wants_result || V_VT(&result) == VT_EMPTY);
    EXPECT(arguments_are_unchanged(&arguments));
    verdict_clear(&world.verdict);
    if (arguments.object_count || random_once_in(random, 8))
        empty_queue();
    EXPECT(arguments_free(&arguments));
}

/* What a member of the sink may answer to arguments of any types, or ITypeInfo::Invoke in front of it. */
static bool is_of_member(HRESULT hr)
{
    static const HRESULT answers[] = {S_OK, E_INVALIDARG, E_POINTER, DISP_E_BADPARAMCOUNT, DISP_E_TYPEMISMATCH,
            DISP_E_OVERFLOW, DISP_E_BADVARTYPE, DISP_E_PARAMNOTOPTIONAL, DISP_E_MEMBERNOTFOUND, DISP_E_NOTACOLLECTION,
            DISP_E_PARAMNOTFOUND, CONNECT_E_NOCONNECTION};

    for (size_t i = 0; i < ARRAYSIZE(answers); ++i)
    {
        if (hr == answers[i])
            return true;
    }
    return false;
}

static void check_error(HRESULT hr, EXCEPINFO *exception)
{
    if (hr == DISP_E_EXCEPTION)
    {
        EXPECT(!wcscmp(exception->bstrSource, L"VMEvents.Sink") && *exception->bstrDescription);
        SysFreeString(exception->bstrSource);
        SysFreeString(exception->bstrDescription);
        hr = exception->scode;
    }
    EXPECT(is_of_member(hr));
}

/*
 * Subscribe, Connect, CatchUp and the others, which ITypeInfo::Invoke takes apart. The arguments are plain and their number
 * is right; tests/sink/arguments.c has those that are not.
 */
static void do_member_call(struct random *random)
{
    static const VARTYPE types[] = {VT_I4, VT_BSTR, VT_BOOL, VT_R8, VT_UI1, VT_EMPTY, VT_NULL, VT_DISPATCH};
    /* UnsubscribeAll, which would end the world's own subscription, has no count. */
    static const UINT counts[] = {2, 1, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, NOT_CALLED, 0, 2, 0, 0, 1};
    static DISPID put = DISPID_PROPERTYPUT;
    UINT member = random_below(random, ARRAYSIZE(counts)), count;
    bool puts;
    EXCEPINFO exception = {0};
    VARTYPE declared[2];
    VARIANT result;

    if (counts[member] == NOT_CALLED)
        ++member;
    count = counts[member];
    puts = member == DISPID_QUEUE_CAPACITY - DISPID_SUBSCRIBE && random_once_in(random, 2);
    /* Only Subscribe takes arguments as they are; what else is an object may be refused, and not released either. */
    for (UINT i = 0; i < ARRAYSIZE(declared); ++i)
        declared[i] = types[random_below(random, ARRAYSIZE(types) - (member != 0))];
    /* Nor does it release what it has copied of the event when it refuses the time, which stands first here. */
    if (member == DISPID_WAIT_FOR - DISPID_SUBSCRIBE)
        declared[0] = VT_I4;
    arguments_make_plain(&arguments, random, count + puts, declared);
    memset(&call, 0, sizeof(call));
    call.id = DISPID_SUBSCRIBE + (DISPID)member;
    call.flags = puts ? DISPATCH_PROPERTYPUT : DISPATCH_METHOD | DISPATCH_PROPERTYGET;
    if (puts)
    {
        arguments.params.rgdispidNamedArgs = &put;
        arguments.params.cNamedArgs = 1;
        arguments_seal(&arguments);
    }
    /* Otherwise a Run might go on for weeks. */
    EXPECT(IVMEventSink_Stop(world.sink) == S_OK);
    VariantInit(&result);
    answer = IVMEventSink_Invoke(world.sink, call.id, &IID_NULL, LOCALE_USER_DEFAULT, call.flags, &arguments.params,
            &result, &exception, NULL);
    check_error(answer, &exception);
    if (answer == S_OK && call.id == DISPID_SUBSCRIBE)
        EXPECT(IVMEventSink_Unsubscribe(world.sink, V_I4(&result)) == S_OK);
    VariantClear(&result);
    EXPECT(IVMEventSink_put_QueueCapacity(world.sink, 4) == S_OK);
    EXPECT(arguments_are_unchanged(&arguments));
    EXPECT(arguments_free(&arguments));
}

static void check_leaks(LONG ole_blocks)
{
    empty_queue();
    SetErrorInfo(0, NULL);
    EXPECT(ole_memory_live() == ole_blocks);
}

static void do_one(void)
{
    struct random random = {((uint64_t)seed << 32) ^ number};

    if (random_once_in(&random, 16))
        do_member_call(&random);
    else
        do_call(&random);
}

/* count 0: until the time is up. */
static void do_calls(uint32_t first, uint32_t count, uint64_t end_ms)
{
    /* To find which call it was one asks for few. */
    const uint32_t between_leak_checks = count && count < QUICK_CALLS ? 1 : 2048;
    LONG ole_blocks;

    world_begin();
    ole_blocks = ole_memory_live();
    for (number = first; count ? number - first < count : test_time_ms() < end_ms;)
    {
        do_one();
        if (number % between_leak_checks == 0)
            check_leaks(ole_blocks);
        ++number;
    }
    check_leaks(ole_blocks);
    printf("seed %lu: %lu calls, %ld events received, %ld rejected\n", (unsigned long)seed,
            (unsigned long)(number - first), (long)world.received, (long)world.rejected);
    fflush(stdout);
    world_end();
}

int main(int argc, char **argv)
{
    bool stress = getenv("VMEVENTS_STRESS_SECONDS") != NULL;

    SetUnhandledExceptionFilter(report_crash);
    if (library_load(NULL))
        return 1;
    if (argc > 1)
    {
        seed = (uint32_t)strtoul(argv[1], NULL, 0);
        do_calls(argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 0,
                argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : QUICK_CALLS, 0);
    }
    else
    {
        seed = 1;
        do_calls(0, QUICK_CALLS, 0);
        seed = test_seed();
        do_calls(0, stress ? 0 : QUICK_CALLS, test_time_ms() + test_stress_ms());
    }
    return library_unload(NULL) ? 1 : 0;
}
