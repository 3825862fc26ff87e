/*
 * Registration of COM servers: what regsvr32 and vmhost.exe /regserver write, and take out again.
 *
 * Each bitness registers itself in its own view of the registry. ProgIDs, AppIDs and the type library stand in a part
 * that both views share, and interfaces are used by both binaries of one bitness: what is shared is kept as long
 * as any server of ours needs it. What belongs to someone else (Virtual PC registers the same event interfaces)
 * is left alone. Registering and unregistering each succeed as a whole or change nothing, and after the last server
 * has been unregistered the registry is as it was before the first was registered.
 *
 * Unregistering takes out what this binary wrote, as far as it still says what it wrote:
 *
 * - A class is this binary's when its server entry names the binary, and has not been written by anyone else since. One
 *   that names another file (a second copy that was registered later) stays, with all that belongs to it.
 * - A ProgID that names another class by now, an interface that names another type library or another version, and a
 *   type library in which somebody else's path stands are theirs, and stay as they are.
 * - Of the rest each value goes that still has the content that it was given; any other stays. A key goes when nothing
 *   is left in it.
 */
#ifndef VMEVENTS_COM_REGISTRATION_REGISTRATION_H
#define VMEVENTS_COM_REGISTRATION_REGISTRATION_H

#include <windows.h>

/* The AppID of a local server: who may start it and call it, as security descriptors in the string format. */
struct registration_application
{
    const GUID *id;
    const WCHAR *executable; /* L"vmhost.exe" */
    const WCHAR *launch_permission;
    const WCHAR *access_permission;
};

struct registration_server
{
    const CLSID *clsid;
    const WCHAR *prog_id;                     /* L"VMEvents.Sink.1" */
    const WCHAR *version_independent_prog_id; /* L"VMEvents.Sink" */
    const WCHAR *description;
    const WCHAR *server_key;                            /* L"InprocServer32" or L"LocalServer32" */
    const WCHAR *threading_model;                       /* L"Both"; NULL for a local server */
    const struct registration_application *application; /* NULL: it has none */
};

enum registration_scope
{
    REGISTRATION_MACHINE, /* HKEY_LOCAL_MACHINE: for all users; needs an administrator's rights */
    REGISTRATION_USER     /* HKEY_CURRENT_USER */
};

/*
 * Registers this module as the server, with its ProgIDs, its AppID, the type library and the library's interfaces. A
 * server that is registered already is registered anew.
 *
 * S_OK, E_ACCESSDENIED, E_OUTOFMEMORY, the HRESULT of Windows' error code, or what loading the type library returned
 */
HRESULT registration_add(const struct registration_server *server, enum registration_scope scope);

/* Takes all that out again. The same results; that the server is not registered, or registered with another binary, is
 * S_OK. */
HRESULT registration_remove(const struct registration_server *server, enum registration_scope scope);

#endif
