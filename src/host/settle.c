#include "host/settle.h"

#include "com/connections.h"
#include "com/error_info.h"
#include "host/error_source.h"

#include <olectl.h>

HRESULT settle_connection(struct event_source *source, REFIID iid, LONG connection, LONG timeout_ms, LONG *missing)
{
    ULONG count;
    HRESULT hr;

    if (!missing)
        return E_POINTER;
    *missing = 0;
    if (timeout_ms < -1)
        return error_raise_format(E_INVALIDARG, iid, HOST_ERROR_SOURCE,
                L"Settle: timeoutMs is %ld; it has to be a number of milliseconds, or -1 for no limit",
                (long)timeout_ms);
    if (FAILED(hr = connections_settle(source, (DWORD)connection, (DWORD)timeout_ms, &count)))
        return error_raise_format(hr, iid, HOST_ERROR_SOURCE,
                L"Settle: there is no connection %ld; it takes what Advise returned, until the connection ends",
                (long)connection);
    *missing = (LONG)min(count, LONG_MAX);
    return S_OK;
}
