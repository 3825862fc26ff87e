#include "sink/samples.h"

/* Of the catalogue the tests of the sink have nothing but the number of events. */
#include "event/catalogue.h"

#define STATES                                                                                                         \
    11,                                                                                                                \
            L"VMVMState has 0 (vmVMState_Invalid), 1 (vmVMState_TurnedOff), 2 (vmVMState_Saved), "                     \
            L"3 (vmVMState_TurningOn), 4 (vmVMState_Restoring), 5 (vmVMState_Running), 6 (vmVMState_Paused), "         \
            L"7 (vmVMState_Saving), 8 (vmVMState_TurningOff), 9 (vmVMState_MergingDrives), 10 (vmVMState_DeleteMachine)"
#define LOGOFFS 3, L"VMLogoffType has 0 (vmLogoff_Normal), 1 (vmLogoff_Forced), 2 (vmLogoff_External)"

#define NUMBER(name, value, ...) {name, VT_I4, value, NULL, VT_I4, __VA_ARGS__}
#define BOOLEAN(name, value) {name, VT_BOOL, value, NULL, VT_BOOL, 0, NULL}
#define STRING(name, value) {name, VT_BSTR, 0, value, VT_BSTR, 0, NULL}
#define NONE {{NULL, VT_EMPTY, 0, NULL, VT_EMPTY, 0, NULL}}
#define MACHINE &DIID_IVMVirtualMachineEvents, L"IVMVirtualMachineEvents"
#define PC &DIID_IVMVirtualPCEvents, L"IVMVirtualPCEvents"
#define DVD &DIID_IVMDVDDriveEvents, L"IVMDVDDriveEvents"
#define FLOPPY &DIID_IVMFloppyDriveEvents, L"IVMFloppyDriveEvents"

_Static_assert(SAMPLE_COUNT == EVENT_COUNT, "each event has a sample");

const struct sample samples[SAMPLE_COUNT] = {
        {MACHINE, 1, L"OnStateChange", 1, {NUMBER(L"virtualMachineState", 5, STATES)},
                L"OnStateChange(virtualMachineState=vmVMState_Running)"},
        {MACHINE, 2, L"OnRequestShutdown", 0, NONE, L"OnRequestShutdown()"},
        {MACHINE, 3, L"OnReset", 0, NONE, L"OnReset()"},
        {MACHINE, 4, L"OnTripleFault", 0, NONE, L"OnTripleFault()"},
        {MACHINE, 5, L"OnHeartbeatStopped", 0, NONE, L"OnHeartbeatStopped()"},
        {MACHINE, 6, L"OnConfigurationChanged", 2,
                {STRING(L"configKey", L"hardware/memory"), {L"configData", VT_I4, 512, NULL, VT_VARIANT, 0, NULL}},
                L"OnConfigurationChanged(configKey=\"hardware/memory\", configData=512)"},
        {MACHINE, 7, L"OnEnhancedVideoModeChanged", 1, {BOOLEAN(L"enhancedVideoMode", VARIANT_TRUE)},
                L"OnEnhancedVideoModeChanged(enhancedVideoMode=True)"},
        {MACHINE, 8, L"OnAdditionsUninstalled", 0, NONE, L"OnAdditionsUninstalled()"},
        {MACHINE, 9, L"OnAdditionsAvailable", 0, NONE, L"OnAdditionsAvailable()"},
        {MACHINE, 10, L"OnGuestShutdown", 0, NONE, L"OnGuestShutdown()"},
        {MACHINE, 11, L"OnGuestLogoff", 1, {NUMBER(L"logoffType", 1, LOGOFFS)},
                L"OnGuestLogoff(logoffType=vmLogoff_Forced)"},
        {MACHINE, 12, L"OnDiskOutOfSpace", 1, {BOOLEAN(L"criticallyLow", VARIANT_FALSE)},
                L"OnDiskOutOfSpace(criticallyLow=False)"},
        {PC, 1, L"OnServiceEvent", 1, {NUMBER(L"logMessageID", 2147483647, 0, NULL)},
                L"OnServiceEvent(logMessageID=2147483647)"},
        {PC, 2, L"OnVMStateChange", 2,
                {STRING(L"virtualMachineConfig", L"C:\\VM\\One.vmc"), NUMBER(L"virtualMachineState", 10, STATES)},
                L"OnVMStateChange(virtualMachineConfig=\"C:\\VM\\One.vmc\", "
                L"virtualMachineState=vmVMState_DeleteMachine)"},
        {PC, 3, L"OnEventLogged", 1, {NUMBER(L"logMessageID", -2147483647 - 1, 0, NULL)},
                L"OnEventLogged(logMessageID=-2147483648)"},
        {PC, 4, L"OnHeartbeatStopped", 1, {STRING(L"virtualMachineConfig", L"C:\\VM\\Two.vmc")},
                L"OnHeartbeatStopped(virtualMachineConfig=\"C:\\VM\\Two.vmc\")"},
        {DVD, 1, L"OnMediaInsert", 1, {STRING(L"mediaPath", L"D:\\a \"b\".iso")},
                L"OnMediaInsert(mediaPath=\"D:\\a \"\"b\"\".iso\")"},
        {DVD, 2, L"OnMediaEject", 1, {STRING(L"mediaPath", L"")}, L"OnMediaEject(mediaPath=\"\")"},
        {FLOPPY, 1, L"OnMediaInsert", 1, {STRING(L"mediaPath", L"A:\\disk.vfd")},
                L"OnMediaInsert(mediaPath=\"A:\\disk.vfd\")"},
        {FLOPPY, 2, L"OnMediaEject", 1, {STRING(L"mediaPath", L"\x00dcml\x00e4ut")},
                L"OnMediaEject(mediaPath=\"\x00dcml\x00e4ut\")"},
};

const struct sample *sample_find(const IID *iid, DISPID id)
{
    for (const struct sample *sample = samples; sample < samples + SAMPLE_COUNT; ++sample)
    {
        if (IsEqualIID(sample->iid, iid) && sample->id == id)
            return sample;
    }
    return NULL;
}

void sample_arguments(const struct sample *sample, VARIANT args[2])
{
    for (UINT i = 0; i < sample->count; ++i)
    {
        VARIANT *arg = &args[sample->count - 1 - i];

        V_VT(arg) = sample->args[i].type;
        if (V_VT(arg) == VT_BSTR)
            V_BSTR(arg) = SysAllocString(sample->args[i].string);
        else if (V_VT(arg) == VT_BOOL)
            V_BOOL(arg) = (VARIANT_BOOL)sample->args[i].number;
        else
            V_I4(arg) = sample->args[i].number;
    }
}

void sample_clear(const struct sample *sample, VARIANT args[2])
{
    for (UINT i = 0; i < sample->count; ++i)
        VariantClear(&args[i]);
}

HRESULT invoke(void *face, DISPID id, VARIANT *args, UINT count)
{
    DISPPARAMS params = {args, NULL, count, 0};

    return IDispatch_Invoke(
            (IDispatch *)face, id, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, NULL, NULL, NULL);
}

void sample_fire(const struct sample *sample, IVMEventSink *sink)
{
    VARIANT args[2];

    sample_arguments(sample, args);
    CHECK(invoke(face_of(sink, sample->iid), sample->id, args, sample->count) == S_OK);
    sample_clear(sample, args);
}

bool sample_has_arguments(const struct sample *sample, const VARIANT *args)
{
    for (UINT i = 0; i < sample->count; ++i)
    {
        const struct sample_arg *expected = &sample->args[i];

        if (V_VT(&args[i]) != expected->type)
            return false;
        if (expected->type == VT_BSTR && wcscmp(V_BSTR(&args[i]), expected->string))
            return false;
        if (expected->type == VT_BOOL && V_BOOL(&args[i]) != expected->number)
            return false;
        if (expected->type == VT_I4 && V_I4(&args[i]) != expected->number)
            return false;
    }
    return true;
}

void fire_state(IVMEventSink *sink, LONG state)
{
    VARIANT arg;

    V_VT(&arg) = VT_I4;
    V_I4(&arg) = state;
    CHECK(invoke(face_of(sink, &DIID_IVMVirtualMachineEvents), vmVirtualMachineEvent_StateChanged, &arg, 1) == S_OK);
}
