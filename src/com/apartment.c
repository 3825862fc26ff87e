#include "com/apartment_parts.h"

#include "com/module.h"
#include "com/wine_desktop.h"
#include "platform/memory.h"
#include "platform/trace.h"

#define WM_RUN_JOBS WM_APP

/* Jobs that one message runs: others have their turn in between, however fast jobs come. */
#define JOBS_PER_MESSAGE 32

/* How often the desktop is looked at under Wine, a millisecond or more apart. */
#define DESKTOP_LOOKS_MAX 3000

platform_thread_slot apartment_slot;

static struct apartment mta;
static struct lock window_class_lock = LOCK_INIT;
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
    WNDCLASSW class = {
            .lpfnWndProc = apartment_window_proc, .hInstance = module_instance, .lpszClassName = window_class_name};
    bool registered = true;

    lock_acquire(&window_class_lock);
    if (!window_class_uses)
        registered = RegisterClassW(&class) != 0;
    if (registered)
        ++window_class_uses;
    lock_release(&window_class_lock);
    return registered;
}

void apartment_window_class_release(void)
{
    lock_acquire(&window_class_lock);
    if (!--window_class_uses)
        UnregisterClassW(window_class_name, module_instance);
    lock_release(&window_class_lock);
}

static HWND window_create(void)
{
    HWND window;

    for (UINT looks = 0;; ++looks)
    {
        SetLastError(ERROR_SUCCESS);
        window = CreateWindowExW(0, window_class_name, NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, module_instance, NULL);
        if (window || GetLastError() != ERROR_SUCCESS || looks == DESKTOP_LOOKS_MAX || !wine_desktop_look_again())
            return window;
        Sleep(1);
    }
}

static void apartment_init(struct apartment *apartment)
{
    apartment->refcount = 1;
    apartment->last_job = &apartment->first_job;
    lock_init(&apartment->lock);
    apartment_init_ends(apartment);
}

static struct apartment *apartment_create(void)
{
    struct apartment *apartment = memory_alloc(sizeof(*apartment));

    if (!apartment)
        return NULL;
    module_addref();
    apartment_init(apartment);
    if (!DuplicateHandle(
                GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &apartment->thread, SYNCHRONIZE, FALSE, 0)
            || !apartment_prepare_job(&mta, &apartment->loss) || !window_class_addref())
        goto no_class;
    if (!(apartment->window = window_create()))
        goto no_window;
    /* Without a spy the apartment's end would be seen only when its thread ends, and what is left then would leak. */
    if (FAILED(CoRegisterInitializeSpy(&apartment->IInitializeSpy_iface, &apartment->spy_cookie)))
        goto no_spy;
    if (!platform_thread_slot_set(apartment_slot, apartment))
        goto no_slot;
    apartment_addref(apartment);
    trace(TRACE_COM, "apartment %lx is made for this thread", TRACE_ID(apartment));
    return apartment;

no_slot:
    CoRevokeInitializeSpy(apartment->spy_cookie);
no_spy:
    DestroyWindow(apartment->window);
no_window:
    apartment_window_class_release();
no_class:
    IInitializeSpy_Release(&apartment->IInitializeSpy_iface);
    return NULL;
}

struct apartment_job *apartment_take_job(struct apartment *apartment)
{
    struct apartment_job *job;

    lock_acquire(&apartment->lock);
    if ((job = apartment->first_job))
    {
        if (!(apartment->first_job = job->next))
            apartment->last_job = &apartment->first_job;
        --apartment->job_count;
    }
    lock_release(&apartment->lock);
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
    lock_acquire(&apartment->lock);
    apartment->posted = false;
    count = min(apartment->job_count, JOBS_PER_MESSAGE);
    lock_release(&apartment->lock);

    apartment_addref(apartment);
    while (count-- && apartment_run_job())
        ;
    lock_acquire(&apartment->lock);
    if (apartment->first_job && !apartment->posted)
        apartment->posted = PostMessageW(apartment->window, WM_RUN_JOBS, 0, 0);
    lock_release(&apartment->lock);
    apartment_release(apartment);
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
        /* Without users it has no purpose. Only its own thread can end it: another one posts a message, after which
         * that thread finds no job, gives its own use back and ends it. */
        if (!apartment_is_current(apartment))
            PostMessageW(apartment->window, WM_RUN_JOBS, 0, 0);
        else if (apartment_end(apartment))
            apartment_part(apartment);
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

    FreeLibraryWhenCallbackReturns(instance, module_instance);
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
    if (apartment == &mta)
        job->work = CreateThreadpoolWork(run_prepared_job, job, NULL);
    return apartment != &mta || job->work;
}

void apartment_job_cleanup(struct apartment_job *job)
{
    if (job->work)
        CloseThreadpoolWork(job->work);
    job->work = NULL;
}

static bool post_to_pool(struct apartment_job *job)
{
    if (!module_library_addref())
        return false;
    if (job->work)
        SubmitThreadpoolWork(job->work);
    else if (!TrySubmitThreadpoolCallback(run_job_on_pool, job, NULL))
    {
        FreeLibrary(module_instance);
        return false;
    }
    return true;
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
        lock_acquire(&apartment->lock);
        if ((taken = !apartment->ended))
        {
            *apartment->last_job = job;
            apartment->last_job = &job->next;
            ++apartment->job_count;
            post = !apartment->posted;
            apartment->posted = true;
        }
        lock_release(&apartment->lock);
    }
    if (post)
        PostMessageW(apartment->window, WM_RUN_JOBS, 0, 0);
    if (!taken)
        module_release();
    return taken;
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
