/* How a single-threaded apartment ends: its thread leaves COM, or is gone without having done so. */
#include "com/apartment_parts.h"

#include "com/module.h"
#include "platform/memory.h"
#include "platform/trace.h"

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
        if (apartment->thread)
            CloseHandle(apartment->thread);
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

static HRESULT WINAPI apartment_spy_PreUninitialize(IInitializeSpy *iface, DWORD uses)
{
    if (uses == 1)
        apartment_end(apartment_from_IInitializeSpy(iface));
    return S_OK;
}

/* What COM has released since may have called apartment_get_current, and so made an apartment after the end was
 * told. */
static HRESULT WINAPI apartment_spy_PostUninitialize(IInitializeSpy *iface, DWORD uses)
{
    struct apartment *apartment = apartment_from_IInitializeSpy(iface);

    if (!uses)
    {
        apartment_end(apartment);
        apartment_part(apartment);
    }
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

/* No more jobs are taken from here on. False: that was so before, and somebody else is ending the apartment. */
static bool apartment_close(struct apartment *apartment)
{
    bool ended;

    lock_acquire(&apartment->lock);
    ended = apartment->ended;
    apartment->ended = true;
    lock_release(&apartment->lock);
    return !ended;
}

/* Each is taken out of the list first: what it calls may end other members, and make new ones join. */
static void tell_members(struct apartment *apartment, bool lost)
{
    struct apartment_member *member;

    while ((member = apartment->members))
    {
        apartment_leave(member);
        if (lost)
            member->on_lost(member);
        else
            member->on_end(member);
    }
}

/* Tells all members of the end, and runs the jobs that were posted before. */
static void apartment_empty(struct apartment *apartment, bool lost)
{
    struct apartment_job *job;

    for (;;)
    {
        tell_members(apartment, lost);
        if (!(job = apartment_take_job(apartment)))
            return;
        job->run(job);
        module_release();
    }
}

bool apartment_end(struct apartment *apartment)
{
    if (!apartment_close(apartment))
        return false;
    trace(TRACE_COM, "apartment %lx ends: its thread leaves COM", TRACE_ID(apartment));
    apartment->is_ending = true;
    apartment_empty(apartment, false);
    platform_thread_slot_set(apartment_slot, NULL);
    DestroyWindow(apartment->window);
    apartment_window_class_release();
    apartment->is_ending = false;
    if (apartment->has_parted)
        apartment_part(apartment);
    return true;
}

/* Late jobs */

bool apartment_post_late(struct apartment *apartment, struct apartment_job *job)
{
    bool waits;

    if (!apartment_is_single_threaded(apartment))
        return false;
    lock_acquire(&apartment->lock);
    if ((waits = !apartment->is_gone))
    {
        module_addref();
        job->next = apartment->late_jobs;
        apartment->late_jobs = job;
    }
    lock_release(&apartment->lock);
    return waits || apartment_post(apartment_get_mta(), job);
}

/* False: it had been so before. */
static bool apartment_note_gone(struct apartment *apartment)
{
    struct apartment_job *job, *next;
    bool first;

    lock_acquire(&apartment->lock);
    first = !apartment->is_gone;
    apartment->is_gone = true;
    next = apartment->late_jobs;
    apartment->late_jobs = NULL;
    lock_release(&apartment->lock);
    while ((job = next))
    {
        next = job->next;
        if (!apartment_post(apartment_get_mta(), job))
            job->run(job);
        module_release();
    }
    return first;
}

void apartment_part(struct apartment *apartment)
{
    apartment->has_parted = true;
    if (apartment->is_ending || !apartment_note_gone(apartment))
        return;
    CoRevokeInitializeSpy(apartment->spy_cookie);
    IInitializeSpy_Release(&apartment->IInitializeSpy_iface);
}

/* Ends the apartment when its thread has gone, on a thread of the pool. The jobs that wait are run there too: their
 * owners are members of the apartment, have been told of the loss, and so leave alone what belonged to it. */
static void apartment_run_loss(struct apartment_job *job)
{
    struct apartment *apartment = CONTAINING_RECORD(job, struct apartment, loss);

    tell_members(apartment, true);
    /* COM lets go of what lived there as the thread's last deed. */
    WaitForSingleObject(apartment->thread, INFINITE);
    apartment_empty(apartment, true);
    apartment_window_class_release();
    apartment_note_gone(apartment);
    IInitializeSpy_Release(&apartment->IInitializeSpy_iface);
}

void apartment_init_ends(struct apartment *apartment)
{
    apartment->IInitializeSpy_iface.lpVtbl = (IInitializeSpyVtbl *)&apartment_spy_vtbl;
    apartment->loss.run = apartment_run_loss;
}

bool apartment_join(struct apartment *apartment, struct apartment_member *member)
{
    if (!apartment_is_single_threaded(apartment))
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

void apartments_thread_exit(void)
{
    struct apartment *apartment = platform_thread_slot_get(apartment_slot);

    /* The thread has ended without leaving COM. What lives in the apartment ends elsewhere: Windows has its loader's
     * lock now, under which nobody may wait for another thread. */
    if (!apartment)
        return;
    trace(TRACE_COM, "apartment %lx is lost: its thread ends without leaving COM", TRACE_ID(apartment));
    apartment_close(apartment);
    platform_thread_slot_set(apartment_slot, NULL);
    DestroyWindow(apartment->window);
    CoRevokeInitializeSpy(apartment->spy_cookie);
    apartment_post(apartment_get_mta(), &apartment->loss);
}
