/*
 * Arbitrary calls of Raise of a machine and of the host, by Invoke as scripts call it and by the vtable with odd arrays:
 * the host's objects in this process. The answer has to be one of those that Raise has, for the host just one that an
 * oracle knows; an event that is fired has arguments of the declared types, the host's those that the oracle knows;
 * nothing that the caller owns may change, and nothing may leak.
 *
 *     test_fuzz_raise [SEED [NUMBER [COUNT]]]
 *
 * Other than an event, Raise takes any number of arguments, and has to look at each: here the caller's count is true.
 */
#include "fuzz/arguments.h"
#include "fuzz/raise_oracle.h"

#include "com/module.h"
#include "com/type_info.h"
#include "dispatch/readers.h"
#include "host/host.h"
#include "host/machine.h"
#include "host/machines.h"
#include "host/raise_invoke.h"
#include "host/threads.h"
#include "support/ole_memory.h"
#include "support/test.h"
#include "support/threads.h"

#include <olectl.h>
#include <process.h>

#define QUICK_CALLS 20000

static uint32_t seed, number;
static HRESULT answer;
static IVMEventMachine *machine;
static LONG host_cookie; /* of the client at the host */
static struct raise_verdict verdict;
static struct arguments arguments;

static _Noreturn void report_failure(const char *file, int line, const char *condition)
{
    printf("%s:%d: not so: %s\nanswer 0x%08lx, %u arguments, %u named\n", file, line, condition, (unsigned long)answer,
            arguments.params.cArgs, arguments.params.cNamedArgs);
    for (UINT i = 0; i < arguments.stored_count; ++i)
        printf("argument %u: type 0x%04x, value 0x%016llx\n", i, V_VT(&arguments.stored[i]),
                (unsigned long long)V_I8(&arguments.stored[i]));
    printf("to see it again: test_fuzz_raise %lu %lu 1\n", (unsigned long)seed, (unsigned long)number);
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

/* A client. It checks what it is told, on whatever thread. */

static HRESULT WINAPI client_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    *object = IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) ? iface : NULL;
    return *object ? S_OK : E_NOINTERFACE;
}

static ULONG WINAPI client_AddRef(IDispatch *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI client_Release(IDispatch *iface)
{
    (void)iface;
    return 1;
}

static volatile LONG heard;

/* Whether the arguments are those that the oracle knows. */
static bool are_as_said(const DISPPARAMS *params)
{
    for (UINT i = 0; i < params->cArgs; ++i)
    {
        if (!values_are_equal(&params->rgvarg[params->cArgs - 1 - i], &verdict.values[i]))
            return false;
    }
    return params->cArgs == verdict.event->count;
}

static volatile LONG heard_at_host, wrong_at_host;
static volatile LONG is_judged; /* what is fired is a call's of the host that the oracle has judged */

/* At the host. What is wrong is told by the thread that called. */
static HRESULT WINAPI host_client_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    (void)iface, (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    InterlockedIncrement(&heard_at_host);
    if (is_judged && (!verdict.event || verdict.event->id != id || !are_as_said(params)))
        InterlockedIncrement(&wrong_at_host);
    return S_OK;
}

static const IDispatchVtbl host_client_vtbl = {
        .QueryInterface = client_QueryInterface,
        .AddRef = client_AddRef,
        .Release = client_Release,
        .Invoke = host_client_Invoke,
};

static HRESULT WINAPI client_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags, DISPPARAMS *params,
        VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    const struct event_type *type = event_type_find(&event_interfaces[MACHINE_EVENTS], id);

    (void)iface, (void)riid, (void)lcid, (void)flags, (void)result, (void)exception, (void)arg_error;
    InterlockedIncrement(&heard);
    EXPECT(type && params->cArgs == type->param_count);
    for (UINT i = 0; i < params->cArgs; ++i)
    {
        const struct event_param *param = &type->params[i];
        const VARIANT *arg = &params->rgvarg[params->cArgs - 1 - i];

        EXPECT(param->type == VT_VARIANT ? is_type_of_variants(V_VT(arg)) && !(V_VT(arg) & VT_BYREF)
                                         : V_VT(arg) == param->type);
        EXPECT(V_VT(arg) != VT_BSTR || V_BSTR(arg));
        EXPECT(!param->enumeration || (V_I4(arg) >= 0 && V_I4(arg) < param->enumeration->count));
        EXPECT(param->type != VT_BOOL || V_BOOL(arg) == VARIANT_TRUE || V_BOOL(arg) == VARIANT_FALSE);
    }
    return S_OK;
}

static const IDispatchVtbl client_vtbl = {
        .QueryInterface = client_QueryInterface,
        .AddRef = client_AddRef,
        .Release = client_Release,
        .Invoke = client_Invoke,
};

/* The error itself, when it came as an exception, of which the description is freed. */
static HRESULT open_exception(HRESULT hr, EXCEPINFO *exception)
{
    if (hr != DISP_E_EXCEPTION)
        return hr;
    EXPECT(!wcscmp(exception->bstrSource, L"VMEvents.Host") && *exception->bstrDescription);
    SysFreeString(exception->bstrSource);
    SysFreeString(exception->bstrDescription);
    return exception->scode;
}

static bool is_of_raise(HRESULT hr)
{
    static const HRESULT answers[] = {
            S_OK, E_INVALIDARG, E_POINTER, DISP_E_BADPARAMCOUNT, DISP_E_TYPEMISMATCH, DISP_E_PARAMNOTOPTIONAL};

    for (size_t i = 0; i < ARRAYSIZE(answers); ++i)
    {
        if (hr == answers[i])
            return true;
    }
    return false;
}

static void make_event_name(struct random *random, const WCHAR *text)
{
    VARIANT *name;

    if (!arguments.stored_count || random_once_in(random, 12))
        return;
    name = &arguments.stored[arguments.stored_count - 1];
    V_VT(name) = VT_BSTR;
    CHECK(V_BSTR(name) = SysAllocString(random_once_in(random, 8) ? L"OnNothing" : text));
    CHECK(arguments.string_count < MAX_ALLOCATED);
    arguments.strings[arguments.string_count++] = V_BSTR(name);
}

static void make_arguments(
        struct random *random, UINT count, const VARTYPE *types, const LONG *values, const WCHAR *event)
{
    arguments_make(&arguments, random, count, types, values);
    arguments.params.cArgs = arguments.stored_count;
    if (arguments.params.cNamedArgs > arguments.name_count || !random_once_in(random, 10))
        arguments.params.cNamedArgs = 0;
    make_event_name(random, event);
    arguments_seal(&arguments);
}

/* Whether the first argument is a string, and so the oracle knows what has to be answered. */
static bool is_event_named(const DISPPARAMS *params)
{
    return params && params->cArgs && params->rgvarg && !params->cNamedArgs
            && V_VT(&params->rgvarg[params->cArgs - 1]) == VT_BSTR;
}

static void call_by_invoke(struct random *random, void *object, DISPID id)
{
    WORD flags = random_once_in(random, 20) ? (WORD)random_next(random) : DISPATCH_METHOD;
    const IID *riid = random_once_in(random, 30) ? &IID_IUnknown : &IID_NULL;
    DISPPARAMS *params = random_once_in(random, 50) ? NULL : &arguments.params;
    IDispatch *dispatch = object; /* of a dual interface */
    bool is_host = object == host_get();
    EXCEPINFO exception;

    is_judged = is_host && is_event_named(params);
    if (is_judged)
        raise_verdict_find(&verdict, LOCALE_USER_DEFAULT, params);
    answer = open_exception(
            IDispatch_Invoke(dispatch, id, riid, LOCALE_USER_DEFAULT, flags, params, NULL, &exception, NULL),
            &exception);
    if (riid != &IID_NULL)
        EXPECT(answer == DISP_E_UNKNOWNINTERFACE);
    else if (!(flags & DISPATCH_METHOD))
        EXPECT(answer == DISP_E_MEMBERNOTFOUND);
    else if (!params || (params->cArgs && !params->rgvarg) || (params->cNamedArgs && !params->rgdispidNamedArgs))
        EXPECT(answer == E_POINTER);
    else if (params->cNamedArgs)
        EXPECT(answer == DISP_E_NONAMEDARGS);
    else if (is_judged)
        EXPECT(raise_verdict_allows(&verdict, answer));
    else
        EXPECT(is_of_raise(answer));
}

/* The arguments without the name, which stands last. */
static void call_by_vtable(bool of_host)
{
    const VARIANT *name = arguments.stored_count ? &arguments.stored[arguments.stored_count - 1] : NULL;
    SAFEARRAY *array = arguments.array_count ? arguments.arrays[0] : NULL;

    BSTR event = name && V_VT(name) == VT_BSTR ? V_BSTR(name) : NULL;

    answer = of_host ? IVMEventHost_Raise(host_get(), event, array) : IVMEventMachine_Raise(machine, event, array);
    EXPECT(is_of_raise(answer));
}

/* Returns when the client at the host has heard all. */
static void settle_host(void)
{
    LONG missing;

    EXPECT(IVMEventHost_Settle(host_get(), host_cookie, -1, &missing) == S_OK && !missing);
}

static void call_machine(struct random *random)
{
    static const VARTYPE types[] = {VT_BSTR, VT_VARIANT, VT_VARIANT};
    static const LONG any[] = {0, 0, 0};

    make_arguments(random, 1 + random_below(random, MAX_STORED), types, any,
            event_types[random_below(random, EVENT_COUNT)].name);
    if (random_once_in(random, 4))
        call_by_vtable(false);
    else
        call_by_invoke(random, machine, DISPID_MACHINE_RAISE);
}

/* The state's name, which random strings would not be, as the second argument. */
static void name_a_state(struct random *random)
{
    static const WCHAR *const names[] = {L"vmVMState_Paused", L"VMVMSTATE_deletemachine", L"vmVMState_Off"};

    if (arguments.stored_count != MAX_STORED || !random_once_in(random, 4))
        return;
    CHECK(arguments.string_count < MAX_ALLOCATED);
    V_VT(&arguments.stored[0]) = VT_BSTR;
    CHECK(V_BSTR(&arguments.stored[0]) = SysAllocString(names[random_below(random, ARRAYSIZE(names))]));
    arguments.strings[arguments.string_count++] = V_BSTR(&arguments.stored[0]);
    arguments_seal(&arguments);
}

static void call_host(struct random *random)
{
    const struct sample *sample = &host_events[random_below(random, HOST_EVENTS)];
    const VARTYPE types[] = {VT_BSTR, sample->args[0].declared, sample->args[1].declared};
    const LONG values[] = {0, sample->args[0].values, sample->args[1].values};
    LONG before;

    make_arguments(random, 1 + sample->count, types, values,
            random_once_in(random, 12) ? event_types[random_below(random, EVENT_COUNT)].name : sample->name);
    name_a_state(random);
    settle_host();
    before = heard_at_host;
    if (random_once_in(random, 8))
        call_by_vtable(true);
    else
        call_by_invoke(random, host_get(), DISPID_HOST_RAISE);
    settle_host();
    EXPECT(heard_at_host == before + (answer == S_OK));
    EXPECT(!wrong_at_host);
    if (is_judged)
        raise_verdict_clear(&verdict);
    is_judged = false;
}

static void do_call(void)
{
    struct random random = {((uint64_t)seed << 32) ^ number};

    if (random_once_in(&random, 2))
        call_machine(&random);
    else
        call_host(&random);
    EXPECT(arguments_are_unchanged(&arguments));
    /* What a client keeps it lets go of in time; the call waits for that. */
    EXPECT(arguments_free(&arguments));
}

static void do_calls(uint32_t first, uint32_t count, uint64_t end_ms)
{
    LONG ole_blocks;

    /* What is kept from its first use on. */
    number = first;
    for (unsigned int i = 0; i < 200; ++i)
        do_call();
    SetErrorInfo(0, NULL);
    ole_blocks = ole_memory_live();
    for (; count ? number - first < count : test_time_ms() < end_ms; ++number)
        do_call();
    /* The project's own memory is looked at when the program ends. */
    SetErrorInfo(0, NULL);
    EXPECT(ole_memory_live() == ole_blocks);
    printf("seed %lu: %lu calls, %ld events, %ld of the host\n", (unsigned long)seed, (unsigned long)(number - first),
            (long)heard, (long)heard_at_host);
    fflush(stdout);
}

static IConnectionPoint *advise(void *source, REFIID iid, IDispatch *client, DWORD *cookie)
{
    IConnectionPointContainer *container;
    IConnectionPoint *point;

    CHECK(IUnknown_QueryInterface((IUnknown *)source, &IID_IConnectionPointContainer, (void **)&container) == S_OK);
    CHECK(IConnectionPointContainer_FindConnectionPoint(container, iid, &point) == S_OK);
    IConnectionPointContainer_Release(container);
    CHECK(IConnectionPoint_Advise(point, (IUnknown *)client, cookie) == S_OK);
    return point;
}

static void end_advise(IConnectionPoint *point, DWORD cookie)
{
    CHECK(IConnectionPoint_Unadvise(point, cookie) == S_OK);
    IConnectionPoint_Release(point);
}

static void world_begin(IConnectionPoint *points[2], DWORD cookies[2])
{
    static IDispatch client = {(IDispatchVtbl *)&client_vtbl}, host_client = {(IDispatchVtbl *)&host_client_vtbl};
    BSTR name = SysAllocString(L"Alpha");

    module_instance = GetModuleHandleW(NULL);
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    ole_memory_watch();
    CHECK(threads_init() && host_init());
    CHECK(IVMEventHost_CreateMachine(host_get(), name, &machine) == S_OK);
    SysFreeString(name);
    points[0] = advise(machine, &DIID_IVMVirtualMachineEvents, &client, &cookies[0]);
    points[1] = advise(host_get(), &DIID_IVMVirtualPCEvents, &host_client, &cookies[1]);
    host_cookie = (LONG)cookies[1];
}

static void world_end(IConnectionPoint *points[2], const DWORD cookies[2])
{
    end_advise(points[0], cookies[0]);
    end_advise(points[1], cookies[1]);
    IVMEventMachine_Release(machine);
    machines_remove_all();
    while (module_in_use())
        Sleep(1);
    host_cleanup();
    type_info_forget();
    dispatch_cleanup();
}

int main(int argc, char **argv)
{
    bool stress = getenv("VMEVENTS_STRESS_SECONDS") != NULL;
    IConnectionPoint *points[2];
    DWORD cookies[2];

    SetUnhandledExceptionFilter(report_crash);
    world_begin(points, cookies);
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
    world_end(points, cookies);
    return 0;
}
