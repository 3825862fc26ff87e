/*
 * What vmhost asks COM's security for, and what it registers of it. Wine checks neither. COM's functions that are looked
 * at are this program's own, by their places in the import table; main.c is in it with another name for its entry.
 */
#include "host/security.h"

#include "support/process.h"
#include "support/test.h"

#include <objbase.h>
#include <sddl.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#ifdef _WIN64
#define IMPORT(name, bytes) __asm__("__imp_" name)
#else
#define IMPORT(name, bytes) __asm__("__imp__" name "@" #bytes)
#endif

#define REACHED_CLASS_OBJECT 42
#define PATIENCE_MS 240000

int WINAPI vmhost_main(HINSTANCE instance, HINSTANCE previous, WCHAR *command_line, int show);

/* What CoInitializeSecurity was asked for. */
static struct
{
    int calls;
    BYTE descriptor[1024]; /* self-relative */
    BOOL absolute;
    LONG services;
    DWORD authentication, impersonation, capabilities;
} asked;
static HRESULT answer;

static HRESULT WINAPI record_security(PSECURITY_DESCRIPTOR descriptor, LONG services,
        SOLE_AUTHENTICATION_SERVICE *service, void *reserved1, DWORD authentication, DWORD impersonation, void *list,
        DWORD capabilities, void *reserved3)
{
    DWORD size = sizeof(asked.descriptor), revision;
    SECURITY_DESCRIPTOR_CONTROL control;

    CHECK(!service && !reserved1 && !list && !reserved3);
    CHECK(GetSecurityDescriptorControl(descriptor, &control, &revision));
    asked.absolute = !(control & SE_SELF_RELATIVE);
    CHECK(!asked.absolute || MakeSelfRelativeSD(descriptor, asked.descriptor, &size));
    ++asked.calls;
    asked.services = services;
    asked.authentication = authentication;
    asked.impersonation = impersonation;
    asked.capabilities = capabilities;
    return answer;
}

/* The first thing that a host that may go on does with COM. */
static HRESULT WINAPI end_at_class_object(REFCLSID clsid, IUnknown *object, DWORD context, DWORD flags, DWORD *cookie)
{
    (void)clsid, (void)object, (void)context, (void)flags, (void)cookie;
    ExitProcess(asked.calls == 1 ? REACHED_CLASS_OBJECT : 1);
}

/* As COM starts it. */
static WCHAR **WINAPI embedding(const WCHAR *command_line, int *count)
{
    WCHAR **argv = LocalAlloc(LMEM_FIXED, 2 * sizeof(*argv));

    (void)command_line;
    CHECK(argv);
    argv[0] = (WCHAR *)L"vmhost.exe";
    argv[1] = (WCHAR *)L"-Embedding";
    *count = 2;
    return argv;
}

extern HRESULT(WINAPI *const import_security)(PSECURITY_DESCRIPTOR, LONG, SOLE_AUTHENTICATION_SERVICE *, void *, DWORD,
        DWORD, void *, DWORD, void *) IMPORT("CoInitializeSecurity", 36);
HRESULT(WINAPI *const import_security)
(PSECURITY_DESCRIPTOR, LONG, SOLE_AUTHENTICATION_SERVICE *, void *, DWORD, DWORD, void *, DWORD,
        void *) = record_security;
extern HRESULT(WINAPI *const import_class_object)(REFCLSID, IUnknown *, DWORD, DWORD, DWORD *)
        IMPORT("CoRegisterClassObject", 20);
HRESULT(WINAPI *const import_class_object)(REFCLSID, IUnknown *, DWORD, DWORD, DWORD *) = end_at_class_object;
extern WCHAR **(WINAPI *const import_arguments)(const WCHAR *, int *)IMPORT("CommandLineToArgvW", 8);
WCHAR **(WINAPI *const import_arguments)(const WCHAR *, int *) = embedding;

static PSID sid_of(const WCHAR *name)
{
    static BYTE sids[4][SECURITY_MAX_SID_SIZE];
    static int next;
    PSID sid, result = sids[next++ % 4];

    assert_true(ConvertStringSidToSidW(name, &sid));
    assert_true(CopySid(SECURITY_MAX_SID_SIZE, result, sid));
    LocalFree(sid);
    return result;
}

static PSID user(void)
{
    static BYTE buffer[SECURITY_MAX_SID_SIZE + sizeof(TOKEN_USER)];
    HANDLE token;
    DWORD size;

    assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    assert_true(GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size));
    CloseHandle(token);
    return ((TOKEN_USER *)buffer)->User.Sid;
}

/* The rights that a SID has, and that it is told once. */
static DWORD rights_of(ACL *list, PSID sid)
{
    ACCESS_ALLOWED_ACE *entry;
    DWORD rights = 0;

    for (DWORD i = 0; i < list->AceCount; ++i)
    {
        assert_true(GetAce(list, i, (void **)&entry));
        assert_int_equal(entry->Header.AceType, ACCESS_ALLOWED_ACE_TYPE);
        assert_int_equal(entry->Header.AceFlags, 0);
        if (!EqualSid(&entry->SidStart, sid))
            continue;
        assert_int_equal(rights, 0);
        rights = entry->Mask;
    }
    return rights;
}

/* Exactly these three may do that, and what is below the level may not. */
static void check_descriptor(PSECURITY_DESCRIPTOR descriptor, PSID who, DWORD rights, DWORD least_level)
{
    SYSTEM_MANDATORY_LABEL_ACE *label;
    ACL *list, *labels;
    BOOL present, is_default;
    PSID owner, group;

    assert_true(IsValidSecurityDescriptor(descriptor));
    assert_true(GetSecurityDescriptorOwner(descriptor, &owner, &is_default) && owner);
    assert_true(GetSecurityDescriptorGroup(descriptor, &group, &is_default) && group);
    assert_true(GetSecurityDescriptorDacl(descriptor, &present, &list, &is_default) && present && list);
    assert_int_equal(list->AceCount, 3);
    assert_int_equal(rights_of(list, who), rights);
    assert_int_equal(rights_of(list, sid_of(L"S-1-5-32-544")), rights); /* administrators */
    assert_int_equal(rights_of(list, sid_of(L"S-1-5-18")), rights);     /* the system */

    assert_true(GetSecurityDescriptorSacl(descriptor, &present, &labels, &is_default) && present && labels);
    assert_int_equal(labels->AceCount, 1);
    assert_true(GetAce(labels, 0, (void **)&label));
    assert_int_equal(label->Header.AceType, SYSTEM_MANDATORY_LABEL_ACE_TYPE);
    assert_int_equal(label->Mask, SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP);
    assert_true(*GetSidSubAuthority(&label->SidStart, 0) >= least_level);
}

static int reset(void **state)
{
    (void)state;
    memset(&asked, 0, sizeof(asked));
    answer = S_OK;
    return 0;
}

static void test_what_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(security_decide(), S_OK);
    assert_int_equal(asked.calls, 1);
    assert_int_equal(asked.services, -1);
    assert_int_equal(asked.authentication, RPC_C_AUTHN_LEVEL_PKT_PRIVACY);
    assert_int_equal(asked.impersonation, RPC_C_IMP_LEVEL_IDENTIFY);
    assert_int_equal(asked.capabilities, EOAC_DISABLE_AAA | EOAC_NO_CUSTOM_MARSHAL);
    assert_true(asked.absolute);
    check_descriptor(
            asked.descriptor, user(), COM_RIGHTS_EXECUTE | COM_RIGHTS_EXECUTE_LOCAL, SECURITY_MANDATORY_MEDIUM_RID);
}

static void test_refusal_is_passed_on(void **state)
{
    (void)state;
    answer = RPC_E_TOO_LATE;
    assert_int_equal(security_decide(), RPC_E_TOO_LATE);
}

/* Runs the host's entry in a program of its own: this one, with a word. What it says goes to the file. */
static int run_host(const WCHAR *word, const WCHAR *file)
{
    WCHAR program[MAX_PATH], command[2 * MAX_PATH + 32];

    GetModuleFileNameW(NULL, program, ARRAYSIZE(program));
    swprintf(command, ARRAYSIZE(command), L"\"%ls\" %ls \"%ls\"", program, word, file);
    return (int)process_end(process_start(command, NULL, NULL), PATIENCE_MS);
}

static void test_security_comes_first(void **state)
{
    WCHAR file[MAX_PATH];

    (void)state;
    GetTempFileNameW(L".", L"vme", 0, file);
    assert_int_equal(run_host(L"allow", file), REACHED_CLASS_OBJECT);
    DeleteFileW(file);
}

static void test_no_host_without_security(void **state)
{
    char said[512] = "";
    WCHAR file[MAX_PATH];
    FILE *stream;

    (void)state;
    GetTempFileNameW(L".", L"vme", 0, file);
    assert_int_equal(run_host(L"refuse", file), 1);
    assert_non_null(stream = _wfopen(file, L"rb"));
    fread(said, 1, sizeof(said) - 1, stream);
    fclose(stream);
    DeleteFileW(file);
    if (!strstr(said, "who may call it") || !strstr(said, "0x80010119"))
        fail_msg("it said: %s", said);
}

static void check_registered(const WCHAR *name, PSID who, DWORD rights)
{
    BYTE bytes[1024];
    DWORD size = sizeof(bytes), type;
    HKEY key;

    assert_int_equal(
            RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"Software\\Classes\\AppID\\{15BFAF2F-0B69-4903-83D3-CAC0E304ED02}", 0,
                    KEY_READ | KEY_WOW64_64KEY, &key),
            0);
    assert_int_equal(RegQueryValueExW(key, name, NULL, &type, bytes, &size), 0);
    assert_int_equal(RegQueryValueExW(key, L"RunAs", NULL, NULL, NULL, NULL), ERROR_FILE_NOT_FOUND);
    RegCloseKey(key);
    assert_int_equal(type, REG_BINARY);
    assert_int_equal(size, GetSecurityDescriptorLength(bytes));
    check_descriptor(bytes, who, rights, SECURITY_MANDATORY_MEDIUM_RID);
}

static DWORD run_built_host(const WCHAR *option)
{
    WCHAR folder[MAX_PATH], command[MAX_PATH + 64];

    GetModuleFileNameW(NULL, folder, MAX_PATH);
    *wcsrchr(folder, '\\') = 0;
    *wcsrchr(folder, '\\') = 0;
    swprintf(command, ARRAYSIZE(command), L"\"%ls\\bin\\vmhost.exe\" %ls", folder, option);
    return process_end(process_start(command, NULL, NULL), PATIENCE_MS);
}

static void test_what_is_registered(void **state)
{
    (void)state;
    assert_int_equal(run_built_host(L"/regserver"), 0);
    check_registered(L"LaunchPermission", sid_of(L"S-1-5-4"), /* whoever is logged on here */
            COM_RIGHTS_EXECUTE | COM_RIGHTS_EXECUTE_LOCAL | COM_RIGHTS_ACTIVATE_LOCAL);
    check_registered(L"AccessPermission", sid_of(L"S-1-5-10"), /* whom the host runs as */
            COM_RIGHTS_EXECUTE | COM_RIGHTS_EXECUTE_LOCAL);
    assert_int_equal(run_built_host(L"/unregserver"), 0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_what_is_asked_for, reset),
            cmocka_unit_test_setup(test_refusal_is_passed_on, reset),
            cmocka_unit_test(test_security_comes_first),
            cmocka_unit_test(test_no_host_without_security),
            cmocka_unit_test(test_what_is_registered),
    };

    if (argc == 3)
    {
        answer = strcmp(argv[1], "refuse") ? S_OK : RPC_E_TOO_LATE;
        if (!freopen(argv[2], "w", stderr))
            return 3;
        return vmhost_main(GetModuleHandleW(NULL), NULL, NULL, 0);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
