/* The sessions of Remote Desktop Services, which has those at the console, too. Its library is loaded when it is first wanted,
 * from where the program has said that it looks for such (platform/dll_search.h). */
#include "guest/windows/session_source.h"

#include <stdio.h>
#include <string.h>

#include <wtsapi32.h>

static struct
{
    BOOL(WINAPI *enumerate)(HANDLE server, DWORD reserved, DWORD version, PWTS_SESSION_INFOW *sessions, DWORD *count);
    BOOL(WINAPI *query)(HANDLE server, DWORD session, WTS_INFO_CLASS what, LPWSTR *value, DWORD *size);
    BOOL(WINAPI *log_off)(HANDLE server, DWORD session, BOOL wait);
    void(WINAPI *free_memory)(PVOID memory);
} functions;

static bool find(HMODULE module, const char *name, void *function)
{
    FARPROC found = GetProcAddress(module, name);

    memcpy(function, &found, sizeof(found));
    return found;
}

static bool load(void)
{
    HMODULE module;

    if (functions.free_memory)
        return true;
    module = LoadLibraryW(L"wtsapi32.dll");
    return module && find(module, "WTSEnumerateSessionsW", &functions.enumerate)
            && find(module, "WTSQuerySessionInformationW", &functions.query)
            && find(module, "WTSLogoffSession", &functions.log_off)
            && find(module, "WTSFreeMemory", &functions.free_memory);
}

/* The caller frees it; NULL: it is not told, or smaller. */
static WCHAR *query(DWORD session, WTS_INFO_CLASS what, DWORD least)
{
    WCHAR *value = NULL;
    DWORD size = 0;

    if (!functions.query(WTS_CURRENT_SERVER_HANDLE, session, what, &value, &size) || !value)
        return NULL;
    if (size >= least)
        return value;
    functions.free_memory(value);
    return NULL;
}

static uint64_t query_logon(DWORD session)
{
    WTSINFOW info;
    WCHAR *value = query(session, WTSSessionInfo, sizeof(info));

    if (!value)
        return 0;
    memcpy(&info, value, sizeof(info));
    functions.free_memory(value);
    return (uint64_t)info.LogonTime.QuadPart;
}

/* DOMAIN\user; a session in which nobody is logged on has an empty name. */
static bool query_user(DWORD session, WCHAR *user, size_t size)
{
    WCHAR *name = query(session, WTSUserName, sizeof(WCHAR)), *domain = query(session, WTSDomainName, sizeof(WCHAR));
    bool has_user = name && *name;

    if (has_user)
        _snwprintf(user, size - 1, L"%ls%ls%ls", domain ? domain : L"", domain && *domain ? L"\\" : L"", name);
    user[size - 1] = 0;
    if (name)
        functions.free_memory(name);
    if (domain)
        functions.free_memory(domain);
    return has_user;
}

static bool is_over(WTS_CONNECTSTATE_CLASS state)
{
    return state == WTSDown || state == WTSReset || state == WTSInit || state == WTSListen;
}

static bool wts_list(
        void *context, void (*take)(void *taker, DWORD session, uint64_t since, const WCHAR *user), void *taker)
{
    WTS_SESSION_INFOW *sessions = NULL;
    DWORD count = 0;

    (void)context;
    if (!load() || !functions.enumerate(WTS_CURRENT_SERVER_HANDLE, 0, 1, &sessions, &count))
        return false;
    for (DWORD i = 0; i < count; ++i)
    {
        WCHAR user[512];

        if (!is_over(sessions[i].State) && query_user(sessions[i].SessionId, user, ARRAYSIZE(user)))
            take(taker, sessions[i].SessionId, query_logon(sessions[i].SessionId), user);
    }
    functions.free_memory(sessions);
    return true;
}

static DWORD wts_end(void *context, DWORD session)
{
    (void)context;
    if (!load())
        return ERROR_MOD_NOT_FOUND;
    return functions.log_off(WTS_CURRENT_SERVER_HANDLE, session, FALSE) ? ERROR_SUCCESS : GetLastError();
}

const struct session_source wts_sessions = {wts_list, wts_end};
