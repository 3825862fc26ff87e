#include "com/apartment.h"

#include "com/module.h"
#include "com/wine_desktop.h"
#include "platform/memory.h"
#include "platform/platform.h"

#include <objbase.h>
#include <objidl.h>

#define WM_RUN_JOBS WM_APP

/* Jobs that one message runs: others have their turn in between, however fast jobs come. */
#define JOBS_PER_MESSAGE 32

/* Under Wine, a millisecond or more apart. */
#define DESKTOP_LOOKS_MAX 3000

struct apartment
{
    IInitializeSpy IInitializeSpy_iface;
    LONG refcount;   /* of the memory: the thread, COM as holder of the spy, and each user */
    LONG users;      /* those who called apartment_get_current or apartment_addref */
    HWND window;
    ULARGE_INTEGER spy_cookie;

    SRWLOCK lock;
    struct apartment_job *first_job, **last_job;
    UINT job_count;
    bool posted; /* a message is under way */
    bool ended;
    struct apartment_member *members;
    struct apartment_job loss; /* prepared: ends what lives in the apartment when its thread has gone without doing so */
};

static struct apartment mta;
static platform_thread_slot apartment_slot;
static SRWLOCK window_class_lock = SRWLOCK_INIT;
static UINT window_class_uses;
static const WCHAR window_class_name[] = L"vmevents apartment";

static void apartment_dispatch_jobs(void);

static LRESULT CALLBACK apartment_window_proc(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message != WM_RUN_JOBS)
        return DefWindowProcW(window, message, wparam, lparam);
    apartment_dispatch_jobs();
    return 0;
}

static bool window_class_addref(void)
{
    WNDCLASSW class = {.lpfnWndProc = apartment_window_proc, .hInstance = module_instance,
            .lpszClassName = window_class_name};
    bool registered = true;

    AcquireSRWLockExclusive(&window_class_lock);
    if (!window_class_uses)
        registered = RegisterClassW(&class) != 0;
    if (registered)
        ++window_class_uses;
    ReleaseSRWLockExclusive(&window_class_lock);
    return registered;
}

static void window_class_release(void)
{
    AcquireSRWLockExclusive(&window_class_lock);
    if (!--window_class_uses)
        UnregisterClassW(window_class_name, module_instance);
    ReleaseSRWLockExclusive(&window_class_lock);
}

static HWND window_create(void)
{
    HWND window;

    for (UINT looks = 0;; ++looks)
    {
        SetLastError(ERROR_SUCCESS);
        window = CreateWindowExW(
                0, window_class_name, NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, module_instance, NULL);
        if (window || GetLastError() != ERROR_SUCCESS || looks == DESKTOP_LOOKS_MAX || !wine_desktop_look_again())
            return window;
        Sleep(1);
    }
}

/* IInitializeSpy: tells when the thread leaves COM, while there is still time to release what lives in it. */

static struct apartment *apartment_from_IInitializeSpy(IInitializeSpy *iface)
{
    return CONTAINING_RECORD(iface, struct apartment, IInitializeSpy_iface);
}

static HRESULT WINAPI apartment_spy_QueryInterface(IInitializeSpy *iface, REFIID riid, void **object)
{
    if (!object)
        return E_POINTER;
    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IInitializeSpy))
    {
        IInitializeSpy_AddRef(iface);
        *object = iface;
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI apartment_spy_AddRef(IInitializeSpy *iface)
{
    return InterlockedIncrement(&apartment_from_IInitializeSpy(iface)->refcount);
}

static ULONG WINAPI apartment_spy_Release(IInitializeSpy *iface)
{
    struct apartment *apartment = apartment_from_IInitializeSpy(iface);
    ULONG refcount = InterlockedDecrement(&apartment->refcount);

    if (!refcount)
    {
        apartment_job_cleanup(&apartment->loss);
        memory_free(apartment);
        module_release();
    }
    return refcount;
}

static HRESULT WINAPI apartment_spy_PreInitialize(IInitializeSpy *iface, DWORD mode, DWORD uses)
{
    (void)iface, (void)mode, (void)uses;
    return S_OK;
}

static HRESULT WINAPI apartment_spy_PostInitialize(IInitializeSpy *iface, HRESULT hr, DWORD mode, DWORD uses)
{
    (void)iface, (void)mode, (void)uses;
    return hr;
}

static void apartment_end(struct apartment *apartment);

static HRESULT WINAPI apartment_spy_PreUninitialize(IInitializeSpy *iface, DWORD uses)
{
    if (uses == 1)
        apartment_end(apartment_from_IInitializeSpy(iface));
    return S_OK;
}

/* What COM releases while it is left may have come here for the first time. */
static HRESULT WINAPI apartment_spy_PostUninitialize(IInitializeSpy *iface, DWORD uses)
{
    if (!uses)
        apartment_end(apartment_from_IInitializeSpy(iface));
    return S_OK;
}

static const IInitializeSpyVtbl apartment_spy_vtbl = {
        apartment_spy_QueryInterface,
        apartment_spy_AddRef,
        apartment_spy_Release,
        apartment_spy_PreInitialize,
        apartment_spy_PostInitialize,
        apartment_spy_PreUninitialize,
        apartment_spy_PostUninitialize,
};

static void apartment_init(struct apartment *apartment)
{
    apartment->IInitializeSpy_iface.lpVtbl = (IInitializeSpyVtbl *)&apartment_spy_vtbl;
    apartment->refcount = 1;
    apartment->last_job = &apartment->first_job;
    InitializeSRWLock(&apartment->lock);
}

static void apartment_run_loss(struct apartment_job *job);

static struct apartment *apartment_create(void)
{
    struct apartment *apartment = memory_alloc(sizeof(*apartment));

    if (!apartment)
        return NULL;
    module_addref();
    apartment_init(apartment);
    apartment->loss.run = apartment_run_loss;
    if (!apartment_prepare_job(&mta, &apartment->loss) || !window_class_addref())
        goto no_class;
    if (!(apartment->window = window_create()))
        goto no_window;
    /* Without a spy the apartment's end would be seen only when its thread ends, and what is left then would leak. */
    if (FAILED(CoRegisterInitializeSpy(&apartment->IInitializeSpy_iface, &apartment->spy_cookie)))
        goto no_spy;
    if (!platform_thread_slot_set(apartment_slot, apartment))
        goto no_slot;
    apartment_addref(apartment);
    return apartment;

no_slot:
    CoRevokeInitializeSpy(apartment->spy_cookie);
no_spy:
    DestroyWindow(apartment->window);
no_window:
    window_class_release();
no_class:
    IInitializeSpy_Release(&apartment->IInitializeSpy_iface);
    return NULL;
}

static struct apartment_job *apartment_take_job(struct apartment *apartment)
{
    struct apartment_job *job;

    AcquireSRWLockExclusive(&apartment->lock);
    if ((job = apartment->first_job))
    {
        if (!(apartment->first_job = job->next))
            apartment->last_job = &apartment->first_job;
        --apartment->job_count;
    }
    ReleaseSRWLockExclusive(&apartment->lock);
    return job;
}

bool apartment_run_job(void)
{
    struct apartment *apartment = platform_thread_slot_get(apartment_slot);
    struct apartment_job *job;

    if (!apartment || !(job = apartment_take_job(apartment)))
        return false;
    job->run(job);
    module_release();
    return true;
}

/* Runs the jobs that wait now, or the first of many; the others have their turn after the other messages. */
static void apartment_dispatch_jobs(void)
{
    struct apartment *apartment = platform_thread_slot_get(apartment_slot);
    UINT count;

    if (!apartment)
        return;
    AcquireSRWLockExclusive(&apartment->lock);
    apartment->posted = false;
    count = min(apartment->job_count, JOBS_PER_MESSAGE);
    ReleaseSRWLockExclusive(&apartment->lock);

    apartment_addref(apartment);
    while (count-- && apartment_run_job())
        ;
    AcquireSRWLockExclusive(&apartment->lock);
    if (apartment->first_job && !apartment->posted)
        apartment->posted = PostMessageW(apartment->window, WM_RUN_JOBS, 0, 0);
    ReleaseSRWLockExclusive(&apartment->lock);
    apartment_release(apartment);
}

/* No more jobs are taken from here on. False: they had not been before. */
static bool apartment_close(struct apartment *apartment)
{
    bool ended;

    AcquireSRWLockExclusive(&apartment->lock);
    ended = apartment->ended;
    apartment->ended = true;
    ReleaseSRWLockExclusive(&apartment->lock);
    return !ended;
}

/* Ends all members and has the jobs run that were posted before. Each is taken out first: what it calls may end others,
 * and bring new ones. */
static void apartment_empty(struct apartment *apartment, bool lost)
{
    struct apartment_member *member;
    struct apartment_job *job;

    for (;;)
    {
        if ((member = apartment->members))
        {
            apartment_leave(member);
            if (lost)
                member->on_lost(member);
            else
                member->on_end(member);
            continue;
        }
        if (!(job = apartment_take_job(apartment)))
            return;
        job->run(job);
        module_release();
    }
}

/* Ends the apartment on its own thread: its members let go of what they hold. */
static void apartment_end(struct apartment *apartment)
{
    if (!apartment_close(apartment))
        return;
    apartment_empty(apartment, false);
    platform_thread_slot_set(apartment_slot, NULL);
    DestroyWindow(apartment->window);
    window_class_release();
    CoRevokeInitializeSpy(apartment->spy_cookie);
    IInitializeSpy_Release(&apartment->IInitializeSpy_iface);
}

/* On a thread of the pool. The owners of jobs are members: what has been lost has nothing left for its job to do. */
static void apartment_run_loss(struct apartment_job *job)
{
    struct apartment *apartment = CONTAINING_RECORD(job, struct apartment, loss);

    apartment_empty(apartment, true);
    window_class_release();
    IInitializeSpy_Release(&apartment->IInitializeSpy_iface);
}

static bool thread_is_single_threaded(void)
{
    APTTYPEQUALIFIER qualifier;
    APTTYPE type;

    return SUCCEEDED(CoGetApartmentType(&type, &qualifier)) && (type == APTTYPE_STA || type == APTTYPE_MAINSTA);
}

struct apartment *apartment_get_current(void)
{
    struct apartment *apartment = platform_thread_slot_get(apartment_slot);

    if (apartment)
    {
        apartment_addref(apartment);
        return apartment;
    }
    if (!thread_is_single_threaded())
        return &mta;
    return apartment_create();
}

struct apartment *apartment_get_mta(void)
{
    return &mta;
}

void apartment_addref(struct apartment *apartment)
{
    if (apartment == &mta)
        return;
    InterlockedIncrement(&apartment->users);
    IInitializeSpy_AddRef(&apartment->IInitializeSpy_iface);
}

void apartment_release(struct apartment *apartment)
{
    if (apartment == &mta)
        return;
    if (!InterlockedDecrement(&apartment->users))
    {
        /* Without users it has no purpose; only its own thread can end it. */
        if (apartment_is_current(apartment))
            apartment_end(apartment);
        else
            PostMessageW(apartment->window, WM_RUN_JOBS, 0, 0);
    }
    IInitializeSpy_Release(&apartment->IInitializeSpy_iface);
}

bool apartment_is_current(const struct apartment *apartment)
{
    if (apartment == &mta)
        return !thread_is_single_threaded();
    /* Not by the thread's number, which another one gets when the thread has ended. */
    return platform_thread_slot_get(apartment_slot) == apartment;
}

bool apartment_is_single_threaded(const struct apartment *apartment)
{
    return apartment != &mta;
}

static void CALLBACK run_job_on_pool(TP_CALLBACK_INSTANCE *instance, void *context)
{
    struct apartment_job *job = context;
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    /* A handler may never return. */
    CallbackMayRunLong(instance);
    job->run(job);
    if (SUCCEEDED(hr))
        CoUninitialize();
    module_release();
}

static void CALLBACK run_prepared_job(TP_CALLBACK_INSTANCE *instance, void *context, TP_WORK *work)
{
    (void)work;
    run_job_on_pool(instance, context);
}

bool apartment_prepare_job(struct apartment *apartment, struct apartment_job *job)
{
    TP_CALLBACK_ENVIRON environment;

    if (apartment != &mta)
        return true;
    TpInitializeCallbackEnviron(&environment);
    TpSetCallbackRaceWithDll(&environment, module_instance);
    job->work = CreateThreadpoolWork(run_prepared_job, job, &environment);
    TpDestroyCallbackEnviron(&environment);
    return job->work != NULL;
}

void apartment_job_cleanup(struct apartment_job *job)
{
    if (job->work)
        CloseThreadpoolWork(job->work);
    job->work = NULL;
}

static bool post_to_pool(struct apartment_job *job)
{
    TP_CALLBACK_ENVIRON environment;
    bool posted;

    if (job->work)
    {
        SubmitThreadpoolWork(job->work);
        return true;
    }
    TpInitializeCallbackEnviron(&environment);
    TpSetCallbackRaceWithDll(&environment, module_instance);
    posted = TrySubmitThreadpoolCallback(run_job_on_pool, job, &environment);
    TpDestroyCallbackEnviron(&environment);
    return posted;
}

bool apartment_post(struct apartment *apartment, struct apartment_job *job)
{
    bool taken, post = false;

    module_addref();
    if (apartment == &mta)
    {
        taken = post_to_pool(job);
    }
    else
    {
        job->next = NULL;
        AcquireSRWLockExclusive(&apartment->lock);
        if ((taken = !apartment->ended))
        {
            *apartment->last_job = job;
            apartment->last_job = &job->next;
            ++apartment->job_count;
            post = !apartment->posted;
            apartment->posted = true;
        }
        ReleaseSRWLockExclusive(&apartment->lock);
    }
    if (post)
        PostMessageW(apartment->window, WM_RUN_JOBS, 0, 0);
    if (!taken)
        module_release();
    return taken;
}

bool apartment_join(struct apartment *apartment, struct apartment_member *member)
{
    if (apartment == &mta)
        return true;
    if (!apartment_is_current(apartment))
        return false;
    if ((member->next = apartment->members))
        member->next->link = &member->next;
    member->link = &apartment->members;
    apartment->members = member;
    return true;
}

void apartment_leave(struct apartment_member *member)
{
    if (!member->link)
        return;
    if ((*member->link = member->next))
        member->next->link = member->link;
    member->link = NULL;
}

bool apartments_init(void)
{
    apartment_init(&mta);
    return platform_thread_slot_create(&apartment_slot, NULL);
}

void apartments_cleanup(void)
{
    platform_thread_slot_free(apartment_slot);
}

void apartments_thread_exit(void)
{
    struct apartment *apartment = platform_thread_slot_get(apartment_slot);

    /* The thread has ended without leaving COM. What lives in the apartment ends elsewhere: Windows has its loader's
     * lock now, under which nobody may wait for another thread. */
    if (!apartment)
        return;
    apartment_close(apartment);
    platform_thread_slot_set(apartment_slot, NULL);
    DestroyWindow(apartment->window);
    CoRevokeInitializeSpy(apartment->spy_cookie);
    apartment_post(&mta, &apartment->loss);
}
