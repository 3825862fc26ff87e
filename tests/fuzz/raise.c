/*
 * Arbitrary calls of a machine's Raise, by Invoke as scripts call it and by the vtable with odd arrays: the host's
 * objects in this process. The answer has to be one of those that Raise has; an event that is fired has arguments of
 * the declared types; nothing that the caller owns may change, and nothing may leak.
 *
 *     test_fuzz_raise [SEED [NUMBER [COUNT]]]
 *
 * Other than an event, Raise takes any number of arguments, and has to look at each: here the caller's count is true.
 */
#include "fuzz/arguments.h"

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

static void make_event_name(struct random *random)
{
    VARIANT *name;

    if (!arguments.stored_count || random_once_in(random, 12))
        return;
    name = &arguments.stored[arguments.stored_count - 1];
    V_VT(name) = VT_BSTR;
    CHECK(V_BSTR(name) = SysAllocString(
                  random_once_in(random, 8) ? L"OnNothing" : event_types[random_below(random, EVENT_COUNT)].name));
    CHECK(arguments.string_count < MAX_ALLOCATED);
    arguments.strings[arguments.string_count++] = V_BSTR(name);
}

static void call_by_invoke(struct random *random)
{
    WORD flags = random_once_in(random, 20) ? (WORD)random_next(random) : DISPATCH_METHOD;
    const IID *riid = random_once_in(random, 30) ? &IID_IUnknown : &IID_NULL;
    DISPPARAMS *params = random_once_in(random, 50) ? NULL : &arguments.params;
    EXCEPINFO exception;

    answer = open_exception(IVMEventMachine_Invoke(machine, DISPID_RAISE, riid, LOCALE_USER_DEFAULT, flags, params,
                                    NULL, &exception, NULL),
            &exception);
    if (riid != &IID_NULL)
        EXPECT(answer == DISP_E_UNKNOWNINTERFACE);
    else if (!(flags & DISPATCH_METHOD))
        EXPECT(answer == DISP_E_MEMBERNOTFOUND);
    else if (!params || (params->cArgs && !params->rgvarg))
        EXPECT(answer == E_POINTER);
    else if (params->cNamedArgs)
        EXPECT(answer == DISP_E_NONAMEDARGS);
    else
        EXPECT(is_of_raise(answer));
}

/* The arguments without the name, which stands last. */
static void call_by_vtable(void)
{
    const VARIANT *name = arguments.stored_count ? &arguments.stored[arguments.stored_count - 1] : NULL;
    SAFEARRAY *array = arguments.array_count ? arguments.arrays[0] : NULL;

    answer = IVMEventMachine_Raise(machine, name && V_VT(name) == VT_BSTR ? V_BSTR(name) : NULL, array);
    EXPECT(is_of_raise(answer));
}

static void do_call(void)
{
    static const VARTYPE types[] = {VT_BSTR, VT_VARIANT, VT_VARIANT};
    static const LONG any[] = {0, 0, 0};
    struct random random = {((uint64_t)seed << 32) ^ number};

    arguments_make(&arguments, &random, 1 + random_below(&random, MAX_STORED), types, any);
    arguments.params.cArgs = arguments.stored_count;
    if (arguments.params.cNamedArgs > arguments.name_count || !random_once_in(&random, 10))
        arguments.params.cNamedArgs = 0;
    make_event_name(&random);
    arguments_seal(&arguments);
    if (random_once_in(&random, 4))
        call_by_vtable();
    else
        call_by_invoke(&random);
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
    printf("seed %lu: %lu calls, %ld events\n", (unsigned long)seed, (unsigned long)(number - first), (long)heard);
    fflush(stdout);
}

static void world_begin(IConnectionPoint **point, DWORD *cookie)
{
    static IDispatch client = {(IDispatchVtbl *)&client_vtbl};
    BSTR name = SysAllocString(L"Alpha");
    IConnectionPointContainer *container;

    module_instance = GetModuleHandleW(NULL);
    CHECK(SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED)));
    ole_memory_watch();
    CHECK(threads_init() && host_init());
    CHECK(IVMEventHost_CreateMachine(host_get(), name, &machine) == S_OK);
    SysFreeString(name);
    CHECK(IVMEventMachine_QueryInterface(machine, &IID_IConnectionPointContainer, (void **)&container) == S_OK);
    CHECK(IConnectionPointContainer_FindConnectionPoint(container, &DIID_IVMVirtualMachineEvents, point) == S_OK);
    IConnectionPointContainer_Release(container);
    CHECK(IConnectionPoint_Advise(*point, (IUnknown *)&client, cookie) == S_OK);
}

static void world_end(IConnectionPoint *point, DWORD cookie)
{
    CHECK(IConnectionPoint_Unadvise(point, cookie) == S_OK);
    IConnectionPoint_Release(point);
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
    IConnectionPoint *point;
    DWORD cookie;

    SetUnhandledExceptionFilter(report_crash);
    world_begin(&point, &cookie);
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
    world_end(point, cookie);
    return 0;
}
