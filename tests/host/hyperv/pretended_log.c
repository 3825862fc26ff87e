#include "pretended_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "support/test.h"

#define XML_MAX 2048

struct pretended_log pretended_log = {.lock = SRWLOCK_INIT};

/* What a handle stands for. */
struct log_handle
{
    enum
    {
        LOG_SESSION,
        LOG_SUBSCRIPTION,
        LOG_EVENT,
        LOG_BOOKMARK
    } type;
    LONG place; /* the next record; that of the event, or of the bookmark */
};

static EVT_HANDLE open_handle(int type, LONG place)
{
    struct log_handle *handle = malloc(sizeof(*handle));

    if (!handle)
    {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    handle->type = type;
    handle->place = place;
    ++pretended_log.handles;
    return handle;
}

static struct log_handle *see(EVT_HANDLE handle, int type)
{
    struct log_handle *seen = handle;

    CHECK(seen && (int)seen->type == type);
    return seen;
}

static EVT_HANDLE WINAPI log_open_session(EVT_LOGIN_CLASS class, PVOID login, DWORD timeout, DWORD flags)
{
    const EVT_RPC_LOGIN *rpc = login;
    EVT_HANDLE handle;

    CHECK(class == EvtRpcLogin && !timeout && !flags && rpc->Server && !rpc->User && !rpc->Password);
    AcquireSRWLockExclusive(&pretended_log.lock);
    swprintf(pretended_log.host, ARRAYSIZE(pretended_log.host), L"%ls", rpc->Server);
    handle = open_handle(LOG_SESSION, 0);
    ReleaseSRWLockExclusive(&pretended_log.lock);
    return handle;
}

static EVT_HANDLE WINAPI log_subscribe(EVT_HANDLE session, HANDLE signal, LPCWSTR channel, LPCWSTR query,
        EVT_HANDLE bookmark, PVOID context, EVT_SUBSCRIBE_CALLBACK callback, DWORD flags)
{
    EVT_HANDLE handle = NULL;
    LONG place;

    /* A structured query has its channels inside; without a callback there has to be a signal. */
    CHECK(signal && !channel && query && !context && !callback);
    CHECK((flags == EvtSubscribeStartAfterBookmark) == (bookmark != NULL));
    CHECK(bookmark || flags == EvtSubscribeToFutureEvents);
    AcquireSRWLockExclusive(&pretended_log.lock);
    if (session)
        see(session, LOG_SESSION);
    ++pretended_log.subscriptions;
    pretended_log.flags = flags;
    swprintf(pretended_log.query, ARRAYSIZE(pretended_log.query), L"%ls", query);
    place = bookmark ? see(bookmark, LOG_BOOKMARK)->place + 1 : pretended_log.count;
    if (pretended_log.subscribe_error)
        SetLastError(pretended_log.subscribe_error);
    else
        handle = open_handle(LOG_SUBSCRIPTION, place);
    ReleaseSRWLockExclusive(&pretended_log.lock);
    return handle;
}

static BOOL WINAPI log_next(EVT_HANDLE handle, DWORD size, EVT_HANDLE *events, DWORD timeout, DWORD flags, DWORD *count)
{
    struct log_handle *subscription = see(handle, LOG_SUBSCRIPTION);
    DWORD error = ERROR_NO_MORE_ITEMS;

    CHECK(size == 1 && !flags && !timeout);
    *count = 0;
    AcquireSRWLockExclusive(&pretended_log.lock);
    if (pretended_log.next_error)
        error = pretended_log.next_error;
    else if (subscription->place < pretended_log.count && (events[0] = open_handle(LOG_EVENT, subscription->place)))
    {
        ++subscription->place;
        *count = 1;
    }
    ReleaseSRWLockExclusive(&pretended_log.lock);
    if (!*count)
        SetLastError(error);
    return *count == 1;
}

static BOOL WINAPI log_render(
        EVT_HANDLE context, EVT_HANDLE event, DWORD flags, DWORD size, PVOID text, DWORD *used, DWORD *properties)
{
    const WCHAR *xml = pretended_log.records[see(event, LOG_EVENT)->place];
    DWORD error = ERROR_INSUFFICIENT_BUFFER;

    CHECK(!context && flags == EvtRenderEventXml);
    *properties = 0;
    *used = (DWORD)((wcslen(xml) + 1) * sizeof(WCHAR));
    if (pretended_log.render_error)
        error = pretended_log.render_error;
    else if (size >= *used)
    {
        wcscpy(text, xml);
        return TRUE;
    }
    SetLastError(error);
    return FALSE;
}

static EVT_HANDLE WINAPI log_create_bookmark(LPCWSTR xml)
{
    EVT_HANDLE handle;

    CHECK(!xml);
    AcquireSRWLockExclusive(&pretended_log.lock);
    handle = open_handle(LOG_BOOKMARK, -1);
    ReleaseSRWLockExclusive(&pretended_log.lock);
    return handle;
}

static BOOL WINAPI log_update_bookmark(EVT_HANDLE bookmark, EVT_HANDLE event)
{
    see(bookmark, LOG_BOOKMARK)->place = see(event, LOG_EVENT)->place;
    return TRUE;
}

static BOOL WINAPI log_close(EVT_HANDLE handle)
{
    CHECK(handle);
    AcquireSRWLockExclusive(&pretended_log.lock);
    --pretended_log.handles;
    ReleaseSRWLockExclusive(&pretended_log.lock);
    free(handle);
    return TRUE;
}

const struct event_log_functions pretended_log_functions = {
        .open_session = log_open_session,
        .subscribe = log_subscribe,
        .next = log_next,
        .render = log_render,
        .create_bookmark = log_create_bookmark,
        .update_bookmark = log_update_bookmark,
        .close = log_close,
};

void pretended_log_end(void)
{
    while (pretended_log.count)
        free(pretended_log.records[--pretended_log.count]);
}

void pretended_log_begin(void)
{
    pretended_log_end();
    memset(&pretended_log, 0, sizeof(pretended_log));
    InitializeSRWLock(&pretended_log.lock);
}

void pretended_log_write_xml(const WCHAR *xml)
{
    AcquireSRWLockExclusive(&pretended_log.lock);
    CHECK(pretended_log.count < LOG_RECORDS_MAX);
    CHECK(pretended_log.records[pretended_log.count] = _wcsdup(xml));
    ++pretended_log.count;
    ReleaseSRWLockExclusive(&pretended_log.lock);
}

void pretended_log_write(const WCHAR *channel, const WCHAR *provider, UINT id, const WCHAR *machine)
{
    WCHAR xml[XML_MAX], about[256] = L"", time[40];
    SYSTEMTIME now;

    GetSystemTime(&now);
    swprintf(time, ARRAYSIZE(time), L"%04u-%02u-%02uT%02u:%02u:%02u.%03u0000Z", now.wYear, now.wMonth, now.wDay,
            now.wHour, now.wMinute, now.wSecond, now.wMilliseconds);
    if (machine)
        swprintf(about, ARRAYSIZE(about),
                L"<UserData><VmlEventLog xmlns='http://www.microsoft.com/Windows/Virtualization/Events'>"
                L"<VmName>Web</VmName><VmId>%ls</VmId></VmlEventLog></UserData>",
                machine);
    swprintf(xml, ARRAYSIZE(xml),
            L"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='%ls' "
            L"Guid='{51ddfa29-d5c8-4803-be4b-2ecb715570fe}'/><EventID>%u</EventID><Version>0</Version><Level>4</Level>"
            L"<TimeCreated SystemTime='%ls'/><EventRecordID>%ld</EventRecordID><Channel>%ls</Channel>"
            L"<Computer>VMHOST01</Computer></System>%ls</Event>",
            provider, id, time, (long)pretended_log.count + 1, channel, about);
    pretended_log_write_xml(xml);
}
