/* Compiled with and without INITGUID. The callback and the calls are never run: they are to compile. */
#include "typelib/header.h"

static void CALLBACK on_event(const VMEVENT *event, void *context)
{
    *(DISPID *)context = event->id;
}

HRESULT add_callback(IVMEventCallbacks *callbacks, DISPID *id, DWORD *cookie);

HRESULT add_callback(IVMEventCallbacks *callbacks, DISPID *id, DWORD *cookie)
{
    return callbacks->lpVtbl->AddCallback(callbacks, &DIID_IVMVirtualMachineEvents, vmVirtualMachineEvent_GuestLogoff,
            on_event, id, NULL, cookie);
}

int main(void)
{
    return guids_are_right() ? 0 : 1;
}
