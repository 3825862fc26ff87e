/* The machines that a computer has now, as its WMI lists them in one answer. */
#ifndef VMEVENTS_HOST_HYPERV_LISTING_H
#define VMEVENTS_HOST_HYPERV_LISTING_H

#include "host/hyperv/address.h"
#include "host/hyperv/faults.h"
#include "host/hyperv/source.h"
#include "host/live/live_kind.h"

struct hv_listed
{
    struct hv_guid guid;
    char name[HV_NAME_MAX + 1];
    enum vm_state state;
};

/* Zeroed, it is empty. */
struct hv_listing
{
    enum live_list_result result;
    char fault[HV_FAULT_SIZE]; /* of a result that has one */
    struct hv_listed *machines;
    size_t count, size;
    size_t rows; /* with those that are about no machine */
};

/* Connects, asks, and disconnects. A computer that has no Hyper-V has no machines. */
void hv_listing_read(struct hv_listing *listing, const struct hv_source *source, void *context);

void hv_listing_cleanup(struct hv_listing *listing);

#endif
