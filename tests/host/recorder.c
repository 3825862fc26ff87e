#include "recorder.h"

#include <wchar.h>

void journal_init(struct journal *journal)
{
    memset(journal, 0, sizeof(*journal));
    InitializeSRWLock(&journal->lock);
    InitializeConditionVariable(&journal->grown);
}

void journal_await(struct journal *journal, UINT count)
{
    DWORD start = GetTickCount(), waited = 0;
    UINT found;

    AcquireSRWLockExclusive(&journal->lock);
    while (journal->count < count && waited < PATIENCE_MS)
    {
        SleepConditionVariableSRW(&journal->grown, &journal->lock, PATIENCE_MS - waited, 0);
        waited = GetTickCount() - start;
    }
    found = journal->count;
    ReleaseSRWLockExclusive(&journal->lock);
    if (found != count)
    {
        for (UINT i = 0; i < found; ++i)
            print_error("%u: %ls\n", i, journal->lines[i]);
        fail_msg("%u events came, not %u", found, count);
    }
}

/* Takes the first line out that begins like the expected one, up to the dot behind the interface's name. */
static void journal_take(struct journal *journal, const WCHAR *expected)
{
    size_t length = wcscspn(expected, L".") + 1;

    for (UINT i = 0; i < journal->count; ++i)
    {
        if (wcsncmp(journal->lines[i], expected, length))
            continue;
        if (wcscmp(journal->lines[i], expected))
            fail_msg("\"%ls\" came, not \"%ls\"", journal->lines[i], expected);
        journal->lines[i][0] = 0;
        return;
    }
    fail_msg("\"%ls\" did not come", expected);
}

void journal_expect(struct journal *journal, UINT count, const WCHAR *const *lines)
{
    journal_await(journal, count);
    for (UINT i = 0; i < count; ++i)
        journal_take(journal, lines[i]);
    journal->count = 0;
}

static void append(WCHAR *line, size_t size, const VARIANT *value)
{
    size_t length = wcslen(line);

    switch (V_VT(value))
    {
        case VT_I4:
            swprintf(line + length, size - length, L" %ld", (long)V_I4(value));
            break;
        case VT_BOOL:
            swprintf(line + length, size - length, L" %ls", V_BOOL(value) ? L"True" : L"False");
            break;
        case VT_BSTR:
            swprintf(line + length, size - length, L" %ls", V_BSTR(value) ? V_BSTR(value) : L"");
            /* A NUL inside as a bar. */
            for (UINT i = (UINT)wcslen(line + length + 1); i < SysStringLen(V_BSTR(value)); ++i)
            {
                CHECK(length + 3 + i < size);
                line[length + 1 + i] = V_BSTR(value)[i] ? V_BSTR(value)[i] : '|';
                line[length + 2 + i] = 0;
            }
            break;
        case VT_R8:
            swprintf(line + length, size - length, L" %g", V_R8(value));
            break;
        default:
            swprintf(line + length, size - length, L" type%u", V_VT(value));
    }
}

static void journal_add(struct journal *journal, const WCHAR *name, DISPID id, const DISPPARAMS *params)
{
    WCHAR *line;

    AcquireSRWLockExclusive(&journal->lock);
    CHECK(journal->count < JOURNAL_MAX);
    line = journal->lines[journal->count++];
    swprintf(line, ARRAYSIZE(journal->lines[0]), L"%ls.%ld", name, (long)id);
    for (UINT i = params->cArgs; i; --i)
        append(line, ARRAYSIZE(journal->lines[0]), &params->rgvarg[i - 1]);
    ReleaseSRWLockExclusive(&journal->lock);
    WakeAllConditionVariable(&journal->grown);
}

static struct recorder *recorder_from_IDispatch(IDispatch *iface)
{
    return CONTAINING_RECORD(iface, struct recorder, IDispatch_iface);
}

static HRESULT WINAPI recorder_QueryInterface(IDispatch *iface, REFIID riid, void **object)
{
    struct recorder *recorder = recorder_from_IDispatch(iface);

    if (IsEqualIID(riid, &IID_IUnknown) || IsEqualIID(riid, &IID_IDispatch) || IsEqualIID(riid, &recorder->events))
    {
        *object = iface;
        IDispatch_AddRef(iface);
        return S_OK;
    }
    *object = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI recorder_AddRef(IDispatch *iface)
{
    return InterlockedIncrement(&recorder_from_IDispatch(iface)->refcount);
}

static ULONG WINAPI recorder_Release(IDispatch *iface)
{
    return InterlockedDecrement(&recorder_from_IDispatch(iface)->refcount);
}

static HRESULT WINAPI recorder_GetTypeInfoCount(IDispatch *iface, UINT *count)
{
    (void)iface;
    *count = 0;
    return S_OK;
}

static HRESULT WINAPI recorder_GetTypeInfo(IDispatch *iface, UINT index, LCID lcid, ITypeInfo **info)
{
    (void)iface, (void)index, (void)lcid;
    *info = NULL;
    return E_NOTIMPL;
}

static HRESULT WINAPI recorder_GetIDsOfNames(
        IDispatch *iface, REFIID riid, LPOLESTR *names, UINT count, LCID lcid, DISPID *ids)
{
    (void)iface, (void)riid, (void)names, (void)count, (void)lcid, (void)ids;
    return E_NOTIMPL;
}

static HRESULT WINAPI recorder_Invoke(IDispatch *iface, DISPID id, REFIID riid, LCID lcid, WORD flags,
        DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception, UINT *arg_error)
{
    struct recorder *recorder = recorder_from_IDispatch(iface);

    (void)riid, (void)lcid, (void)result, (void)exception, (void)arg_error;
    if (!recorder->name)
        Sleep(INFINITE);
    Sleep(recorder->delay_ms);
    CHECK(flags == DISPATCH_METHOD);
    CHECK(!params->cNamedArgs);
    journal_add(recorder->journal, recorder->name, id, params);
    return S_OK;
}

static const IDispatchVtbl recorder_vtbl = {
        recorder_QueryInterface,
        recorder_AddRef,
        recorder_Release,
        recorder_GetTypeInfoCount,
        recorder_GetTypeInfo,
        recorder_GetIDsOfNames,
        recorder_Invoke,
};

void recorder_init(struct recorder *recorder, struct journal *journal, REFIID events, const WCHAR *name)
{
    recorder->IDispatch_iface.lpVtbl = (IDispatchVtbl *)&recorder_vtbl;
    recorder->refcount = 1;
    recorder->events = *events;
    recorder->name = name;
    recorder->journal = journal;
    recorder->delay_ms = 0;
}

IConnectionPoint *get_connection_point(void *source, REFIID events)
{
    IConnectionPointContainer *container;
    IConnectionPoint *point;

    CHECK(IUnknown_QueryInterface((IUnknown *)source, &IID_IConnectionPointContainer, (void **)&container) == S_OK);
    CHECK(IConnectionPointContainer_FindConnectionPoint(container, events, &point) == S_OK);
    IConnectionPointContainer_Release(container);
    return point;
}

DWORD recorder_advise(struct recorder *recorder, void *source)
{
    IConnectionPoint *point = get_connection_point(source, &recorder->events);
    DWORD cookie;

    CHECK(IConnectionPoint_Advise(point, (IUnknown *)&recorder->IDispatch_iface, &cookie) == S_OK);
    CHECK(cookie);
    IConnectionPoint_Release(point);
    return cookie;
}

void recorder_unadvise(struct recorder *recorder, void *source, DWORD cookie)
{
    IConnectionPoint *point = get_connection_point(source, &recorder->events);

    CHECK(IConnectionPoint_Unadvise(point, cookie) == S_OK);
    IConnectionPoint_Release(point);
}

UINT count_connections(void *source, REFIID events)
{
    IConnectionPoint *point = get_connection_point(source, events);
    IEnumConnections *enumerator;
    UINT count = 0;

    CHECK(IConnectionPoint_EnumConnections(point, &enumerator) == S_OK);
    /* Not by Next: from another process, Wine 8.0 reads its result and count from the wrong place. */
    while (IEnumConnections_Skip(enumerator, 1) == S_OK)
        ++count;
    IEnumConnections_Release(enumerator);
    IConnectionPoint_Release(point);
    return count;
}

void await_connections(void *source, REFIID events, UINT count)
{
    for (DWORD start = GetTickCount(); count_connections(source, events) != count; Sleep(5))
        assert_true(GetTickCount() - start < PATIENCE_MS);
}
