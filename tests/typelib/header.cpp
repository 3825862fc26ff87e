// The same for C++.
#include "typelib/header.h"

static void CALLBACK on_event(const VMEVENT *event, void *context)
{
    *static_cast<DISPID *>(context) = event->id;
}

HRESULT add_callback(IVMEventCallbacks *callbacks, DISPID *id, DWORD *cookie)
{
    return callbacks->AddCallback(
            DIID_IVMVirtualMachineEvents, vmVirtualMachineEvent_GuestLogoff, on_event, id, nullptr, cookie);
}

int main()
{
    return guids_are_right() ? 0 : 1;
}
