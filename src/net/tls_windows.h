/*
 * The functions of Windows that TLS needs. Their DLLs are loaded when the first credentials are opened: a host without
 * TLS has no use for them; and they are loaded from the system's directory, where an import by name would be looked for
 * beside the program first. They stay.
 */
#ifndef VMEVENTS_NET_TLS_WINDOWS_H
#define VMEVENTS_NET_TLS_WINDOWS_H

#include <stdbool.h>

#define SECURITY_WIN32
/* For SCH_CREDENTIALS. */
#define SCHANNEL_USE_BLACKLISTS

#include <windows.h>
#include <winternl.h>

#include <schannel.h>
#include <sspi.h>
#include <wincrypt.h>

#define TLS_CRYPT32_FUNCTIONS(FUNCTION)                                                                                \
    FUNCTION(CertAddCertificateContextToStore)                                                                         \
    FUNCTION(CertAddEncodedCertificateToStore)                                                                         \
    FUNCTION(CertCloseStore)                                                                                           \
    FUNCTION(CertEnumCertificatesInStore)                                                                              \
    FUNCTION(CertFindCertificateInStore)                                                                               \
    FUNCTION(CertFindExtension)                                                                                        \
    FUNCTION(CertFreeCertificateChain)                                                                                 \
    FUNCTION(CertFreeCertificateContext)                                                                               \
    FUNCTION(CertGetCertificateChain)                                                                                  \
    FUNCTION(CertGetCertificateContextProperty)                                                                        \
    FUNCTION(CertOpenStore)                                                                                            \
    FUNCTION(CertVerifyCertificateChainPolicy)                                                                         \
    FUNCTION(CertVerifyTimeValidity)                                                                                   \
    FUNCTION(CryptStringToBinaryA)

#define POINTER(name) __typeof__(&(name)) name##_;
struct tls_windows
{
    TLS_CRYPT32_FUNCTIONS(POINTER)
    const SecurityFunctionTableW *security;
};
#undef POINTER

/* Set once they are loaded. */
extern struct tls_windows tls_windows;

/* False: this system lacks one of them. Any thread may call it. */
bool tls_windows_load(void);

#endif
