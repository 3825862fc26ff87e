/* What an instance of Msvm_ComputerSystem says of its machine, as far as anything follows from it. */
#ifndef VMEVENTS_HOST_HYPERV_SYSTEM_H
#define VMEVENTS_HOST_HYPERV_SYSTEM_H

#include "host/live/live_event.h"
#include "host/hyperv/row.h"

/* A number that Hyper-V does not say. */
#define HV_NONE (-1)

/* Values of EnabledState, RequestedState, HealthState and OperationalStatus that are named outside the table of states. */
#define HV_ENABLED_RESET 11
#define HV_REQUESTED_RESET 11
#define HV_HEALTH_MAJOR 20
#define HV_HEALTH_CRITICAL 25
#define HV_STATUS_LOW_ON_SPACE 5
#define HV_STATUS_MERGING 32772
#define HV_STATUS_MIGRATING 32774

/* What OtherEnabledState says: texts that Hyper-V does not translate. */
enum hv_other_state
{
    HV_OTHER_NONE,
    HV_OTHER_SAVING,
    HV_OTHER_PAUSING,
    HV_OTHER_RESUMING
};

struct hv_system
{
    int32_t enabled_state, requested_state, health_state;
    int32_t status, second_status; /* of OperationalStatus */
    int32_t enhanced_session;
    enum hv_other_state other_state;
    int64_t on_time_ms;
    int64_t changed_us;    /* when the state was last another; INT64_MIN: it does not say */
    int64_t configured_us; /* when the configuration was; likewise */
};

struct hv_system hv_system_read(const struct hv_row *row);

/* The state that the machine is in, given the one before. The same: it says nothing of that, or not yet. */
enum vm_state hv_system_state(const struct hv_system *system, enum vm_state before);

#endif
