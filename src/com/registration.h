/*
 * Registration of COM servers: what regsvr32 and vmhost.exe /regserver write, and take out again.
 *
 * Each bitness registers itself in its own view of the registry. ProgIDs and the type library stand in a part
 * that both views share, and interfaces are used by both binaries of one bitness: what is shared is kept as long
 * as any server of ours needs it. What belongs to someone else (Virtual PC registers the same event interfaces)
 * is left alone. Registering and unregistering each succeed as a whole or change nothing, and after the last server
 * has been unregistered the registry is as it was before the first was registered.
 */
#ifndef VMEVENTS_COM_REGISTRATION_H
#define VMEVENTS_COM_REGISTRATION_H

#include <windows.h>

struct registration_server
{
    const CLSID *clsid;
    const WCHAR *prog_id;                     /* L"VMEvents.Sink.1" */
    const WCHAR *version_independent_prog_id; /* L"VMEvents.Sink" */
    const WCHAR *description;
    const WCHAR *server_key;      /* L"InprocServer32" or L"LocalServer32" */
    const WCHAR *threading_model; /* L"Both"; NULL for a local server */
};

enum registration_scope
{
    REGISTRATION_MACHINE, /* HKEY_LOCAL_MACHINE: for all users; needs an administrator's rights */
    REGISTRATION_USER     /* HKEY_CURRENT_USER */
};

/*
 * Registers this module as the server, with its ProgIDs, the type library and the library's interfaces. A server
 * that is registered already is registered anew.
 *
 * S_OK, E_ACCESSDENIED, E_OUTOFMEMORY, the HRESULT of Windows' error code, or what loading the type library returned
 */
HRESULT registration_add(const struct registration_server *server, enum registration_scope scope);

/* Takes all that out again, wherever the server's binary lies. The same results; that the server is not registered is
 * S_OK. */
HRESULT registration_remove(const struct registration_server *server, enum registration_scope scope);

#endif
