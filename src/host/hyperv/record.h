/* A record of the event log about a machine, and what it means. The same number means another thing with another
 * provider, though both write to one channel: a meaning belongs to a provider and a number. */
#ifndef VMEVENTS_HOST_HYPERV_RECORD_H
#define VMEVENTS_HOST_HYPERV_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "host/hyperv/guid.h"

enum hv_provider
{
    HV_PROVIDER_OTHER, /* one that writes to the same channels */
    HV_PROVIDER_WORKER,
    HV_PROVIDER_VMMS
};

enum hv_channel
{
    HV_CHANNEL_WORKER,
    HV_CHANNEL_VMMS,
    HV_CHANNEL_COUNT
};

/* How much of them is kept, with their NULs. */
#define HV_RECORD_CODES_SIZE 96
#define HV_RECORD_MESSAGE_SIZE 256

struct hv_record
{
    enum hv_channel channel;
    enum hv_provider provider;
    uint32_t id;
    uint64_t number; /* within the channel; they rise */
    int64_t time_us;
    struct hv_guid machine;

    /* What it tells besides; empty: nothing. Numbers of an error, as 0x1E, with spaces between them; a text of whoever has had
     * the guest shut down, or of a guest that has crashed, on one line. */
    char codes[HV_RECORD_CODES_SIZE];
    char message[HV_RECORD_MESSAGE_SIZE];
};

enum hv_meaning
{
    HV_MEANS_NOTHING,
    HV_MEANS_RESET, /* by the host */
    HV_MEANS_GUEST_RESET,
    HV_MEANS_TRIPLE_FAULT,
    HV_MEANS_CRASH,
    HV_MEANS_WORKER_DEATH, /* the process that runs the machine has ended */
    HV_MEANS_GUEST_SHUTDOWN,
    HV_MEANS_REQUESTED_SHUTDOWN,
    HV_MEANS_DELETED
};

enum hv_meaning hv_record_meaning(const struct hv_record *record);

/* By its name, as in the log; the name of a channel likewise. False: another channel. */
enum hv_provider hv_provider_find(const char *name);
const char *hv_provider_name(enum hv_provider provider); /* NULL: another one */
bool hv_channel_find(const char *name, enum hv_channel *channel);

/* The structured query for what both channels will have: a subscription of the one service for both. */
extern const char hv_record_query[];

#endif
