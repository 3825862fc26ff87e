/* The GUID of a machine as text, by which Hyper-V knows it for as long as it exists. */
#ifndef VMEVENTS_HOST_HYPERV_GUID_H
#define VMEVENTS_HOST_HYPERV_GUID_H

#include <stdbool.h>
#include <stddef.h>

#define HV_GUID_LENGTH 36

struct hv_guid
{
    char text[HV_GUID_LENGTH + 1]; /* without braces, in capitals as WMI has it; empty: none */
};

/* Whether the text begins with a GUID without braces, in any case. guid may be NULL. */
bool hv_guid_parse_start(struct hv_guid *guid, const char *text);

/* Whether the text is a GUID, with braces or without. */
bool hv_guid_parse(struct hv_guid *guid, const char *text);

bool hv_guid_equals(const struct hv_guid *one, const struct hv_guid *other);

#endif
