#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

#include <wincrypt.h>

#include "support/test.h"

static HCERTSTORE open_own(void)
{
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, L"MY");

    CHECK(store);
    return store;
}

static CRYPT_DATA_BLOB read_whole(const char *path)
{
    static BYTE bytes[65536];
    FILE *file = fopen(path, "rb");
    CRYPT_DATA_BLOB blob = {0, bytes};

    CHECK(file);
    blob.cbData = (DWORD)fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    return blob;
}

static PCCERT_CONTEXT find_with_key(HCERTSTORE store)
{
    PCCERT_CONTEXT certificate = NULL;
    DWORD size;

    while ((certificate = CertEnumCertificatesInStore(store, certificate)))
        if (CertGetCertificateContextProperty(certificate, CERT_KEY_PROV_INFO_PROP_ID, NULL, &size))
            return certificate;
    return NULL;
}

int store_import(const char *path, const char *password, bool with_key)
{
    CRYPT_DATA_BLOB file = read_whole(path);
    WCHAR wide[64];
    HCERTSTORE imported, own = open_own();
    PCCERT_CONTEXT certificate;
    BYTE hash[20];
    DWORD size = sizeof(hash);

    CHECK(MultiByteToWideChar(CP_UTF8, 0, password, -1, wide, ARRAYSIZE(wide)));
    if (!(imported = PFXImportCertStore(&file, wide, CRYPT_USER_KEYSET)))
    {
        fprintf(stderr, "PFXImportCertStore: 0x%08lx\n", GetLastError());
        return 1;
    }
    CHECK((certificate = find_with_key(imported)));
    if (with_key)
        CHECK(CertAddCertificateContextToStore(own, certificate, CERT_STORE_ADD_REPLACE_EXISTING, NULL));
    else
        CHECK(CertAddEncodedCertificateToStore(own, X509_ASN_ENCODING, certificate->pbCertEncoded,
                certificate->cbCertEncoded, CERT_STORE_ADD_REPLACE_EXISTING, NULL));
    CHECK(CertGetCertificateContextProperty(certificate, CERT_SHA1_HASH_PROP_ID, hash, &size));
    for (DWORD i = 0; i < size; ++i)
        printf("%02x", hash[i]);
    printf("\n");
    CertFreeCertificateContext(certificate);
    CertCloseStore(imported, 0);
    CertCloseStore(own, 0);
    return 0;
}

static void delete_key(PCCERT_CONTEXT certificate)
{
    DWORD size = 0;
    CRYPT_KEY_PROV_INFO *info;
    HCRYPTPROV provider;

    if (!CertGetCertificateContextProperty(certificate, CERT_KEY_PROV_INFO_PROP_ID, NULL, &size))
        return;
    CHECK((info = malloc(size)));
    if (CertGetCertificateContextProperty(certificate, CERT_KEY_PROV_INFO_PROP_ID, info, &size))
        CryptAcquireContextW(
                &provider, info->pwszContainerName, info->pwszProvName, info->dwProvType, CRYPT_DELETEKEYSET);
    free(info);
}

/* Wine 8 does not write down that a certificate has been deleted. */
static void delete_in_registry(const BYTE hash[20])
{
    WCHAR path[128] = L"Software\\Microsoft\\SystemCertificates\\My\\Certificates\\", *end = path + wcslen(path);

    for (int i = 0; i < 20; ++i, end += 2)
        swprintf(end, 3, L"%02X", hash[i]);
    RegDeleteTreeW(HKEY_CURRENT_USER, path);
}

int store_forget(const char *thumbprint)
{
    BYTE bytes[20];
    CRYPT_HASH_BLOB hash = {sizeof(bytes), bytes};
    HCERTSTORE own = open_own();
    PCCERT_CONTEXT certificate;

    for (DWORD i = 0; i < sizeof(bytes); ++i)
        CHECK(sscanf(thumbprint + 2 * i, "%2hhx", &bytes[i]) == 1);
    if (!(certificate = CertFindCertificateInStore(own, X509_ASN_ENCODING, 0, CERT_FIND_SHA1_HASH, &hash, NULL)))
        return 1;
    delete_key(certificate);
    CHECK(CertDeleteCertificateFromStore(certificate));
    CertCloseStore(own, 0);
    delete_in_registry(bytes);
    return 0;
}
