#include "net/tls_verify.h"

#include "net/tls_names.h"

#include <stdio.h>
#include <string.h>

#define CHAIN_AUTH_ROOT_UPDATE_OFF 0x100 /* CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE, which the headers lack */

#define NOBODY_TRUSTED (CERT_TRUST_IS_UNTRUSTED_ROOT | CERT_TRUST_IS_PARTIAL_CHAIN)

/* That nothing is known of a revocation is no reason to refuse: mostly there is nobody to ask. */
#define UNKNOWN_REVOCATION (CERT_TRUST_REVOCATION_STATUS_UNKNOWN | CERT_TRUST_IS_OFFLINE_REVOCATION)

/* The name */

static bool verify_name(PCCERT_CONTEXT certificate, const char *name, char fault[TLS_FAULT_SIZE])
{
    const CERT_EXTENSION *names = tls_windows.CertFindExtension_(
            szOID_SUBJECT_ALT_NAME2, certificate->pCertInfo->cExtension, certificate->pCertInfo->rgExtension);
    char list[160];

    if (names && tls_names_have(names->Value.pbData, names->Value.cbData, name))
        return true;
    *list = 0;
    if (names)
        tls_names_list(names->Value.pbData, names->Value.cbData, list, sizeof(list));
    if (*list)
        snprintf(fault, TLS_FAULT_SIZE,
                "its certificate is for %s, not for %.80s; tls-name=NAME says whose it has to be where that is another "
                "than the host of the address",
                list, name);
    else
        snprintf(fault, TLS_FAULT_SIZE,
                "its certificate names no host as a subjectAltName, and the subject does not count; it has to be made "
                "with dns_name or ip_address (certtool), or subjectAltName=DNS:…,IP:… (openssl), for %.80s",
                name);
    return false;
}

/* The chain */

static bool equal(PCCERT_CONTEXT one, PCCERT_CONTEXT other)
{
    return one->cbCertEncoded == other->cbCertEncoded
            && !memcmp(one->pbCertEncoded, other->pbCertEncoded, one->cbCertEncoded);
}

static bool has(HCERTSTORE store, PCCERT_CONTEXT certificate)
{
    PCCERT_CONTEXT found = NULL;

    while ((found = tls_windows.CertEnumCertificatesInStore_(store, found)))
    {
        if (!equal(found, certificate))
            continue;
        tls_windows.CertFreeCertificateContext_(found);
        return true;
    }
    return false;
}

static bool leads_to(const CERT_SIMPLE_CHAIN *chain, HCERTSTORE authorities)
{
    for (DWORD i = 0; i < chain->cElement; ++i)
        if (has(authorities, chain->rgpElement[i]->pCertContext))
            return true;
    return false;
}

/* What makes up a chain: what the server has sent, and our own authorities. NULL: out of memory. */
static HCERTSTORE gather(const struct tls_credentials *credentials, PCCERT_CONTEXT certificate)
{
    HCERTSTORE stores[] = {certificate->hCertStore, credentials->authorities};
    HCERTSTORE all = tls_windows.CertOpenStore_(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    PCCERT_CONTEXT found = NULL;

    for (size_t i = 0; all && i < ARRAYSIZE(stores); ++i)
    {
        while (stores[i] && (found = tls_windows.CertEnumCertificatesInStore_(stores[i], found)))
            tls_windows.CertAddCertificateContextToStore_(all, found, CERT_STORE_ADD_USE_EXISTING, NULL);
    }
    return all;
}

/* Nothing is fetched from the network: the thread serves others too, and who could be asked is named by the
 * certificate. */
static PCCERT_CHAIN_CONTEXT build_chain(const struct tls_credentials *credentials, PCCERT_CONTEXT certificate)
{
    LPSTR usages[] = {(LPSTR)szOID_PKIX_KP_SERVER_AUTH};
    CERT_CHAIN_PARA para = {
            .cbSize = sizeof(para), .RequestedUsage = {USAGE_MATCH_TYPE_OR, {ARRAYSIZE(usages), usages}}};
    const DWORD flags = CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL | CHAIN_AUTH_ROOT_UPDATE_OFF
            | CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY | CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT;
    HCERTSTORE all = gather(credentials, certificate);
    PCCERT_CHAIN_CONTEXT chain = NULL;

    if (!all)
        return NULL;
    if (!tls_windows.CertGetCertificateChain_(NULL, certificate, NULL, all, &para, flags, NULL, &chain))
        chain = NULL;
    tls_windows.CertCloseStore_(all, 0);
    return chain;
}

/* Those of the chain are said without theirs: it would be the certificate of an issuer. */
static const char *describe_time(PCCERT_CONTEXT certificate)
{
    LONG when = tls_windows.CertVerifyTimeValidity_(NULL, certificate->pCertInfo);

    if (when > 0)
        return "its certificate has expired; it needs a new one";
    if (when < 0)
        return "its certificate is not valid yet; is the clock of this computer right?";
    return "the certificate of who has signed its certificate has expired, or is not valid yet";
}

static const struct
{
    DWORD bits;
    const char *fault;
} chain_faults[] = {
        {CERT_TRUST_IS_NOT_SIGNATURE_VALID, "its certificate is not by who it says: the signature is wrong"},
        {CERT_TRUST_IS_REVOKED, "its certificate, or that of who has signed it, has been revoked"},
        {CERT_TRUST_IS_EXPLICIT_DISTRUST, "this computer is told not to trust its certificate"},
        {CERT_TRUST_IS_NOT_VALID_FOR_USAGE,
                "its certificate is not one for a server; it has to be made with tls_www_server (certtool), or "
                "extendedKeyUsage=serverAuth (openssl)"},
        {CERT_TRUST_INVALID_BASIC_CONSTRAINTS,
                "its certificate is signed by one that is no CA's; that has to be made with ca (certtool), or "
                "basicConstraints=CA:TRUE (openssl)"},
        {CERT_TRUST_INVALID_NAME_CONSTRAINTS | CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT
                        | CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT,
                "who has signed its certificate may not do so for that name"},
        {CERT_TRUST_HAS_WEAK_SIGNATURE,
                "its certificate is signed in a way that is not safe any more; it needs a new one"},
};

/* Who is not trusted is told first: whatever else is wrong is by somebody unknown. */
static void describe_trust(const struct tls_credentials *credentials, const CERT_CHAIN_CONTEXT *chain, char *fault)
{
    const CERT_SIMPLE_CHAIN *simple = chain->rgpChain[0];
    bool alone = simple->cElement == 1 && (simple->rgpElement[0]->TrustStatus.dwInfoStatus & CERT_TRUST_IS_SELF_SIGNED);

    if (alone)
        snprintf(fault, TLS_FAULT_SIZE,
                "its certificate is signed by itself alone; if it is the right one, name its file by tls-ca=PATH");
    else if (credentials->authorities)
        snprintf(fault, TLS_FAULT_SIZE,
                "its certificate is not signed by one of those in the file of tls-ca; that must be the CA of the "
                "server's certificate (QEMU's ca-cert.pem)");
    else
        snprintf(fault, TLS_FAULT_SIZE,
                "its certificate is signed by nobody whom this computer trusts; name the file of a CA of your own "
                "(QEMU's ca-cert.pem) by tls-ca=PATH");
}

static void describe_errors(const CERT_CHAIN_CONTEXT *chain, DWORD errors, char *fault)
{
    for (size_t i = 0; i < ARRAYSIZE(chain_faults); ++i)
    {
        if (!(errors & chain_faults[i].bits))
            continue;
        snprintf(fault, TLS_FAULT_SIZE, "%s", chain_faults[i].fault);
        return;
    }
    if (errors & (CERT_TRUST_IS_NOT_TIME_VALID | CERT_TRUST_IS_NOT_TIME_NESTED))
        snprintf(fault, TLS_FAULT_SIZE, "%s", describe_time(chain->rgpChain[0]->rgpElement[0]->pCertContext));
    else
        snprintf(fault, TLS_FAULT_SIZE, "its certificate is not valid (0x%08lx)", (unsigned long)errors);
}

static bool is_trusted(const struct tls_credentials *credentials, const CERT_CHAIN_CONTEXT *chain)
{
    if (credentials->authorities)
        return leads_to(chain->rgpChain[0], credentials->authorities);
    return !(chain->TrustStatus.dwErrorStatus & NOBODY_TRUSTED);
}

/* Where a chain ends has been decided before, where there are authorities of our own. */
static bool is_about_the_end(DWORD error)
{
    return error == (DWORD)CERT_E_CHAINING || error == (DWORD)CERT_E_UNTRUSTEDROOT;
}

/* Windows has rules of its own beside those that the chain tells of. */
static bool verify_policy(const struct tls_credentials *credentials, PCCERT_CHAIN_CONTEXT chain, char *fault)
{
    /* The name is verified by us; the others are what has been decided here. */
    enum
    {
        IGNORE_REVOCATION = 0x80,
        IGNORE_UNKNOWN_CA = 0x100,
        IGNORE_NAME = 0x1000
    };
    SSL_EXTRA_CERT_CHAIN_POLICY_PARA ssl = {.cbSize = sizeof(ssl),
            .dwAuthType = AUTHTYPE_SERVER,
            .fdwChecks = IGNORE_NAME | IGNORE_REVOCATION | (credentials->authorities ? IGNORE_UNKNOWN_CA : 0)};
    CERT_CHAIN_POLICY_PARA para = {.cbSize = sizeof(para), .pvExtraPolicyPara = &ssl};
    CERT_CHAIN_POLICY_STATUS status = {.cbSize = sizeof(status)};

    if (tls_windows.CertVerifyCertificateChainPolicy_(CERT_CHAIN_POLICY_SSL, chain, &para, &status) && !status.dwError)
        return true;
    if (credentials->authorities && is_about_the_end(status.dwError))
        return true;
    snprintf(fault, TLS_FAULT_SIZE, "Windows does not take its certificate (0x%08lx)", (unsigned long)status.dwError);
    return false;
}

static bool verify_chain(const struct tls_credentials *credentials, PCCERT_CHAIN_CONTEXT chain, char *fault)
{
    DWORD errors = chain->TrustStatus.dwErrorStatus & ~(DWORD)UNKNOWN_REVOCATION;

    if (!is_trusted(credentials, chain))
    {
        describe_trust(credentials, chain, fault);
        return false;
    }
    /* Behind the authority that was looked for there may be others, or nobody. */
    if (credentials->authorities)
        errors &= ~(DWORD)NOBODY_TRUSTED;
    if (errors)
    {
        describe_errors(chain, errors, fault);
        return false;
    }
    return verify_policy(credentials, chain, fault);
}

bool tls_verify(const struct tls_credentials *credentials, PCCERT_CONTEXT certificate, const char *name,
        char fault[TLS_FAULT_SIZE])
{
    PCCERT_CHAIN_CONTEXT chain = build_chain(credentials, certificate);
    bool verified;

    /* There always is an element, that of the certificate. */
    if (!chain || !chain->cChain || !chain->rgpChain[0]->cElement)
    {
        if (chain)
            tls_windows.CertFreeCertificateChain_(chain);
        snprintf(fault, TLS_FAULT_SIZE, "its certificate could not be looked at (0x%08lx)",
                (unsigned long)GetLastError());
        return false;
    }
    verified = verify_chain(credentials, chain, fault) && verify_name(certificate, name, fault);
    tls_windows.CertFreeCertificateChain_(chain);
    return verified;
}
