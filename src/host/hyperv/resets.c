#include "host/hyperv/resets.h"

void hv_resets_init(struct hv_resets *resets)
{
    *resets = (struct hv_resets){.enabled_state = HV_NONE, .requested_state = HV_NONE, .on_time_ms = HV_NONE};
}

/* Returns whether the signs are of another reset than the last. */
static bool take_signs(struct hv_resets *resets, unsigned int signs, int64_t time_us)
{
    bool is_new = signs & resets->signs || !resets->signs || time_us - resets->first_us > HV_RESET_SIGNS_US;

    if (!signs)
        return false;
    if (is_new)
        resets->first_us = time_us;
    resets->signs = is_new ? signs : resets->signs | signs;
    return is_new;
}

bool hv_resets_take_system(struct hv_resets *resets, const struct hv_system *system, bool runs, int64_t time_us)
{
    struct hv_resets before = *resets;
    unsigned int signs = 0;

    resets->enabled_state = system->enabled_state;
    resets->requested_state = system->requested_state;
    if (!runs || system->on_time_ms != HV_NONE)
        resets->on_time_ms = runs ? system->on_time_ms : HV_NONE;
    /* What was so when the machine was opened is no news. */
    if (system->enabled_state == HV_ENABLED_RESET && before.enabled_state != HV_ENABLED_RESET
            && before.enabled_state != HV_NONE)
        signs |= HV_RESET_STATE;
    if (system->requested_state == HV_REQUESTED_RESET && before.requested_state != HV_REQUESTED_RESET
            && before.requested_state != HV_NONE)
        signs |= HV_RESET_WISH;
    if (runs && system->on_time_ms != HV_NONE && system->on_time_ms < before.on_time_ms)
        signs |= HV_RESET_UPTIME;
    return take_signs(resets, signs, time_us);
}

bool hv_resets_take_job(struct hv_resets *resets, int64_t time_us)
{
    return take_signs(resets, HV_RESET_JOB, time_us);
}

const char *hv_resets_reason(const struct hv_resets *resets)
{
    return resets->signs & (HV_RESET_WISH | HV_RESET_JOB) ? HV_RESET_BY_HOST : NULL;
}
