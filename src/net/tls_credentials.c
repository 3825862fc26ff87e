#include "net/tls_credentials.h"

#include "platform/hex.h"
#include "platform/memory.h"
#include "platform/whole_file.h"

#include <stdio.h>
#include <string.h>

/* A file of certificates is read whole. */
#define AUTHORITIES_FILE_MAX (1 << 20)

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END "-----END CERTIFICATE-----"

#define THUMBPRINT_BYTES 20

static bool fail(char fault[TLS_FAULT_SIZE], const char *format, const char *what)
{
    snprintf(fault, TLS_FAULT_SIZE, format, what);
    return false;
}

static bool fail_for_memory(char fault[TLS_FAULT_SIZE])
{
    *fault = 0;
    return false;
}

/* Whom we trust */

static HANDLE open_file(const char *path)
{
    WCHAR wide[1024];
    HANDLE file;

    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, ARRAYSIZE(wide)))
        return INVALID_HANDLE_VALUE;
    file = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
            FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE || GetFileType(file) == FILE_TYPE_DISK)
        return file;
    CloseHandle(file);
    return INVALID_HANDLE_VALUE;
}

/* The whole file with a NUL behind it, or NULL. */
static char *read_file(const char *path, DWORD *size, char fault[TLS_FAULT_SIZE])
{
    HANDLE file = open_file(path);
    DWORD error;
    char *bytes;

    if (file == INVALID_HANDLE_VALUE)
    {
        fail(fault,
                "tls-ca=%.100s cannot be read; it must be the full path of a file with the CA's certificate, as "
                "C:\\certs\\ca-cert.pem",
                path);
        return NULL;
    }
    error = whole_file_read(file, AUTHORITIES_FILE_MAX, &bytes, size);
    CloseHandle(file);
    if (error == ERROR_NOT_ENOUGH_MEMORY)
        fail_for_memory(fault);
    else if (error == ERROR_FILE_TOO_LARGE)
        fail(fault, "tls-ca=%.100s is larger than any file of certificates", path);
    else if (error)
        fail(fault, "tls-ca=%.100s cannot be read", path);
    return bytes;
}

static bool add_certificate(HCERTSTORE store, const BYTE *bytes, DWORD size)
{
    return tls_windows.CertAddEncodedCertificateToStore_(
            store, X509_ASN_ENCODING, bytes, size, CERT_STORE_ADD_USE_EXISTING, NULL);
}

/* One that stands between the two lines of PEM. room: for what is decoded, which is shorter. */
static bool add_pem(HCERTSTORE store, const char *begin, const char *end, BYTE *room)
{
    DWORD size = (DWORD)(end - begin);

    return tls_windows.CryptStringToBinaryA_(begin, size, CRYPT_STRING_BASE64HEADER, room, &size, NULL, NULL)
            && add_certificate(store, room, size);
}

static bool add_all(HCERTSTORE store, const char *bytes, DWORD size, BYTE *room)
{
    const char *begin = strstr(bytes, PEM_BEGIN), *end;

    if (!begin)
        return size && add_certificate(store, (const BYTE *)bytes, size);
    for (; begin; begin = strstr(end, PEM_BEGIN))
    {
        if (!(end = strstr(begin, PEM_END)))
            return false;
        end += strlen(PEM_END);
        if (!add_pem(store, begin, end, room))
            return false;
    }
    return true;
}

static bool open_authorities(struct tls_credentials *credentials, const char *path, char fault[TLS_FAULT_SIZE])
{
    DWORD size = 0;
    char *bytes = read_file(path, &size, fault);
    BYTE *room = bytes ? memory_alloc((size_t)size + 1) : NULL;
    bool added = false;

    if (bytes)
        credentials->authorities = tls_windows.CertOpenStore_(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    if (bytes && (!room || !credentials->authorities))
        fail_for_memory(fault);
    else if (bytes && !(added = add_all(credentials->authorities, bytes, size, room)))
        fail(fault,
                "tls-ca=%.100s holds something else than certificates; it must be the CA's (QEMU's ca-cert.pem), PEM "
                "or DER",
                path);
    memory_free(bytes);
    memory_free(room);
    return added;
}

/* Who we are */

/* text: hexadecimal digits, as many as there have to be. */
static void parse_thumbprint(const char *text, BYTE bytes[THUMBPRINT_BYTES])
{
    for (size_t i = 0; i < THUMBPRINT_BYTES; ++i)
        bytes[i] = (BYTE)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
}

static PCCERT_CONTEXT find_in(DWORD place, const CRYPT_HASH_BLOB *hash)
{
    HCERTSTORE store = tls_windows.CertOpenStore_(
            CERT_STORE_PROV_SYSTEM_W, 0, 0, place | CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG, L"MY");
    PCCERT_CONTEXT found;

    if (!store)
        return NULL;
    found = tls_windows.CertFindCertificateInStore_(store, X509_ASN_ENCODING, 0, CERT_FIND_SHA1_HASH, hash, NULL);
    /* A certificate keeps what it needs of its store. */
    tls_windows.CertCloseStore_(store, 0);
    return found;
}

static bool has_private_key(PCCERT_CONTEXT certificate)
{
    DWORD size = 0;

    return tls_windows.CertGetCertificateContextProperty_(certificate, CERT_KEY_PROV_INFO_PROP_ID, NULL, &size);
}

static bool find_certificate(struct tls_credentials *credentials, const char *thumbprint, char fault[TLS_FAULT_SIZE])
{
    BYTE bytes[THUMBPRINT_BYTES];
    CRYPT_HASH_BLOB hash = {sizeof(bytes), bytes};

    parse_thumbprint(thumbprint, bytes);
    credentials->certificate = find_in(CERT_SYSTEM_STORE_CURRENT_USER, &hash);
    if (!credentials->certificate)
        credentials->certificate = find_in(CERT_SYSTEM_STORE_LOCAL_MACHINE, &hash);
    if (!credentials->certificate)
        return fail(fault,
                "no certificate with the thumbprint tls-cert=%.40s is in the store My of the user that the host runs "
                "as, or of the computer; certutil -user -importpfx FILE puts one there",
                thumbprint);
    if (!has_private_key(credentials->certificate))
        return fail(fault,
                "the certificate tls-cert=%.40s is there without its private key; it has to be imported from a file "
                "that has both (PKCS #12)",
                thumbprint);
    return true;
}

/* The system's handle for all of that */

static SECURITY_STATUS acquire(struct tls_credentials *credentials, void *options)
{
    return tls_windows.security->AcquireCredentialsHandleW(NULL, (SEC_WCHAR *)UNISP_NAME_W, SECPKG_CRED_OUTBOUND, NULL,
            options, NULL, NULL, &credentials->handle, NULL);
}

#define ACQUIRE_FLAGS                                                                                                  \
    (SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS | SCH_CRED_NO_SERVERNAME_CHECK | SCH_USE_STRONG_CRYPTO)

/* Windows 10 from 1809 on, with TLS 1.3 where it has that. */
static SECURITY_STATUS acquire_new(struct tls_credentials *credentials)
{
    TLS_PARAMETERS parameters = {.grbitDisabledProtocols = ~(DWORD)(SP_PROT_TLS1_2_CLIENT | SP_PROT_TLS1_3_CLIENT)};
    SCH_CREDENTIALS options = {
            .dwVersion = SCH_CREDENTIALS_VERSION,
            .cCreds = credentials->certificate ? 1 : 0,
            .paCred = credentials->certificate ? &credentials->certificate : NULL,
            .dwFlags = ACQUIRE_FLAGS,
            .cTlsParameters = 1,
            .pTlsParameters = &parameters,
    };

    return acquire(credentials, &options);
}

/* Any Windows, with TLS 1.2 alone: that is the latest that can be asked for in this way. */
static SECURITY_STATUS acquire_old(struct tls_credentials *credentials)
{
    SCHANNEL_CRED options = {
            .dwVersion = SCHANNEL_CRED_VERSION,
            .cCreds = credentials->certificate ? 1 : 0,
            .paCred = credentials->certificate ? &credentials->certificate : NULL,
            .grbitEnabledProtocols = SP_PROT_TLS1_2_CLIENT,
            .dwFlags = ACQUIRE_FLAGS,
    };

    return acquire(credentials, &options);
}

static bool open_handle(struct tls_credentials *credentials, char fault[TLS_FAULT_SIZE])
{
    SECURITY_STATUS status = acquire_new(credentials);
    char number[16];

    if (status)
        status = acquire_old(credentials);
    credentials->has_handle = !status;
    if (!status)
        return true;
    snprintf(number, sizeof(number), "0x%08lx", (unsigned long)status);
    if (status == (SECURITY_STATUS)SEC_E_INSUFFICIENT_MEMORY)
        return fail_for_memory(fault);
    if (credentials->certificate)
        return fail(fault,
                "Windows cannot use the certificate of tls-cert with its private key (%s): the user that the host runs "
                "as may have no right to that key",
                number);
    return fail(fault, "Windows offers no TLS 1.2 (%s)", number);
}

/* Beginning and end */

static bool fill(
        struct tls_credentials *credentials, const struct tls_credentials_options *options, char fault[TLS_FAULT_SIZE])
{
    return (!*options->ca || open_authorities(credentials, options->ca, fault))
            && (!*options->certificate || find_certificate(credentials, options->certificate, fault))
            && open_handle(credentials, fault);
}

struct tls_credentials *tls_credentials_open(const struct tls_credentials_options *options, char fault[TLS_FAULT_SIZE])
{
    struct tls_credentials *credentials;

    if (!tls_windows_load())
    {
        fail(fault, "%s", "this Windows has no TLS (crypt32.dll and secur32.dll)");
        return NULL;
    }
    if (!(credentials = memory_alloc(sizeof(*credentials))))
    {
        fail_for_memory(fault);
        return NULL;
    }
    credentials->refcount = 1;
    if (fill(credentials, options, fault))
        return credentials;
    tls_credentials_release(credentials);
    return NULL;
}

void tls_credentials_addref(struct tls_credentials *credentials)
{
    InterlockedIncrement(&credentials->refcount);
}

void tls_credentials_release(struct tls_credentials *credentials)
{
    if (!credentials || InterlockedDecrement(&credentials->refcount))
        return;
    if (credentials->has_handle)
        tls_windows.security->FreeCredentialsHandle(&credentials->handle);
    if (credentials->certificate)
        tls_windows.CertFreeCertificateContext_(credentials->certificate);
    if (credentials->authorities)
        tls_windows.CertCloseStore_(credentials->authorities, 0);
    memory_free(credentials);
}
