/*
 * Who may start the host and call it, and what it lets those do that it calls itself. docs/reliability.md, "Who may come
 * in", has the reasons.
 */
#ifndef VMEVENTS_HOST_SECURITY_H
#define VMEVENTS_HOST_SECURITY_H

#include <windows.h>

/*
 * What registration writes to the AppID, in the string format of security descriptors. COM's rights there are execute
 * (CC), locally (DC), and start locally (SW); none is given from another computer. The label keeps out what runs below
 * medium integrity: a browser's pages, say.
 *
 * Starting: whoever is logged on at this computer (IU), administrators, the system. The host runs as whoever starts it,
 * so that nobody gets another's rights by it.
 */
#define SECURITY_LAUNCH_PERMISSION L"O:BAG:BAD:(A;;CCDCSW;;;IU)(A;;CCDCSW;;;BA)(A;;CCDCSW;;;SY)S:(ML;;NX;;;ME)"

/* Calling: the user that the host runs as (PS), administrators, the system. The host asks for the same by itself; this is
 * what tools show. */
#define SECURITY_ACCESS_PERMISSION L"O:BAG:BAD:(A;;CCDC;;;PS)(A;;CCDC;;;BA)(A;;CCDC;;;SY)S:(ML;;NX;;;ME)"

extern const GUID APPID_VMEventHost;

/*
 * Decides COM's security for this process, in place of the computer's defaults. To be called once, after CoInitializeEx
 * and before anything else of COM's.
 *
 * S_OK, E_OUTOFMEMORY, the HRESULT of Windows' error code, or what CoInitializeSecurity returned (RPC_E_TOO_LATE: COM
 * has had to decide by itself)
 */
HRESULT security_decide(void);

#endif
