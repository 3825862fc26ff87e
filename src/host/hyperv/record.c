#include "host/hyperv/record.h"

#include <string.h>

static const char worker[] = "Microsoft-Windows-Hyper-V-Worker", vmms[] = "Microsoft-Windows-Hyper-V-VMMS";

static const struct
{
    enum hv_provider provider;
    uint32_t id;
    enum hv_meaning meaning;
} meanings[] = {
        {HV_PROVIDER_WORKER, 18504, HV_MEANS_REQUESTED_SHUTDOWN},
        {HV_PROVIDER_WORKER, 18508, HV_MEANS_GUEST_SHUTDOWN},
        {HV_PROVIDER_WORKER, 18512, HV_MEANS_RESET},
        {HV_PROVIDER_WORKER, 18514, HV_MEANS_GUEST_RESET},
        {HV_PROVIDER_WORKER, 18539, HV_MEANS_TRIPLE_FAULT},
        {HV_PROVIDER_WORKER, 18540, HV_MEANS_TRIPLE_FAULT},
        {HV_PROVIDER_WORKER, 18550, HV_MEANS_TRIPLE_FAULT},
        {HV_PROVIDER_WORKER, 18560, HV_MEANS_TRIPLE_FAULT},
        {HV_PROVIDER_WORKER, 18590, HV_MEANS_CRASH},
        {HV_PROVIDER_VMMS, 13003, HV_MEANS_DELETED},
        {HV_PROVIDER_VMMS, 14070, HV_MEANS_WORKER_DEATH},
};

enum hv_meaning hv_record_meaning(const struct hv_record *record)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); ++i)
    {
        if (meanings[i].provider == record->provider && meanings[i].id == record->id)
            return meanings[i].meaning;
    }
    return HV_MEANS_NOTHING;
}

enum hv_provider hv_provider_find(const char *name)
{
    if (!strcmp(name, worker))
        return HV_PROVIDER_WORKER;
    return strcmp(name, vmms) ? HV_PROVIDER_OTHER : HV_PROVIDER_VMMS;
}

const char *hv_provider_name(enum hv_provider provider)
{
    return provider == HV_PROVIDER_OTHER ? NULL : provider == HV_PROVIDER_WORKER ? worker : vmms;
}

bool hv_channel_find(const char *name, enum hv_channel *channel)
{
    *channel = strcmp(name, "Microsoft-Windows-Hyper-V-VMMS-Admin") ? HV_CHANNEL_WORKER : HV_CHANNEL_VMMS;
    return *channel == HV_CHANNEL_VMMS || !strcmp(name, "Microsoft-Windows-Hyper-V-Worker-Admin");
}

const char hv_record_query[] =
        "<QueryList><Query Id=\"0\">"
        "<Select Path=\"Microsoft-Windows-Hyper-V-Worker-Admin\">*</Select>"
        "<Select Path=\"Microsoft-Windows-Hyper-V-VMMS-Admin\">*</Select>"
        "</Query></QueryList>";
