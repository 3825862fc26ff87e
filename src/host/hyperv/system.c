#include "host/hyperv/system.h"

#include "host/hyperv/cim_time.h"

#include <string.h>

/* EnabledState. Those below 32768 are the second version's of the provider, the others the first's, of which the second
 * names some as well. docs/hyperv.md has where each is from. */
static const struct
{
    int32_t value;
    enum vm_state state;
} states[] = {
        {2, VM_RUNNING},
        {3, VM_TURNED_OFF},
        {4, VM_TURNING_OFF},
        {6, VM_SAVED},
        {9, VM_PAUSED},
        {10, VM_TURNING_ON},
        {32768, VM_PAUSED},
        {32769, VM_SAVED},
        {32770, VM_TURNING_ON},
        {32773, VM_SAVING},
        {32774, VM_TURNING_OFF},
        {32776, VM_PAUSED},
        {32777, VM_RUNNING},
};

#define ENABLED_OTHER 1

static const struct
{
    const char *text;
    enum hv_other_state state;
} other_states[] = {
        {"Saving", HV_OTHER_SAVING},
        {"FastSaving", HV_OTHER_SAVING},
        {"Quiescing", HV_OTHER_PAUSING},
        {"Resuming", HV_OTHER_RESUMING},
};

static enum hv_other_state read_other_state(const char *text)
{
    for (size_t i = 0; text && i < sizeof(other_states) / sizeof(*other_states); ++i)
    {
        if (!strcmp(text, other_states[i].text))
            return other_states[i].state;
    }
    return HV_OTHER_NONE;
}

static int32_t read_number(const struct hv_row *row, const char *name, size_t place)
{
    int64_t number = hv_row_number_or(row, name, place, HV_NONE);

    return number == (int32_t)number ? (int32_t)number : HV_NONE;
}

struct hv_system hv_system_read(const struct hv_row *row)
{
    return (struct hv_system){
            .enabled_state = read_number(row, "EnabledState", 0),
            .requested_state = read_number(row, "RequestedState", 0),
            .health_state = read_number(row, "HealthState", 0),
            .status = read_number(row, "OperationalStatus", 0),
            .second_status = read_number(row, "OperationalStatus", 1),
            .enhanced_session = read_number(row, "EnhancedSessionModeState", 0),
            .other_state = read_other_state(hv_row_text(row, "OtherEnabledState", 0)),
            .on_time_ms = hv_row_number_or(row, "OnTimeInMilliseconds", 0, HV_NONE),
            .changed_us = hv_cim_time(hv_row_text(row, "TimeOfLastStateChange", 0)),
            .configured_us = hv_cim_time(hv_row_text(row, "TimeOfLastConfigurationChange", 0)),
    };
}

static enum vm_state other_state(enum hv_other_state state, enum vm_state before)
{
    switch (state)
    {
        case HV_OTHER_SAVING:
            return VM_SAVING;
        case HV_OTHER_PAUSING:
            return VM_PAUSED;
        case HV_OTHER_RESUMING:
            return VM_RUNNING;
        default:
            return before;
    }
}

enum vm_state hv_system_state(const struct hv_system *system, enum vm_state before)
{
    if (system->enabled_state == ENABLED_OTHER)
        return other_state(system->other_state, before);
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); ++i)
    {
        if (states[i].value != system->enabled_state)
            continue;
        /* A machine that has been saved is not turned on but restored. */
        if (states[i].state == VM_TURNING_ON && (before == VM_SAVED || before == VM_RESTORING))
            return VM_RESTORING;
        return states[i].state;
    }
    return before;
}
