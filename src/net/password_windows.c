#include "net/password.h"

#include <stdio.h>

#include <windows.h>

#include <wincred.h>

#include "platform/memory.h"

/* UTF-8 of so many characters; the caller frees it by memory_free. NULL: out of memory. */
static char *utf8_of(const WCHAR *wide, int length)
{
    int size = length ? WideCharToMultiByte(CP_UTF8, 0, wide, length, NULL, 0, NULL, NULL) : 0;
    char *utf8 = memory_alloc((size_t)size + 1);

    if (utf8 && size)
        WideCharToMultiByte(CP_UTF8, 0, wide, length, utf8, size, NULL, NULL);
    return utf8;
}

static WCHAR *wide_of(const char *utf8)
{
    int size = MultiByteToWideChar(CP_UTF8, 0, utf8, -1, NULL, 0);
    WCHAR *wide = memory_alloc((size_t)size * sizeof(*wide));

    if (wide)
        MultiByteToWideChar(CP_UTF8, 0, utf8, -1, wide, size);
    return wide;
}

/* Programs write it as text in UTF-16 (cmdkey, the control panel) without a NUL at its end. */
static char *text_of(const CREDENTIALW *credential, const char *name, char fault[PASSWORD_FAULT_SIZE])
{
    char *password = utf8_of(
            (const WCHAR *)credential->CredentialBlob, (int)(credential->CredentialBlobSize / sizeof(WCHAR)));

    if (!password || *password)
        return password;
    snprintf(fault, PASSWORD_FAULT_SIZE, "the credential \"%.100s\" has no password", name);
    memory_free(password);
    return NULL;
}

char *password_read_credential(const char *name, char fault[PASSWORD_FAULT_SIZE])
{
    WCHAR *target = wide_of(name);
    CREDENTIALW *credential;
    char *password = NULL;

    *fault = 0;
    if (target && CredReadW(target, CRED_TYPE_GENERIC, 0, &credential))
    {
        password = text_of(credential, name, fault);
        SecureZeroMemory(credential->CredentialBlob, credential->CredentialBlobSize);
        CredFree(credential);
    }
    else if (target)
    {
        snprintf(fault, PASSWORD_FAULT_SIZE,
                "cannot read the generic credential \"%.100s\" of the user that this runs as: error %lu", name,
                GetLastError());
    }
    memory_free(target);
    return password;
}
