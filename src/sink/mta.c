/*
 * The multithreaded apartment exists while some thread has entered it. A script's process may have none, so one
 * thread is kept in it for as long as anybody holds it. (CoIncrementMTAUsage does the same from Windows 8 on.)
 *
 * When the last thread leaves the apartment, Wine can fall into the deadlock of com/wine_interfaces.h: the last release of
 * a sink, by the source that it was just unadvised at, may come in at that moment. So under Wine the keeper stays for a
 * moment longer, in which nobody waits for it, and goes on keeping if it is needed again.
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

/* Every interface that sources call a sink by. */
static const IID *const interfaces[] = {
        &IID_IUnknown,
        &IID_IDispatch,
        &IID_IServiceProvider,
        &DIID_IVMVirtualMachineEvents,
        &DIID_IVMVirtualPCEvents,
        &DIID_IVMDVDDriveEvents,
        &DIID_IVMFloppyDriveEvents,
};

static struct lock lock = LOCK_INIT;
static UINT holders;
static UINT idle_times;   /* how often the last holder has let go */
static HANDLE end_keeper; /* NULL: there is none */
static HANDLE keeper_ended;

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

/* Under Wine: whether it was not needed for a moment, and from here on unknown to those who might. */
static bool keeper_leaves(void)
{
    UINT before = count_idle_times();
    bool leaves;

    Sleep(LATE_CALLS_MS);
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

/* Under Wine nobody waits for it. */
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

/* The struct is gone once it has said that it has entered, and on failure the events are. */
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

/* The code of the thread must not go away under it. */
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

/* Tells the keeper to leave. The caller gets what waiting for it needs; under Wine, where nobody waits, NULL. The lock is
 * held. */
static HANDLE dismiss_keeper(HANDLE *ended)
{
    HANDLE end = end_keeper;

    ++idle_times;
    SetEvent(end);
    if (is_wine())
        return NULL;
    *ended = keeper_ended;
    end_keeper = keeper_ended = NULL;
    return end;
}

/* An apartment that ends releases what is left in it, and that may come here again, or call the one that waits. */
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

static void call_run(struct apartment_job *job)
{
    struct mta_call *call = CONTAINING_RECORD(job, struct mta_call, job);
    HANDLE done = call->done;

    call->function(call->context);
    SetEvent(done); /* the call may be gone from here on */
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
