#include "host/hyperv/event_log.h"

#include "host/hyperv/record_xml.h"
#include "host/hyperv/source.h"
#include "platform/memory.h"

/* A record has a text of a guest's in it at most. */
#define XML_MAX (1 << 20)

void event_log_init(struct event_log *log, const struct event_log_functions *functions)
{
    *log = (struct event_log){.functions = functions};
}

static void close_handle(struct event_log *log, EVT_HANDLE *handle)
{
    if (*handle)
        log->functions->close(*handle);
    *handle = NULL;
}

void event_log_close(struct event_log *log)
{
    close_handle(log, &log->held);
    close_handle(log, &log->subscription);
    close_handle(log, &log->session);
}

void event_log_cleanup(struct event_log *log)
{
    event_log_close(log);
    close_handle(log, &log->bookmark);
    if (log->signal)
        CloseHandle(log->signal);
    memory_free(log->xml);
    memory_free(log->utf8);
}

/* Wine's EvtSubscribe fails without a word. */
static HRESULT last_failure(void)
{
    DWORD error = GetLastError();

    return error ? HRESULT_FROM_WIN32(error) : E_FAIL;
}

static HRESULT open_session(struct event_log *log, const WCHAR *host)
{
    EVT_RPC_LOGIN login = {.Server = (LPWSTR)host, .Flags = EvtRpcLoginAuthNegotiate};

    if (!host)
        return S_OK;
    log->session = log->functions->open_session(EvtRpcLogin, &login, 0, 0);
    return log->session ? S_OK : last_failure();
}

HRESULT event_log_open(struct event_log *log, const WCHAR *host)
{
    WCHAR query[1024];
    HRESULT hr;

    if (!log->functions)
        return HRESULT_FROM_WIN32(ERROR_PROC_NOT_FOUND);
    if (!log->signal && !(log->signal = CreateEventW(NULL, TRUE, FALSE, NULL)))
        return E_OUTOFMEMORY;
    if (FAILED(hr = open_session(log, host)))
        return hr;
    MultiByteToWideChar(CP_UTF8, 0, hv_record_query, -1, query, ARRAYSIZE(query));
    SetLastError(0);
    log->subscription = log->functions->subscribe(log->session, log->signal, NULL, query,
            log->is_marked ? log->bookmark : NULL, NULL, NULL,
            log->is_marked ? EvtSubscribeStartAfterBookmark : EvtSubscribeToFutureEvents);
    if (log->subscription)
        return S_OK;
    hr = last_failure();
    event_log_close(log);
    return hr;
}

/* Without a bookmark what is logged while nobody reads is not heard of later, and nothing else is lost. */
static void mark(struct event_log *log, EVT_HANDLE event)
{
    if (!log->bookmark)
        log->bookmark = log->functions->create_bookmark(NULL);
    if (log->bookmark && log->functions->update_bookmark(log->bookmark, event))
        log->is_marked = TRUE;
}

static HRESULT render(struct event_log *log, EVT_HANDLE event)
{
    DWORD needed = 0, properties;
    void *larger;

    while (!log->functions->render(NULL, event, EvtRenderEventXml, log->xml_size, log->xml, &needed, &properties))
    {
        if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || needed > XML_MAX || needed <= log->xml_size)
            return E_FAIL;
        if (!(larger = memory_resize(log->xml, needed)))
            return E_OUTOFMEMORY;
        log->xml = larger;
        log->xml_size = needed;
    }
    return S_OK;
}

static HRESULT convert(struct event_log *log)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, log->xml, -1, NULL, 0, NULL, NULL);
    void *larger;

    if (size <= 0)
        return E_FAIL;
    if ((size_t)size > log->utf8_size)
    {
        if (!(larger = memory_resize(log->utf8, (size_t)size)))
            return E_OUTOFMEMORY;
        log->utf8 = larger;
        log->utf8_size = (size_t)size;
    }
    WideCharToMultiByte(CP_UTF8, 0, log->xml, -1, log->utf8, size, NULL, NULL);
    return S_OK;
}

/* S_FALSE: the record is about no machine. */
static HRESULT read_record(struct event_log *log, EVT_HANDLE event, struct hv_record *record)
{
    HRESULT hr;

    if (FAILED(hr = render(log, event)) || FAILED(hr = convert(log)))
        return hr == E_OUTOFMEMORY ? hr : S_FALSE;
    return hv_record_parse(record, log->utf8) ? S_OK : S_FALSE;
}

/* FALSE: there is none. One that could not be read for want of memory is tried again. */
static BOOL take_event(struct event_log *log)
{
    DWORD count = 0;

    if (log->held)
        return TRUE;
    if (log->functions->next(log->subscription, 1, &log->held, 0, 0, &count) && count)
        return TRUE;
    log->held = NULL;
    return FALSE;
}

HRESULT event_log_next(struct event_log *log, struct hv_record *record)
{
    HRESULT hr;

    for (;;)
    {
        if (!take_event(log))
            return GetLastError() == ERROR_NO_MORE_ITEMS || GetLastError() == ERROR_TIMEOUT ? HV_TIMED_OUT
                                                                                            : last_failure();
        if ((hr = read_record(log, log->held, record)) == E_OUTOFMEMORY)
            return hr;
        mark(log, log->held);
        close_handle(log, &log->held);
        if (hr != S_FALSE)
            return hr;
    }
}
