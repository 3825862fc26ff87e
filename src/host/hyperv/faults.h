/* What is wrong, in sentences without their full stop, and what people can do about it. */
#ifndef VMEVENTS_HOST_HYPERV_FAULTS_H
#define VMEVENTS_HOST_HYPERV_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/hyperv/address.h"
#include "host/hyperv/classes.h"

#define HV_FAULT_SIZE 512

/* Whether the failure to connect says that there is no Hyper-V, and will be none before somebody installs it. */
bool hv_is_no_hyperv(int32_t code);

/* Whether the failure says that whoever asks may not. */
bool hv_is_denied(int32_t code);

/* Whether a failure says that the connection has ended, whatever was asked. */
bool hv_is_end_of_connection(int32_t code);

void hv_describe_connect(char fault[HV_FAULT_SIZE], const char *host, int32_t code);
void hv_describe_query(char fault[HV_FAULT_SIZE], enum hv_class class_, int32_t code);
void hv_describe_log(char fault[HV_FAULT_SIZE], int32_t code);

/* What the guest's part has told was too much to be told on. */
void hv_describe_untold(char fault[HV_FAULT_SIZE], uint32_t logoffs);

/* The request to log the guest's users off cannot be handed on: an HRESULT, or what Hyper-V answers. */
void hv_describe_put(char fault[HV_FAULT_SIZE], int32_t code);

/* No instance at all is shown, not even the computer's own. */
void hv_describe_no_rights(char fault[HV_FAULT_SIZE], const struct hv_address *address);

/* The same where none was asked for by its name; and a failure to find out which machines there are. */
void hv_describe_nothing(char fault[HV_FAULT_SIZE]);
void hv_describe_unlisted(char fault[HV_FAULT_SIZE], int32_t code);

/* There is no machine of that name or GUID among so many. */
void hv_describe_unknown(char fault[HV_FAULT_SIZE], const struct hv_address *address, size_t machines);

/* It is one that is watched already, by another address. */
void hv_describe_open(char fault[HV_FAULT_SIZE], const struct hv_address *address, const struct hv_guid *guid,
        const struct hv_address *open);

/* There are several; the GUIDs are those of the first. */
void hv_describe_ambiguous(
        char fault[HV_FAULT_SIZE], const struct hv_address *address, const struct hv_guid *guids, size_t count);

#endif
