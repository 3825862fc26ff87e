/* Whether a server's certificate is for the name that was meant, and by whom we trust. */
#ifndef VMEVENTS_NET_TLS_VERIFY_H
#define VMEVENTS_NET_TLS_VERIFY_H

#include "net/tls_credentials.h"

/*
 * certificate: the server's, whose hCertStore has the others that it has sent. False: the fault says what is wrong with
 * it, and what would be right.
 *
 * Without authorities of our own a chain of issuers has to end with one whom the system trusts. With them it has to
 * lead to one of them, and whom the system trusts does not count. (A chain engine with an exclusive root would say the
 * same, but takes roots alone; ours may be anybody between, or the server's own certificate.)
 */
bool tls_verify(const struct tls_credentials *credentials, PCCERT_CONTEXT certificate, const char *name,
        char fault[TLS_FAULT_SIZE]);

#endif
