/* vmevents.dll as COM and regsvr32 see it. */
#include "com/apartment.h"
#include "com/module.h"
#include "com/registration/registration.h"
#include "com/stand_in.h"
#include "dispatch/readers.h"
#include "platform/trace.h"
#include "platform/version.h"
#include "sink/class_factory.h"
#include "sink/event_invoke.h"
#include "sink/sink.h"

#include <olectl.h>
#include <wchar.h>

/* No header declares these two without bringing a library along. */
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);
HRESULT WINAPI DllInstall(BOOL install, const WCHAR *command);

static struct class_factory sink_factory = CLASS_FACTORY_INIT(sink_create);

static const struct registration_server sink_server = {
        .clsid = &CLSID_VMEventSink,
        .prog_id = L"VMEvents.Sink.1",
        .version_independent_prog_id = L"VMEvents.Sink",
        .description = L"vmevents event sink",
        .server_key = L"InprocServer32",
        .threading_model = L"Both",
};

/* Opening and writing a file is among what DllMain may do. */
static void begin_trace(HINSTANCE instance)
{
    WCHAR version[VERSION_TEXT_SIZE];

    module_trace_channel = TRACE_SINK;
    module_error_source = SINK_ERROR_SOURCE;
    trace_open("vmevents.dll", version_of_module(instance, version));
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    switch (reason)
    {
        case DLL_PROCESS_ATTACH:
            module_instance = instance;
            begin_trace(instance);
            stand_ins_init();
            return dispatch_init() && apartments_init();
        case DLL_THREAD_DETACH:
            apartments_thread_exit();
            dispatch_thread_exit();
            break;
        case DLL_PROCESS_DETACH:
            /* Reserved: the process ends, and all of its memory goes with it. */
            if (reserved)
                break;
            apartments_cleanup();
            dispatch_cleanup();
            trace_close();
            break;
    }
    return TRUE;
}

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    *object = NULL;
    if (!IsEqualCLSID(clsid, &CLSID_VMEventSink))
        return CLASS_E_CLASSNOTAVAILABLE;
    return IClassFactory_QueryInterface(&sink_factory.IClassFactory_iface, riid, object);
}

HRESULT WINAPI DllCanUnloadNow(void)
{
    return module_in_use() ? S_FALSE : S_OK;
}

HRESULT WINAPI DllRegisterServer(void)
{
    return registration_add(&sink_server, REGISTRATION_MACHINE);
}

HRESULT WINAPI DllUnregisterServer(void)
{
    return registration_remove(&sink_server, REGISTRATION_MACHINE);
}

/* regsvr32 /i:user registers for the current user; without a word, or with "machine", for all. */
HRESULT WINAPI DllInstall(BOOL install, const WCHAR *command)
{
    enum registration_scope scope;

    if (!command || !*command || !_wcsicmp(command, L"machine"))
        scope = REGISTRATION_MACHINE;
    else if (!_wcsicmp(command, L"user"))
        scope = REGISTRATION_USER;
    else
        return E_INVALIDARG;
    return install ? registration_add(&sink_server, scope) : registration_remove(&sink_server, scope);
}

HRESULT WINAPI VMEventsCreateSink(REFIID riid, void **sink)
{
    if (!sink)
        return E_POINTER;
    *sink = NULL;
    return riid ? sink_create(riid, sink) : E_POINTER;
}
