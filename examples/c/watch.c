/*
 * A C program that hears a machine's events by callbacks.
 *
 * Build: see CMakeLists.txt, or
 *     gcc -DCOBJMACROS watch.c -lvmevents -lvmevents_uuid -lole32 -loleaut32
 * Run:   watch.exe   (vmevents.dll beside it; vmhost.exe registered by `vmhost /regserver`)
 *
 * It makes a simulated machine, connects a sink to it, has the machine raise some events, and ends when the guest has
 * shut down.
 */
#include <stdio.h>

#include <windows.h>

#include "vmevents.h"

struct watch
{
    HANDLE shut_down;
    LONG logoffs;
};

/* Every event: its source, its name, and how many arguments. Runs on the thread that the event came on. */
static void CALLBACK on_event(const VMEVENT *event, void *context)
{
    (void)context;
    printf("%ls: %ls, %u argument(s)\n", event->source, event->name, event->argCount);
}

static void CALLBACK on_logoff(const VMEVENT *event, void *context)
{
    struct watch *watch = context;

    InterlockedIncrement(&watch->logoffs);
    /* Arguments stand in their order of declaration and have their declared types: an enumeration is VT_I4. */
    if (V_I4(&event->args[0]) == vmLogoff_Forced)
        printf("%ls: a user was logged off against their will\n", event->source);
}

static void CALLBACK on_shutdown(const VMEVENT *event, void *context)
{
    struct watch *watch = context;

    (void)event;
    SetEvent(watch->shut_down);
}

static HRESULT add_callbacks(IVMEventSink *sink, struct watch *watch)
{
    IVMEventCallbacks *callbacks;
    DWORD cookie;
    HRESULT hr;

    if (FAILED(hr = IVMEventSink_QueryInterface(sink, &IID_IVMEventCallbacks, (void **)&callbacks)))
        return hr;
    /* They last as long as the sink; RemoveCallback with the cookie would take one out before. */
    hr = IVMEventCallbacks_AddCallback(callbacks, &IID_NULL, DISPID_UNKNOWN, on_event, NULL, NULL, &cookie);
    if (SUCCEEDED(hr))
        hr = IVMEventCallbacks_AddCallback(callbacks, &DIID_IVMVirtualMachineEvents, vmVirtualMachineEvent_GuestLogoff,
                on_logoff, watch, NULL, &cookie);
    if (SUCCEEDED(hr))
        hr = IVMEventCallbacks_AddCallback(callbacks, &DIID_IVMVirtualMachineEvents,
                vmVirtualMachineEvent_GuestShutdown, on_shutdown, watch, NULL, &cookie);
    IVMEventCallbacks_Release(callbacks);
    return hr;
}

static HRESULT raise_event(IVMEventMachine *machine, const WCHAR *name, const WCHAR *argument)
{
    SAFEARRAY *arguments = SafeArrayCreateVector(VT_VARIANT, 0, argument ? 1 : 0);
    BSTR event = SysAllocString(name);
    LONG first = 0;
    VARIANT value;
    HRESULT hr = arguments && event ? S_OK : E_OUTOFMEMORY;

    if (argument && SUCCEEDED(hr))
    {
        V_VT(&value) = VT_BSTR;
        V_BSTR(&value) = SysAllocString(argument);
        hr = SafeArrayPutElement(arguments, &first, &value);
        VariantClear(&value);
    }
    if (SUCCEEDED(hr))
        hr = IVMEventMachine_Raise(machine, event, arguments);
    SysFreeString(event);
    SafeArrayDestroy(arguments);
    return hr;
}

static HRESULT raise_events(IVMEventMachine *machine)
{
    static const WCHAR *const events[][2] = {
            {L"OnStateChange", L"vmVMState_Running"},
            {L"OnGuestLogoff", L"vmLogoff_Forced"},
            {L"OnGuestShutdown", NULL},
    };
    HRESULT hr = S_OK;

    for (size_t i = 0; i < ARRAYSIZE(events) && SUCCEEDED(hr); ++i)
        hr = raise_event(machine, events[i][0], events[i][1]);
    return hr;
}

static HRESULT watch_machine(IVMEventMachine *machine)
{
    struct watch watch = {CreateEventW(NULL, TRUE, FALSE, NULL), 0};
    IVMEventSink *sink;
    LONG connection;
    HRESULT hr;

    /* CoCreateInstance(CLSID_VMEventSink) makes the same object when the DLL is registered. */
    if (FAILED(hr = VMEventsCreateSink(&IID_IVMEventSink, (void **)&sink)))
        goto close_event;
    if (FAILED(hr = add_callbacks(sink, &watch)))
        goto release;
    /* No label: the records of this connection carry the machine's name. */
    if (FAILED(hr = IVMEventSink_Connect(sink, (IUnknown *)machine, NULL, &connection)))
        goto release;
    if (SUCCEEDED(hr = raise_events(machine)) && WaitForSingleObject(watch.shut_down, 60000) != WAIT_OBJECT_0)
        hr = HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    IVMEventSink_Disconnect(sink, connection);
    printf("%ld logoff(s)\n", (long)watch.logoffs);

release:
    IVMEventSink_Release(sink);
close_event:
    CloseHandle(watch.shut_down);
    return hr;
}

static HRESULT create_machine(const WCHAR *name, IVMEventHost **host, IVMEventMachine **machine)
{
    BSTR string;
    HRESULT hr;

    if (FAILED(hr = CoCreateInstance(&CLSID_VMEventHost, NULL, CLSCTX_LOCAL_SERVER, &IID_IVMEventHost, (void **)host)))
        return hr;
    string = SysAllocString(name);
    hr = IVMEventHost_CreateMachine(*host, string, machine);
    SysFreeString(string);
    if (FAILED(hr))
        IVMEventHost_Release(*host);
    return hr;
}

static HRESULT run(const WCHAR *name)
{
    BSTR string = SysAllocString(name);
    IVMEventMachine *machine;
    IVMEventHost *host;
    HRESULT hr;

    if (SUCCEEDED(hr = create_machine(name, &host, &machine)))
    {
        hr = watch_machine(machine);
        IVMEventHost_RemoveMachine(host, string);
        IVMEventMachine_Release(machine);
        IVMEventHost_Release(host);
    }
    SysFreeString(string);
    return hr;
}

int main(void)
{
    HRESULT hr;

    /* In the multithreaded apartment nobody has to pump: events arrive on COM's threads. */
    if (SUCCEEDED(hr = CoInitializeEx(NULL, COINIT_MULTITHREADED)))
    {
        hr = run(L"C example");
        CoUninitialize();
    }
    if (FAILED(hr))
        fprintf(stderr, "watch: error 0x%08lx\n", (unsigned long)hr);
    return FAILED(hr);
}
