/* The example at the head of vmevents.h, complete: ends with 0 when the callback has heard what was raised. */
#define COBJMACROS
#include <vmevents.h>
#include <VPCCOMInterfaces.h>

#include <stdio.h>

static void CALLBACK on_logoff(const VMEVENT *event, void *context)
{
    printf("%ls: %ld\n", event->name, (long)V_I4(&event->args[0]));
    ++*(int *)context;
}

int main(void)
{
    IVMEventCallbacks *callbacks;
    IVMEventSink *sink;
    int heard = 0;
    DWORD cookie;

    if (FAILED(VMEventsCreateSink(&IID_IVMEventCallbacks, (void **)&callbacks)))
        return 2;
    if (FAILED(IVMEventCallbacks_AddCallback(callbacks, &DIID_IVMVirtualMachineEvents,
                vmVirtualMachineEvent_GuestLogoff, on_logoff, &heard, NULL, &cookie)))
        return 3;
    if (FAILED(IVMEventCallbacks_QueryInterface(callbacks, &IID_IVMEventSink, (void **)&sink)))
        return 4;
    IVMEventSink_OnGuestLogoff(sink, vmLogoff_Forced);
    IVMEventSink_Release(sink);
    IVMEventCallbacks_Release(callbacks);
    return heard == 1 ? 0 : 1;
}
