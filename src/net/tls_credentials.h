/* Credentials as the rest of TLS sees them. They do not change. */
#ifndef VMEVENTS_NET_TLS_CREDENTIALS_H
#define VMEVENTS_NET_TLS_CREDENTIALS_H

#include "net/tls.h"
#include "net/tls_windows.h"

struct tls_credentials
{
    LONG refcount;
    HCERTSTORE authorities;     /* NULL: those that the system trusts */
    PCCERT_CONTEXT certificate; /* NULL: none is shown */
    CredHandle handle;
    bool has_handle;
};

#endif
