#include "host/hyperv/departure.h"

void hv_departure_take(struct hv_departure *departure, const struct hv_system *system, int64_t time_us)
{
    /* The record of a deletion may come before the machine is gone, but not long before. One that was gone is another
     * machine now. */
    bool is_due = departure->deleted && time_us - departure->deleted_us <= HV_DEPARTURE_WAIT_MS * INT64_C(1000);

    *departure = (struct hv_departure){.migrates = system->second_status == HV_STATUS_MIGRATING,
            .deleted = is_due && !departure->absent,
            .deleted_us = departure->deleted_us};
}

void hv_departure_miss(struct hv_departure *departure, uint64_t now_ms)
{
    if (!departure->absent)
        departure->since_ms = now_ms;
    departure->absent = true;
}

void hv_departure_delete(struct hv_departure *departure, int64_t time_us)
{
    departure->deleted = true;
    departure->deleted_us = time_us;
}

enum hv_departure_end hv_departure_decide(struct hv_departure *departure, bool has_log, uint64_t now_ms)
{
    if (!departure->absent || departure->decided)
        return HV_DEPARTURE_OPEN;
    if (!departure->deleted && has_log && now_ms < departure->since_ms + HV_DEPARTURE_WAIT_MS)
        return HV_DEPARTURE_OPEN;
    departure->decided = true;
    return departure->deleted || (!has_log && !departure->migrates) ? HV_DEPARTURE_DELETED : HV_DEPARTURE_MOVED;
}

uint64_t hv_departure_due_ms(const struct hv_departure *departure)
{
    return departure->absent && !departure->decided ? departure->since_ms + HV_DEPARTURE_WAIT_MS : UINT64_MAX;
}
