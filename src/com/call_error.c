#include "com/call_error.h"

/* Windows has numbered its errors of RPC in these ranges. */
static BOOL is_of_rpc(DWORD code)
{
    return (code >= RPC_S_INVALID_STRING_BINDING && code <= RPC_X_BAD_STUB_DATA) || code == RPC_S_CALL_IN_PROGRESS
            || (code >= RPC_S_NO_INTERFACES && code <= RPC_S_COOKIE_AUTH_FAILED)
            || (code >= RPC_S_INVALID_OBJECT && code <= RPC_X_PIPE_EMPTY);
}

static BOOL is_of_com(HRESULT hr)
{
    return HRESULT_FACILITY(hr) == FACILITY_RPC || ((DWORD)hr >= CO_E_FIRST && (DWORD)hr <= CO_E_LAST)
            || (HRESULT_FACILITY(hr) == FACILITY_WIN32 && is_of_rpc(HRESULT_CODE(hr)));
}

enum call_error call_error_tell(HRESULT hr)
{
    if (SUCCEEDED(hr))
        return CALL_ERROR_OWN;
    switch (hr)
    {
        case RPC_E_DISCONNECTED:
        case RPC_E_SERVER_DIED:
        case RPC_E_SERVER_DIED_DNE:
        case RPC_E_INVALID_OBJECT:
        case CO_E_OBJNOTCONNECTED:
        case __HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE):
        case __HRESULT_FROM_WIN32(RPC_S_CALL_FAILED):
        case __HRESULT_FROM_WIN32(RPC_S_CALL_FAILED_DNE):
        case __HRESULT_FROM_WIN32(RPC_S_COMM_FAILURE):
            return CALL_ERROR_GONE;
        case RPC_E_CALL_REJECTED:
        case RPC_E_SERVERCALL_REJECTED:
        case RPC_E_SERVERCALL_RETRYLATER:
            return CALL_ERROR_BUSY;
        case RPC_E_SERVERFAULT: /* it threw an exception */
            return CALL_ERROR_OWN;
    }
    return is_of_com(hr) ? CALL_ERROR_LOST : CALL_ERROR_OWN;
}
