#include "host/hyperv/faults.h"

#include "host/hyperv/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How many GUIDs are listed. */
#define LISTED_MAX 6

#define RIGHTS "without elevation or the group Hyper-V Administrators Windows shows none"

bool hv_is_no_hyperv(int32_t code)
{
    return code == HV_E_NO_NAMESPACE || code == HV_E_NO_WMI;
}

bool hv_is_denied(int32_t code)
{
    return code == HV_E_ACCESS_DENIED || code == HV_E_SYSTEM_ACCESS_DENIED;
}

bool hv_is_end_of_connection(int32_t code)
{
    /* Those of RPC (1702 to 1728 of Windows' errors), and COM's that are about a call's way. */
    uint32_t facility = (uint32_t)code >> 16, number = (uint32_t)code & 0xFFFF;

    if (facility == 0x8007 && number >= 1702 && number <= 1728)
        return true;
    return facility == 0x8001 || code == HV_E_TRANSPORT || code == HV_E_SHUTTING_DOWN;
}

__attribute__((format(printf, 2, 3))) static void append(char fault[HV_FAULT_SIZE], const char *format, ...)
{
    size_t length = strlen(fault);
    va_list args;

    va_start(args, format);
    vsnprintf(fault + length, HV_FAULT_SIZE - length, format, args);
    va_end(args);
}

static void begin(char fault[HV_FAULT_SIZE], const char *host)
{
    *fault = 0;
    if (*host)
        append(fault, "%.80s: ", host);
}

/* By its name or by its GUID. */
static void append_machine(char fault[HV_FAULT_SIZE], const struct hv_address *address)
{
    if (*address->name)
        append(fault, "\"%.100s\"", address->name);
    else
        append(fault, "{%s}", address->guid.text);
}

void hv_describe_connect(char fault[HV_FAULT_SIZE], const char *host, int32_t code)
{
    begin(fault, host);
    if (code == HV_E_NO_NAMESPACE)
        append(fault,
                "there is no Hyper-V: WMI has no namespace root\\virtualization\\v2; where there is one, "
                "Get-CimInstance -Namespace root\\virtualization\\v2 Msvm_ComputerSystem lists its machines in an "
                "elevated PowerShell, and Get-WindowsOptionalFeature -Online -FeatureName Microsoft-Hyper-V tells "
                "whether it is installed");
    else if (code == HV_E_NO_WMI)
        append(fault, "there is no WMI (0x%08lX), by which Hyper-V is watched", (unsigned long)(uint32_t)code);
    else if (hv_is_denied(code))
        append(fault,
                "its WMI refuses the user that the host runs as (0x%08lX); another computer's takes members of its "
                "group "
                "Hyper-V Administrators that may also use WMI and DCOM from afar",
                (unsigned long)(uint32_t)code);
    else
        append(fault, "WMI cannot be reached (0x%08lX); it is tried again", (unsigned long)(uint32_t)code);
}

void hv_describe_query(char fault[HV_FAULT_SIZE], enum hv_class class_, int32_t code)
{
    *fault = 0;
    if (code == HV_E_TIMED_OUT)
        append(fault, "WMI does not answer within %d seconds what is asked of %s", HV_QUERY_MS / 1000,
                hv_class_name(class_));
    else
        append(fault, "WMI fails to answer what is asked of %s (0x%08lX)", hv_class_name(class_),
                (unsigned long)(uint32_t)code);
    append(fault, "; it is asked again");
}

void hv_describe_log(char fault[HV_FAULT_SIZE], int32_t code)
{
    *fault = 0;
    append(fault,
            "the event log of Hyper-V cannot be read (0x%08lX): triple faults and what the guest does itself are not "
            "heard "
            "of, and resets by WMI alone",
            (unsigned long)(uint32_t)code);
}

void hv_describe_untold(char fault[HV_FAULT_SIZE], uint32_t logoffs)
{
    *fault = 0;
    append(fault, "the guest's part has told of more logoffs than can be; %lu of them were not told on",
            (unsigned long)logoffs);
}

void hv_describe_put(char fault[HV_FAULT_SIZE], int32_t code)
{
    *fault = 0;
    if (code < 0)
        append(fault, "the request cannot be handed to the guest (0x%08lX)", (unsigned long)(uint32_t)code);
    else
        append(fault, "Hyper-V does not hand the request to the guest, and answers %ld", (long)code);
}

void hv_describe_no_rights(char fault[HV_FAULT_SIZE], const struct hv_address *address)
{
    begin(fault, address->host);
    append(fault, "no machine ");
    append_machine(fault, address);
    append(fault, " is to be seen, nor anything else of Hyper-V; " RIGHTS);
}

void hv_describe_nothing(char fault[HV_FAULT_SIZE])
{
    *fault = 0;
    append(fault, "nothing of Hyper-V is to be seen, not even its entry of this computer; " RIGHTS);
}

void hv_describe_unlisted(char fault[HV_FAULT_SIZE], int32_t code)
{
    *fault = 0;
    if (code == HV_E_TIMED_OUT)
        append(fault, "WMI does not answer within %d seconds which machines Hyper-V has", HV_QUERY_MS / 1000);
    else if (hv_is_denied(code))
        append(fault, "WMI refuses the user that the host runs as (0x%08lX); " RIGHTS, (unsigned long)(uint32_t)code);
    else
        append(fault, "WMI does not tell which machines Hyper-V has (0x%08lX)", (unsigned long)(uint32_t)code);
}

void hv_describe_unknown(char fault[HV_FAULT_SIZE], const struct hv_address *address, size_t machines)
{
    begin(fault, address->host);
    append(fault, "Hyper-V shows no machine ");
    append_machine(fault, address);
    append(fault, ", but %lu other%s; " RIGHTS, (unsigned long)machines, machines == 1 ? "" : "s");
}

void hv_describe_ambiguous(
        char fault[HV_FAULT_SIZE], const struct hv_address *address, const struct hv_guid *guids, size_t count)
{
    begin(fault, address->host);
    append(fault, "Hyper-V has %lu machines named ", (unsigned long)count);
    append_machine(fault, address);
    append(fault, "; name one by its GUID, as hyperv:{GUID}: ");
    for (size_t i = 0; i < count && i < LISTED_MAX; ++i)
        append(fault, "%s{%s}", i ? ", " : "", guids[i].text);
    if (count > LISTED_MAX)
        append(fault, " and others");
}

void hv_describe_open(char fault[HV_FAULT_SIZE], const struct hv_address *address, const struct hv_guid *guid,
        const struct hv_address *open)
{
    begin(fault, address->host);
    append(fault, "the machine {%s} is open already, as hyperv:", guid->text);
    if (*open->name)
        append(fault, "%.100s", open->name);
    else
        append(fault, "{%s}", open->guid.text);
}
