#include "fuzz/raise_oracle.h"

#include <wchar.h>

#define ANY_VALUE 0

const struct sample host_events[HOST_EVENTS] = {
        {.id = 1, .name = L"OnServiceEvent", .count = 1, .args = {{.declared = VT_I4, .values = ANY_VALUE}}},
        {.id = 2,
                .name = L"OnVMStateChange",
                .count = 2,
                .args = {{.declared = VT_BSTR}, {.declared = VT_I4, .values = 11}}},
        {.id = 3, .name = L"OnEventLogged", .count = 1, .args = {{.declared = VT_I4, .values = ANY_VALUE}}},
        {.id = 4, .name = L"OnHeartbeatStopped", .count = 1, .args = {{.declared = VT_BSTR}}},
};

static const WCHAR *const states[] = {L"vmVMState_Invalid", L"vmVMState_TurnedOff", L"vmVMState_Saved",
        L"vmVMState_TurningOn", L"vmVMState_Restoring", L"vmVMState_Running", L"vmVMState_Paused", L"vmVMState_Saving",
        L"vmVMState_TurningOff", L"vmVMState_MergingDrives", L"vmVMState_DeleteMachine"};

static void allow(struct raise_verdict *verdict, HRESULT answer)
{
    CHECK(verdict->answer_count < MAX_ANSWERS);
    verdict->answers[verdict->answer_count++] = answer;
}

static bool is_string(BSTR string, const WCHAR *other)
{
    return SysStringLen(string) == wcslen(other) && !_wcsnicmp(string, other, wcslen(other));
}

static const struct sample *find_event(BSTR name)
{
    for (UINT i = 0; i < HOST_EVENTS; ++i)
    {
        if (is_string(name, host_events[i].name))
            return &host_events[i];
    }
    return NULL;
}

/* The value that an argument means, behind references two deep. */
static HRESULT copy_meaning(VARIANT *copy, const VARIANT *arg)
{
    VariantInit(copy);
    for (UINT i = 0; V_VT(arg) == (VT_BYREF | VT_VARIANT); ++i)
    {
        if (i == 2)
            return DISP_E_TYPEMISMATCH;
        if (!V_VARIANTREF(arg))
            return E_POINTER;
        arg = V_VARIANTREF(arg);
    }
    if ((V_VT(arg) & VT_BYREF) && !V_BYREF(arg))
        return E_POINTER;
    if (!is_type_of_variants(V_VT(arg)) || FAILED(VariantCopyInd(copy, (VARIANT *)arg)))
        return DISP_E_TYPEMISMATCH;
    return S_OK;
}

/* An enumerator of the state by its name becomes its number. */
static void take_state(VARIANT *copy)
{
    if (V_VT(copy) != VT_BSTR)
        return;
    for (LONG i = 0; i < (LONG)ARRAYSIZE(states); ++i)
    {
        if (!is_string(V_BSTR(copy), states[i]))
            continue;
        VariantClear(copy);
        V_VT(copy) = VT_I4;
        V_I4(copy) = i;
        return;
    }
}

static UINT detail_name_length(const VARIANT *copy)
{
    const WCHAR *string = V_BSTR(copy);
    UINT i = 0, length = V_VT(copy) == VT_BSTR ? SysStringLen(V_BSTR(copy)) : 0;

    while (i < length && i < 32
            && ((string[i] >= 'a' && string[i] <= 'z') || (string[i] >= 'A' && string[i] <= 'Z')
                    || (i && string[i] >= '0' && string[i] <= '9')))
        ++i;
    return i < length && string[i] == '=' ? i : 0;
}

/* What stands behind the event's arguments, the last first, has to be its details. */
static void judge_details(struct raise_verdict *verdict, const VARIANT *copies, UINT count)
{
    for (UINT i = count; i--;)
    {
        UINT length = detail_name_length(&copies[i]);

        if (!length)
        {
            allow(verdict, DISP_E_BADPARAMCOUNT);
            return;
        }
        for (UINT j = i + 1; j < count; ++j)
        {
            if (length != detail_name_length(&copies[j]) || _wcsnicmp(V_BSTR(&copies[i]), V_BSTR(&copies[j]), length))
                continue;
            allow(verdict, E_INVALIDARG);
            return;
        }
    }
}

/* What Invoke of the event itself says of the arguments, as Raise tells it. */
static void judge_event(struct raise_verdict *verdict, LCID lcid, VARIANT *copies, UINT count)
{
    DISPPARAMS params = {copies, NULL, count, 0};
    const struct call call = {verdict->event, verdict->event->id, &IID_NULL, DISPATCH_METHOD, lcid};
    struct verdict found;

    if (count == 2 && verdict->event->count == 2)
        take_state(&copies[0]);
    verdict_find(&found, &call, &params);
    for (UINT i = 0; i < found.fault_count; ++i)
    {
        const struct fault *fault = &found.faults[i];
        const struct sample_arg *param = fault->arg < verdict->event->count
                ? &verdict->event->args[verdict->event->count - 1 - fault->arg]
                : NULL;

        /* A string that is no number is an enumerator that there is not. */
        if (fault->hr == DISP_E_TYPEMISMATCH && param && param->values && V_VT(&copies[fault->arg]) == VT_BSTR
                && SysStringLen(V_BSTR(&copies[fault->arg])))
            allow(verdict, E_INVALIDARG);
        else
            allow(verdict, fault->hr == DISP_E_EXCEPTION ? E_INVALIDARG : fault->hr);
    }
    if (verdict->answer_count)
        verdict_clear(&found);
    else
        memcpy(verdict->values, found.values, sizeof(verdict->values));
}

/* An array of VARIANT with one dimension as the first argument is what it holds. The last argument comes first. */
static UINT spread_first(VARIANT *copies, UINT count)
{
    VARIANT array = copies[count - 1], *elements;
    UINT held;

    if (V_VT(&array) != (VT_ARRAY | VT_VARIANT) || !V_ARRAY(&array) || V_ARRAY(&array)->cDims != 1)
        return count;
    held = V_ARRAY(&array)->rgsabound[0].cElements;
    CHECK(held <= MAX_ELEMENTS);
    elements = V_ARRAY(&array)->pvData;
    for (UINT i = 0; i < held; ++i)
        CHECK(copy_meaning(&copies[count - 1 + held - 1 - i], &elements[i]) == S_OK);
    VariantClear(&array);
    return count - 1 + held;
}

void raise_verdict_find(struct raise_verdict *verdict, LCID lcid, const DISPPARAMS *params)
{
    UINT count = params->cArgs - 1, details = 0;
    VARIANT copies[MAX_STORED + MAX_ELEMENTS];
    HRESULT hr;

    CHECK(count <= MAX_STORED);
    verdict->answer_count = 0;
    VariantInit(&verdict->values[0]);
    VariantInit(&verdict->values[1]);
    if (!(verdict->event = find_event(V_BSTR(&params->rgvarg[count]))))
        allow(verdict, E_INVALIDARG);
    for (UINT i = 0; i < count; ++i)
    {
        if (FAILED(hr = copy_meaning(&copies[i], &params->rgvarg[i])))
            allow(verdict, hr);
    }
    if (count && !verdict->answer_count)
        count = spread_first(copies, count);
    if (verdict->event && !verdict->answer_count && count > verdict->event->count)
    {
        details = count - verdict->event->count;
        judge_details(verdict, copies, details);
    }
    if (verdict->event && !verdict->answer_count)
        judge_event(verdict, lcid, copies + details, count - details);
    while (count)
        VariantClear(&copies[--count]);
}

void raise_verdict_clear(struct raise_verdict *verdict)
{
    VariantClear(&verdict->values[0]);
    VariantClear(&verdict->values[1]);
}

bool raise_verdict_allows(const struct raise_verdict *verdict, HRESULT answer)
{
    for (UINT i = 0; i < verdict->answer_count; ++i)
    {
        if (verdict->answers[i] == answer)
            return true;
    }
    return answer == S_OK && !verdict->answer_count;
}
