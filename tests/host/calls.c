#include "calls.h"

#include "support/test.h"

#include <objbase.h>

static volatile LONG made, come;

static HRESULT WINAPI hook_QueryInterface(IChannelHook *iface, REFIID riid, void **object)
{
    *object = NULL;
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IChannelHook))
        return E_NOINTERFACE;
    *object = iface;
    return S_OK;
}

static ULONG WINAPI hook_AddRef(IChannelHook *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI hook_Release(IChannelHook *iface)
{
    (void)iface;
    return 1;
}

static void WINAPI hook_ClientGetSize(IChannelHook *iface, REFGUID extent, REFIID riid, ULONG *size)
{
    (void)iface, (void)extent, (void)riid;
    *size = 0;
    InterlockedIncrement(&made);
}

static void WINAPI hook_ClientFillBuffer(IChannelHook *iface, REFGUID extent, REFIID riid, ULONG *size, void *buffer)
{
    (void)iface, (void)extent, (void)riid, (void)buffer;
    *size = 0;
}

static void WINAPI hook_ClientNotify(
        IChannelHook *iface, REFGUID extent, REFIID riid, ULONG size, void *buffer, DWORD representation, HRESULT fault)
{
    (void)iface, (void)extent, (void)riid, (void)size, (void)buffer, (void)representation, (void)fault;
}

static void WINAPI hook_ServerNotify(
        IChannelHook *iface, REFGUID extent, REFIID riid, ULONG size, void *buffer, DWORD representation)
{
    (void)iface, (void)extent, (void)riid, (void)size, (void)buffer, (void)representation;
}

/* Called before each call's answer. */
static void WINAPI hook_ServerGetSize(IChannelHook *iface, REFGUID extent, REFIID riid, HRESULT fault, ULONG *size)
{
    (void)iface, (void)extent, (void)riid, (void)fault;
    *size = 0;
    InterlockedIncrement(&come);
}

static void WINAPI hook_ServerFillBuffer(
        IChannelHook *iface, REFGUID extent, REFIID riid, ULONG *size, void *buffer, HRESULT fault)
{
    (void)iface, (void)extent, (void)riid, (void)buffer, (void)fault;
    *size = 0;
}

static const IChannelHookVtbl hook_vtbl = {
        hook_QueryInterface,
        hook_AddRef,
        hook_Release,
        hook_ClientGetSize,
        hook_ClientFillBuffer,
        hook_ClientNotify,
        hook_ServerNotify,
        hook_ServerGetSize,
        hook_ServerFillBuffer,
};

void calls_count(void)
{
    /* {b7c1a7a1-8f0e-4f5a-9a3e-1a4f2c6d8e90}: nothing is ever sent under it */
    static const GUID extent = {0xb7c1a7a1, 0x8f0e, 0x4f5a, {0x9a, 0x3e, 0x1a, 0x4f, 0x2c, 0x6d, 0x8e, 0x90}};
    static IChannelHook hook = {(IChannelHookVtbl *)&hook_vtbl};

    CHECK(CoRegisterChannelHook(&extent, &hook) == S_OK);
}

LONG calls_made(void)
{
    return made;
}

LONG calls_come(void)
{
    return come;
}
