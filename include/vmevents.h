/*
 * vmevents.h - virtual machine events for C and C++ programs
 *
 * vmevents.dll is an event sink for the COM events of Windows Virtual PC and of everything that fires the same
 * ones. A C program makes a sink, adds callbacks, and connects it to a machine:
 *
 *     static void CALLBACK on_logoff(const VMEVENT *event, void *context)
 *     {
 *         wprintf(L"%ls: a user left, type %ld\n", event->source, V_I4(&event->args[0]));
 *     }
 *
 *     IVMEventCallbacks *callbacks;
 *     DWORD cookie;
 *
 *     VMEventsCreateSink(&IID_IVMEventCallbacks, (void **)&callbacks);
 *     IVMEventCallbacks_AddCallback(callbacks, &DIID_IVMVirtualMachineEvents,
 *             vmVirtualMachineEvent_GuestLogoff, on_logoff, NULL, NULL, &cookie);
 *
 * The sink's other faces are had by QueryInterface: IVMEventSink (connections, scripts, polling), the event
 * dispinterfaces, and IConnectionPointContainer. They are declared in vmevents_interfaces.h, which widl makes
 * from idl/vmevents.idl.
 *
 * IIDs and CLSIDs: define INITGUID before including this header in one source file of the program, or link
 * with libvmevents_uuid.a.
 *
 * docs/c-api.md tells the same at greater length.
 */
#ifndef VMEVENTS_H
#define VMEVENTS_H

#include "vmevents_interfaces.h"

/* IID_NULL, which MinGW-w64 does not declare when INITGUID is defined. */
#include <cguid.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The event interfaces of Virtual Server 2005: other IIDs, the same events under the same names and DISPIDs. Its
 * machines have those from 1 to 6. They are understood wherever Virtual PC's are, and who listens to an interface
 * hears what comes by its counterpart too.
 */
DEFINE_GUID(DIID_VirtualServer_IVMVirtualMachineEvents, 0xd413ca60, 0x3086, 0x4657, 0x83, 0xea, 0x99, 0x69, 0x6b, 0x60,
        0xed, 0x78);
DEFINE_GUID(DIID_VirtualServer_IVMVirtualServerEvents, 0xdf46b133, 0xf14f, 0x4168, 0xbe, 0x23, 0x82, 0x97, 0x1d, 0x82,
        0x6a, 0x1e);
DEFINE_GUID(DIID_VirtualServer_IVMDVDDriveEvents, 0xdcfaf56f, 0x3869, 0x46e3, 0x91, 0x4d, 0x71, 0xc0, 0x07, 0x2d, 0xd4,
        0x60);
DEFINE_GUID(DIID_VirtualServer_IVMFloppyDriveEvents, 0xdb5ecaf1, 0xac8b, 0x4b18, 0x9a, 0x1e, 0xed, 0x8f, 0x55, 0x0d,
        0xfc, 0x06);

/*
 * What the source of an event knows besides its arguments: which user has logged off, which drive it was. Names are the
 * source's (docs/com-api.md lists those of the host's machines); a value is a VT_BSTR, which is never NULL, a VT_I4, VT_R8 or
 * VT_BOOL.
 */
typedef struct VMEVENTDETAIL
{
    const WCHAR *name; /* L"user" */
    VARIANT value;
} VMEVENTDETAIL;

typedef struct VMEVENTDETAILS
{
    UINT count;
    const VMEVENTDETAIL *details;
} VMEVENTDETAILS;

/*
 * One event, as a callback sees it. Everything that it points to is valid during the call only; copy what you
 * keep (SysAllocString, VariantCopy).
 */
typedef struct VMEVENT
{
    const IID *events;   /* the dispinterface that it came in by: DIID_IVMVirtualMachineEvents, … */
    DISPID id;           /* its DISPID there: vmVirtualMachineEvent_GuestLogoff, … */
    const WCHAR *name;   /* its name: L"OnGuestLogoff" */
    const WCHAR *source; /* label of the connection that it came through; L"" when raised by hand; never NULL */
    UINT argCount;       /* how many arguments it has */
    const VARIANT *args; /* they, in the order of declaration, each of its declared type: VT_I4 for enumerations
                            and long, VT_BSTR, VT_BOOL (VARIANT_TRUE or VARIANT_FALSE); a VARIANT parameter has
                            any type but a reference */
    const VMEVENTDETAILS *details; /* what its source knows besides; NULL, or a count of 0: no more */
} VMEVENT;

/*
 * Hears an event. Called on the thread that the event arrives on, while its source waits: be brief. It may call
 * anything, AddCallback and RemoveCallback of the same sink included, and may be called again before it returns
 * when it fires or another thread does. It must return normally: no exception, no longjmp. A thread that ends
 * (ExitThread) inside a callback is taken out of the walk.
 */
typedef void(CALLBACK *VMEVENTCALLBACK)(const VMEVENT *event, void *context);

/*
 * Told once that a callback does not run again: the place to free its context. Called on the thread that removed
 * the callback, or on one that has just fired an event or ends inside a callback, or on the one that released the
 * sink. It must return normally, like a callback.
 */
typedef void(CALLBACK *VMEVENTRELEASE)(void *context);

/* {00445cf1-4caf-4de5-8aaa-822e082e7ffd} */
DEFINE_GUID(IID_IVMEventCallbacks, 0x00445cf1, 0x4caf, 0x4de5, 0x8a, 0xaa, 0x82, 0x2e, 0x08, 0x2e, 0x7f, 0xfd);

/*
 * Callbacks of C programs: an interface of the sink. All methods may be called on any thread, in any apartment
 * or none; COM need not be initialised for them.
 */
#undef INTERFACE
#define INTERFACE IVMEventCallbacks
DECLARE_INTERFACE_(IVMEventCallbacks, IUnknown)
{
    STDMETHOD(QueryInterface)(THIS_ REFIID riid, void **object) PURE;
    STDMETHOD_(ULONG, AddRef)(THIS) PURE;
    STDMETHOD_(ULONG, Release)(THIS) PURE;

    /*
     * Registers a callback. Callbacks are called in the order in which they were added; one that is added while
     * an event is being dispatched is not called for that event.
     *
     *   events    one of the event dispinterfaces, or IID_NULL for all
     *   id        DISPID of an event in that dispinterface, or DISPID_UNKNOWN for all of it
     *   callback  called for each such event
     *   context   handed to callback and release
     *   release   called once when the callback does not run again, be it by RemoveCallback or because the sink
     *             is gone; may be NULL. Not called when AddCallback fails
     *   cookie    receives what RemoveCallback takes; never 0
     *
     * S_OK
     * E_POINTER     events, callback or cookie is NULL
     * E_INVALIDARG  events is none of them and not IID_NULL, or has no event with that id, or an id comes
     *               with IID_NULL (DISPIDs mean different events in each interface)
     * E_OUTOFMEMORY
     *
     * The first AddCallback turns the sink's queue for NextEvent off, unless QueueCapacity has been set or
     * NextEvent been called before: a program that is called back does not poll, and queueing costs.
     */
    STDMETHOD(AddCallback)(THIS_ REFIID events, DISPID id, VMEVENTCALLBACK callback, void *context,
            VMEVENTRELEASE release, DWORD * cookie) PURE;

    /*
     * Removes a callback. When it returns, the callback is not running and does not run again, and its release
     * has been called; to that end it waits until the events that other threads are dispatching have been
     * dispatched, so do not call it while holding a lock that a callback takes.
     *
     * Inside a callback (of any sink) it returns at once: the callback is not called again by the dispatch that
     * it was called from, and its release follows when no other thread can be calling it any longer.
     *
     * S_OK
     * CONNECT_E_NOCONNECTION  no such cookie, or it has been removed before
     */
    STDMETHOD(RemoveCallback)(THIS_ DWORD cookie) PURE;
};

#if !defined(__cplusplus) || defined(CINTERFACE)
#define IVMEventCallbacks_QueryInterface(This, riid, object) (This)->lpVtbl->QueryInterface(This, riid, object)
#define IVMEventCallbacks_AddRef(This) (This)->lpVtbl->AddRef(This)
#define IVMEventCallbacks_Release(This) (This)->lpVtbl->Release(This)
#define IVMEventCallbacks_AddCallback(This, events, id, callback, context, release, cookie)                            \
    (This)->lpVtbl->AddCallback(This, events, id, callback, context, release, cookie)
#define IVMEventCallbacks_RemoveCallback(This, cookie) (This)->lpVtbl->RemoveCallback(This, cookie)
#endif

/*
 * Makes a sink without the registry and without COM being initialised; the same object that
 * CoCreateInstance(CLSID_VMEventSink) makes.
 *
 *   riid  the interface wanted: IID_IVMEventCallbacks, IID_IVMEventSink, …
 *   sink  receives it; the caller releases it
 *
 * S_OK
 * E_POINTER      sink is NULL
 * E_NOINTERFACE  a sink has no such interface
 * E_OUTOFMEMORY
 */
HRESULT WINAPI VMEventsCreateSink(REFIID riid, void **sink);

/* Errors of the host, Virtual PC's own (its reference documents them as VM_E_*). */
#define VM_E_TIMED_OUT ((HRESULT)0xA0040202L)                /* it has taken too long */
#define VM_E_VM_NOT_RUNNING ((HRESULT)0xA0040206L)           /* the machine does not run */
#define VM_E_VM_UNKNOWN ((HRESULT)0xA0040207L)               /* no machine of that name */
#define VM_E_CONFIG_NO_NAME ((HRESULT)0xA0040400L)           /* a machine's name is empty */
#define VM_E_CONFIG_NAME_TOO_LONG ((HRESULT)0xA0040401L)     /* it is longer than 80 characters */
#define VM_E_CONFIG_NAME_INVALID_CHAR ((HRESULT)0xA0040402L) /* it has a character that no file name may have */
#define VM_E_CONFIG_DUPLICATE_NAME ((HRESULT)0xA0040403L)    /* there is a machine of that name */
#define VM_E_ADDITIONS_NOT_AVAIL ((HRESULT)0xA0040504L)      /* the guest has no agent that answers */
#define VM_E_ADDITIONS_FEATURE_NOT_AVAIL ((HRESULT)0xA0040505L) /* its agent does not do that */

#ifdef __cplusplus
}
#endif

#endif
