#include "sinks.h"

#include <stdio.h>

volatile LONG sum;

static HRESULT(WINAPI *create_sink)(REFIID riid, void **sink);

void fail(const char *what, HRESULT hr)
{
    fprintf(stderr, "bench: %s: 0x%08lx\n", what, (unsigned long)hr);
    ExitProcess(1);
}

void sinks_load(const WCHAR *dll)
{
    HMODULE module = LoadLibraryW(dll);

    if (!module)
        fail("LoadLibrary", HRESULT_FROM_WIN32(GetLastError()));
    create_sink = (HRESULT(WINAPI *)(REFIID, void **))(void *)GetProcAddress(module, "VMEventsCreateSink");
    if (!create_sink)
        fail("GetProcAddress", HRESULT_FROM_WIN32(GetLastError()));
}

static void CALLBACK on_event(const VMEVENT *event, void *context)
{
    (void)context;
    sum += V_I4(&event->args[0]);
}

IVMEventCallbacks *callbacks_of(IVMEventSink *sink)
{
    IVMEventCallbacks *callbacks;

    check("IVMEventCallbacks", IVMEventSink_QueryInterface(sink, &IID_IVMEventCallbacks, (void **)&callbacks));
    return callbacks;
}

IVMEventSink *sink_with_callbacks(unsigned int count)
{
    IVMEventCallbacks *callbacks;
    IVMEventSink *sink;
    DWORD cookie;

    check("VMEventsCreateSink", create_sink(&IID_IVMEventSink, (void **)&sink));
    callbacks = callbacks_of(sink);
    for (unsigned int i = 0; i < count; ++i)
        check("AddCallback",
                IVMEventCallbacks_AddCallback(callbacks, &DIID_IVMVirtualMachineEvents,
                        vmVirtualMachineEvent_GuestLogoff, on_event, NULL, NULL, &cookie));
    IVMEventCallbacks_Release(callbacks);
    return sink;
}

IDispatch *machine_events_of(IVMEventSink *sink)
{
    IDispatch *events;

    check("IVMVirtualMachineEvents",
            IVMEventSink_QueryInterface(sink, &DIID_IVMVirtualMachineEvents, (void **)&events));
    return events;
}

void run_invoke(void *context, unsigned int count)
{
    IDispatch *events = context;
    DISPPARAMS params = {NULL, NULL, 1, 0};
    VARIANT arg;

    V_VT(&arg) = VT_I4;
    V_I4(&arg) = vmLogoff_Forced;
    params.rgvarg = &arg;
    while (count--)
        IDispatch_Invoke(events, vmVirtualMachineEvent_GuestLogoff, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD,
                &params, NULL, NULL, NULL);
}

void run_direct(void *sink, unsigned int count)
{
    while (count--)
        IVMEventSink_OnGuestLogoff((IVMEventSink *)sink, vmLogoff_Forced);
}
