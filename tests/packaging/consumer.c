/* A program that has nothing of the project's but a package: it hears an event in its own process. */
#define COBJMACROS
#include <stdio.h>

#include "vmevents.h"

static void CALLBACK count(const VMEVENT *event, void *context)
{
    (void)event;
    ++*(int *)context;
}

int main(void)
{
    IVMEventCallbacks *callbacks;
    IVMVirtualMachineEvents *events;
    DISPPARAMS none = {0};
    DWORD cookie;
    int heard = 0;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (FAILED(VMEventsCreateSink(&IID_IVMEventCallbacks, (void **)&callbacks)))
        return 1;
    IVMEventCallbacks_AddCallback(callbacks, &DIID_IVMVirtualMachineEvents, vmVirtualMachineEvent_GuestShutdown, count,
            &heard, NULL, &cookie);
    if (FAILED(IVMEventCallbacks_QueryInterface(callbacks, &DIID_IVMVirtualMachineEvents, (void **)&events)))
        return 2;
    IVMVirtualMachineEvents_Invoke(events, vmVirtualMachineEvent_GuestShutdown, &IID_NULL, LOCALE_USER_DEFAULT,
            DISPATCH_METHOD, &none, NULL, NULL, NULL);
    IVMVirtualMachineEvents_Release(events);
    IVMEventCallbacks_RemoveCallback(callbacks, cookie);
    IVMEventCallbacks_Release(callbacks);
    CoUninitialize();
    printf("heard %d event(s)\n", heard);
    return heard != 1;
}
