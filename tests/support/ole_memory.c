#include "support/ole_memory.h"

#include <objidl.h>

#include "support/ole_callers.h"
#include "support/test.h"

static volatile LONG live;

static HRESULT WINAPI spy_QueryInterface(IMallocSpy *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IMallocSpy))
        return E_NOINTERFACE;
    *object = iface;
    return S_OK;
}

static ULONG WINAPI spy_AddRef(IMallocSpy *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI spy_Release(IMallocSpy *iface)
{
    (void)iface;
    return 1;
}

static SIZE_T WINAPI spy_PreAlloc(IMallocSpy *iface, SIZE_T size)
{
    (void)iface;
    return size;
}

static void *WINAPI spy_PostAlloc(IMallocSpy *iface, void *memory)
{
    (void)iface;
    if (memory && !ole_callers_is_lost(memory))
        InterlockedIncrement(&live);
    return memory;
}

static void *WINAPI spy_PreFree(IMallocSpy *iface, void *memory, BOOL spied)
{
    (void)iface;
    if (memory && spied && !ole_callers_forget(memory))
        InterlockedDecrement(&live);
    return memory;
}

static void WINAPI spy_PostFree(IMallocSpy *iface, BOOL spied)
{
    (void)iface, (void)spied;
}

static SIZE_T WINAPI spy_PreRealloc(IMallocSpy *iface, void *memory, SIZE_T size, void **changed, BOOL spied)
{
    (void)iface, (void)spied;
    *changed = memory;
    return size;
}

static void *WINAPI spy_PostRealloc(IMallocSpy *iface, void *memory, BOOL spied)
{
    (void)iface, (void)spied;
    return memory;
}

static void *WINAPI spy_PreGetSize(IMallocSpy *iface, void *memory, BOOL spied)
{
    (void)iface, (void)spied;
    return memory;
}

static SIZE_T WINAPI spy_PostGetSize(IMallocSpy *iface, SIZE_T size, BOOL spied)
{
    (void)iface, (void)spied;
    return size;
}

static void *WINAPI spy_PreDidAlloc(IMallocSpy *iface, void *memory, BOOL spied)
{
    (void)iface, (void)spied;
    return memory;
}

static int WINAPI spy_PostDidAlloc(IMallocSpy *iface, void *memory, BOOL spied, int answer)
{
    (void)iface, (void)memory, (void)spied;
    return answer;
}

static void WINAPI spy_PreHeapMinimize(IMallocSpy *iface)
{
    (void)iface;
}

static void WINAPI spy_PostHeapMinimize(IMallocSpy *iface)
{
    (void)iface;
}

static const IMallocSpyVtbl spy_vtbl = {
        spy_QueryInterface,
        spy_AddRef,
        spy_Release,
        spy_PreAlloc,
        spy_PostAlloc,
        spy_PreFree,
        spy_PostFree,
        spy_PreRealloc,
        spy_PostRealloc,
        spy_PreGetSize,
        spy_PostGetSize,
        spy_PreDidAlloc,
        spy_PostDidAlloc,
        spy_PreHeapMinimize,
        spy_PostHeapMinimize,
};

void ole_memory_watch(void)
{
    static IMallocSpy spy = {(IMallocSpyVtbl *)&spy_vtbl};
    static bool watching;
    void(WINAPI * set_no_cache)(void);

    if (watching)
        return;
    watching = true;
    /* Strings that have been freed would wait in OLE Automation's cache for the next that are wanted. */
    set_no_cache = (void *)(ULONG_PTR)GetProcAddress(LoadLibraryW(L"oleaut32.dll"), "SetOaNoCache");
    CHECK(set_no_cache);
    set_no_cache();
    CHECK(CoRegisterMallocSpy(&spy) == S_OK);
}

LONG ole_memory_live(void)
{
    return InterlockedCompareExchange(&live, 0, 0);
}
