/*
 * The multithreaded apartment exists while some thread has entered it. A script's process may have no such thread, so
 * one, the keeper, is made, and stays in the apartment for as long as anybody holds it. (CoIncrementMTAUsage does the
 * same from Windows 8 on.)
 *
 * When the last thread leaves the apartment, Wine can fall into the deadlock of com/wine_interfaces.h, and into another of its
 * own (RpcServerUnregisterIf waits for the end of a call that has just ended): a source that was unadvised may release its
 * sink at that very moment. So under Wine the keeper stays until sources have released their sinks, though no longer than
 * LATE_RELEASES_MS, since a source that is gone never does, and LATE_CALLS_MS behind that. Nobody waits for it meanwhile, and
 * it goes on keeping the apartment if somebody holds that again.
 */
#include "sink/mta.h"

#include "com/module.h"
#include "com/wine_interfaces.h"
#include "platform/lock.h"
#include "platform/wine.h"
#include "vmevents.h"

#include <objbase.h>
#include <servprov.h>
#include <stdbool.h>

#define LATE_CALLS_MS 250
#define LATE_RELEASES_MS 10000

/* The interfaces by which sources call a sink. */
static const IID *const interfaces[] = {
        &IID_IUnknown,
        &IID_IDispatch,
        &IID_IServiceProvider,
        &IID_IVMEventReceiver,
        &DIID_IVMVirtualMachineEvents,
        &DIID_IVMVirtualPCEvents,
        &DIID_IVMDVDDriveEvents,
        &DIID_IVMFloppyDriveEvents,
};

static struct lock lock = LOCK_INIT;
static UINT holders;
static UINT idle_times;     /* how often the last holder has let go; one more: it was held meanwhile */
static HANDLE end_keeper;   /* signalled: the keeper has to leave; NULL: there is no keeper */
static HANDLE keeper_ended; /* signalled when it has left */
static LONG callees;        /* sinks that sources have; not under the lock */

/* What a new keeper is given, on the stack of the thread that makes it, which waits until `entered` is signalled. */
struct keeper
{
    HANDLE entered;
    HANDLE end;
    HANDLE ended;
    HRESULT hr;
};

static UINT count_idle_times(void)
{
    UINT count;

    lock_acquire_shared(&lock);
    count = idle_times;
    lock_release_shared(&lock);
    return count;
}

static void await_late_calls(void)
{
    DWORD waited = 0;

    for (; InterlockedCompareExchange(&callees, 0, 0) && waited < LATE_RELEASES_MS; waited += LATE_CALLS_MS)
        Sleep(LATE_CALLS_MS);
    Sleep(LATE_CALLS_MS);
}

/* Under Wine: whether nobody has needed the keeper meanwhile. If so it is forgotten under the lock: whoever needs one from
 * here on makes another. */
static bool keeper_leaves(void)
{
    UINT before = count_idle_times();
    bool leaves;

    await_late_calls();
    lock_acquire(&lock);
    if ((leaves = !holders && idle_times == before))
        end_keeper = keeper_ended = NULL;
    lock_release(&lock);
    return leaves;
}

static void stay_in_apartment(HANDLE entered, HANDLE end)
{
    IStream *held = wine_interfaces_keep(interfaces, ARRAYSIZE(interfaces));

    SetEvent(entered);
    do
        WaitForSingleObject(end, INFINITE);
    while (is_wine() && !keeper_leaves());
    wine_interfaces_let_go(held);
    CoUninitialize();
}

/* The keeper has left. Under Wine nobody waits for that, and the events are the keeper's to close. */
static void report_end(HANDLE end, HANDLE ended)
{
    if (!is_wine())
    {
        SetEvent(ended);
        return;
    }
    CloseHandle(end);
    CloseHandle(ended);
}

/* The keeper's thread. What it is given stands on the stack of keeper_create, which returns once `entered` is
 * signalled: nothing of it is read after that. When the apartment could not be entered, keeper_create closes the events
 * too. */
static DWORD CALLBACK keeper_thread(void *context)
{
    struct keeper *keeper = context;
    HANDLE end = keeper->end, ended = keeper->ended;
    HRESULT hr = keeper->hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    HMODULE module = (HMODULE)module_instance;

    if (SUCCEEDED(hr))
        stay_in_apartment(keeper->entered, end);
    else
        SetEvent(keeper->entered);
    module_release();
    if (SUCCEEDED(hr))
        report_end(end, ended);
    FreeLibraryAndExitThread(module, 0);
}

/* A reference to the library for the thread, which gives it back with its last instruction: its code must not be
 * unloaded while it runs. */
static bool hold_library(void)
{
    HMODULE module;

    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const WCHAR *)keeper_thread, &module);
}

static HRESULT start_keeper(struct keeper *keeper)
{
    HANDLE thread;

    if (!hold_library())
        return HRESULT_FROM_WIN32(GetLastError());
    module_addref();
    if (!(thread = CreateThread(NULL, 0, keeper_thread, keeper, 0, NULL)))
    {
        module_release();
        FreeLibrary((HMODULE)module_instance);
        return E_OUTOFMEMORY;
    }
    CloseHandle(thread);
    WaitForSingleObject(keeper->entered, INFINITE);
    return keeper->hr;
}

static HRESULT keeper_create(void)
{
    struct keeper keeper = {
            .entered = CreateEventW(NULL, TRUE, FALSE, NULL),
            .end = CreateEventW(NULL, TRUE, FALSE, NULL),
            .ended = CreateEventW(NULL, TRUE, FALSE, NULL),
    };
    HRESULT hr = E_OUTOFMEMORY;

    if (keeper.entered && keeper.end && keeper.ended)
        hr = start_keeper(&keeper);
    if (keeper.entered)
        CloseHandle(keeper.entered);
    if (SUCCEEDED(hr))
    {
        end_keeper = keeper.end;
        keeper_ended = keeper.ended;
        return S_OK;
    }
    if (keeper.end)
        CloseHandle(keeper.end);
    if (keeper.ended)
        CloseHandle(keeper.ended);
    return hr;
}

HRESULT mta_hold(void)
{
    HRESULT hr = S_OK;

    lock_acquire(&lock);
    if ((end_keeper || SUCCEEDED(hr = keeper_create())) && !holders++)
        ResetEvent(end_keeper);
    lock_release(&lock);
    return hr;
}

/* Tells the keeper to leave. The caller gets the two events, waits for `ended` and closes both; under Wine NULL, since
 * nobody waits there and the keeper closes them. */
static HANDLE dismiss_keeper(HANDLE *ended)
{
    HANDLE end = end_keeper;

    lock_assert_exclusive(&lock);
    ++idle_times;
    SetEvent(end);
    if (is_wine())
        return NULL;
    *ended = keeper_ended;
    end_keeper = keeper_ended = NULL;
    return end;
}

/* The keeper is waited for without the lock, and while calls are served: the apartment that ends with it releases what
 * is left in it, which may hold and let go again, or call into the apartment of the thread that waits here. */
void mta_let_go(void)
{
    HANDLE end = NULL, ended;
    DWORD index;

    lock_acquire(&lock);
    if (!--holders)
        end = dismiss_keeper(&ended);
    lock_release(&lock);
    if (!end)
        return;
    if (FAILED(CoWaitForMultipleHandles(0, INFINITE, 1, &ended, &index)))
        WaitForSingleObject(ended, INFINITE);
    CloseHandle(end);
    CloseHandle(ended);
}

void mta_note_callee(void)
{
    InterlockedIncrement(&callees);
}

void mta_forget_callee(void)
{
    InterlockedDecrement(&callees);
}

static void call_run(struct apartment_job *job)
{
    struct mta_call *call = CONTAINING_RECORD(job, struct mta_call, job);
    HANDLE done = call->done;

    call->function(call->context);
    SetEvent(done); /* the caller goes on, and may have freed the call from here on */
}

HRESULT mta_call_prepare(struct mta_call *call)
{
    call->job.run = call_run;
    if ((call->done = CreateEventW(NULL, FALSE, FALSE, NULL)) && apartment_prepare_job(apartment_get_mta(), &call->job))
        return S_OK;
    mta_call_cleanup(call);
    return E_OUTOFMEMORY;
}

void mta_call_cleanup(struct mta_call *call)
{
    apartment_job_cleanup(&call->job);
    if (call->done)
        CloseHandle(call->done);
    call->done = NULL;
}

void mta_call(struct mta_call *call, void (*function)(void *context), void *context)
{
    struct apartment *mta = apartment_get_mta();
    DWORD index;

    if (apartment_is_current(mta))
    {
        function(context);
        return;
    }
    call->function = function;
    call->context = context;
    apartment_post(mta, &call->job);
    /* What the function uses may stand on this stack, so there is no leaving before it is done. */
    if (FAILED(CoWaitForMultipleHandles(0, INFINITE, 1, &call->done, &index)))
        WaitForSingleObject(call->done, INFINITE);
}
