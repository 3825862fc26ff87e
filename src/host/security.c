#include "host/security.h"

#include "platform/memory.h"

#include <objbase.h>
#include <sddl.h>
#include <stdio.h>

/* {15bfaf2f-0b69-4903-83d3-cac0e304ed02} */
const GUID APPID_VMEventHost = {0x15bfaf2f, 0x0b69, 0x4903, {0x83, 0xd3, 0xca, 0xc0, 0xe3, 0x04, 0xed, 0x02}};

/* The user instead of PS, who has the same rights as in SECURITY_ACCESS_PERMISSION. The label is the host's own: one
 * that was started by an elevated program is not called by one that is not. */
#define CALLERS L"O:%lsG:%lsD:(A;;CCDC;;;%ls)(A;;CCDC;;;BA)(A;;CCDC;;;SY)S:(ML;;NX;;;%ls)"
#define SID_STRING_LENGTH ((size_t)190) /* the longest, with the terminating zero */
#define CALLERS_LENGTH (ARRAYSIZE(CALLERS) + 3 * SID_STRING_LENGTH)

static HRESULT last_error(void)
{
    DWORD error = GetLastError();

    if (error == ERROR_NOT_ENOUGH_MEMORY)
        return E_OUTOFMEMORY;
    return error ? HRESULT_FROM_WIN32(error) : E_UNEXPECTED;
}

/* Information about this process's token, freed by memory_free; NULL, with an error in hr. */
static void *read_token(TOKEN_INFORMATION_CLASS kind, HRESULT *hr)
{
    DWORD size = SECURITY_MAX_SID_SIZE + sizeof(TOKEN_USER) + sizeof(TOKEN_MANDATORY_LABEL);
    void *information = memory_alloc(size);
    HANDLE token;

    *hr = E_OUTOFMEMORY;
    if (!information)
        return NULL;
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
    {
        *hr = GetTokenInformation(token, kind, information, size, &size) ? S_OK : last_error();
        CloseHandle(token);
    }
    else
    {
        *hr = last_error();
    }
    if (SUCCEEDED(*hr))
        return information;
    memory_free(information);
    return NULL;
}

/* Freed by LocalFree. */
static HRESULT read_user(WCHAR **sid)
{
    HRESULT hr;
    TOKEN_USER *user = read_token(TokenUser, &hr);

    if (!user)
        return hr;
    if (!ConvertSidToStringSidW(user->User.Sid, sid))
        hr = last_error();
    memory_free(user);
    return hr;
}

/* Administrators call also the host of a service, whose level is above theirs. */
static HRESULT read_level(const WCHAR **level)
{
    HRESULT hr;
    TOKEN_MANDATORY_LABEL *label = read_token(TokenIntegrityLevel, &hr);
    DWORD rid;

    if (!label)
        return hr;
    rid = *GetSidSubAuthority(label->Label.Sid, *GetSidSubAuthorityCount(label->Label.Sid) - 1u);
    *level = rid >= SECURITY_MANDATORY_HIGH_RID ? L"HI" : L"ME";
    memory_free(label);
    return S_OK;
}

static HRESULT describe_callers(WCHAR callers[CALLERS_LENGTH])
{
    const WCHAR *level = NULL;
    WCHAR *user = NULL;
    HRESULT hr;

    if (FAILED(hr = read_level(&level)) || FAILED(hr = read_user(&user)))
        return hr;
    _snwprintf(callers, CALLERS_LENGTH, CALLERS, user, user, user, level);
    LocalFree(user);
    return S_OK;
}

/* COM wants the absolute format, which consists of pointers into the other. */
static HRESULT make_absolute(SECURITY_DESCRIPTOR *absolute, PSECURITY_DESCRIPTOR relative)
{
    BOOL has_callers, has_label, is_default;
    ACL *callers, *label;
    PSID owner, group;

    if (GetSecurityDescriptorOwner(relative, &owner, &is_default)
            && GetSecurityDescriptorGroup(relative, &group, &is_default)
            && GetSecurityDescriptorDacl(relative, &has_callers, &callers, &is_default)
            && GetSecurityDescriptorSacl(relative, &has_label, &label, &is_default)
            && InitializeSecurityDescriptor(absolute, SECURITY_DESCRIPTOR_REVISION)
            && SetSecurityDescriptorOwner(absolute, owner, FALSE) && SetSecurityDescriptorGroup(absolute, group, FALSE)
            && SetSecurityDescriptorDacl(absolute, has_callers, callers, FALSE)
            && SetSecurityDescriptorSacl(absolute, has_label, label, FALSE))
        return S_OK;
    return last_error();
}

/*
 * Calls come in, and go out to clients' sinks, encrypted (between processes of one computer they are anyway). Who is
 * called learns who the host is, and cannot act as it. Nothing is started in the host's name (DISABLE_AAA), and no
 * class comes into its process because a client's object says that it unpacks itself by that (NO_CUSTOM_MARSHAL);
 * sinks and scripts' objects come by COM's own marshalling.
 */
static HRESULT decide(SECURITY_DESCRIPTOR *callers)
{
    return CoInitializeSecurity(callers, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_PKT_PRIVACY, RPC_C_IMP_LEVEL_IDENTIFY, NULL,
            EOAC_DISABLE_AAA | EOAC_NO_CUSTOM_MARSHAL, NULL);
}

HRESULT security_decide(void)
{
    SECURITY_DESCRIPTOR absolute;
    PSECURITY_DESCRIPTOR relative;
    WCHAR callers[CALLERS_LENGTH];
    HRESULT hr;

    if (FAILED(hr = describe_callers(callers)))
        return hr;
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(callers, SDDL_REVISION_1, &relative, NULL))
        return last_error();
    if (SUCCEEDED(hr = make_absolute(&absolute, relative)))
        hr = decide(&absolute);
    LocalFree(relative);
    return hr;
}
