#include "host/caller.h"

#include <rpc.h>
#include <rpcdcep.h>

DWORD caller_process(void)
{
    unsigned long id;

    return !I_RpcBindingInqLocalClientPID(NULL, &id) && id != GetCurrentProcessId() ? id : 0;
}
