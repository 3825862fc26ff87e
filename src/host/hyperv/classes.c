#include "host/hyperv/classes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How an instance says which machine it is about. */
enum reference
{
    BY_GUID,     /* the property is its GUID */
    BY_INSTANCE, /* the property is Microsoft:GUID\… */
    BY_REALIZED, /* its GUID, unless the instance is a snapshot's */
    BY_NONE
};

static const struct
{
    const char *name;
    enum reference reference;
    const char *property;  /* which says it */
    const char *condition; /* of the instances that count; NULL: all do */
    const char *properties[HV_PROPERTIES_MAX + 1];
} classes[HV_CLASS_COUNT] = {
        [HV_CLASS_SYSTEM] = {"Msvm_ComputerSystem", BY_GUID, "Name", NULL,
                {"Name", "ElementName", "EnabledState", "OtherEnabledState", "RequestedState", "HealthState",
                        "OperationalStatus", "EnhancedSessionModeState", "OnTimeInMilliseconds",
                        "TimeOfLastStateChange", "TimeOfLastConfigurationChange"}},
        [HV_CLASS_HEARTBEAT] = {"Msvm_HeartbeatComponent", BY_GUID, "SystemName", NULL,
                {"SystemName", "EnabledState", "OperationalStatus"}},
        [HV_CLASS_MEDIA] = {"Msvm_StorageAllocationSettingData", BY_INSTANCE, "InstanceID",
                "(ResourceSubType = 'Microsoft:Hyper-V:Virtual CD/DVD Disk' OR ResourceSubType = "
                "'Microsoft:Hyper-V:Virtual Floppy Disk')",
                {"InstanceID", "ResourceSubType", "HostResource", "Parent"}},
        [HV_CLASS_SETTINGS] = {"Msvm_VirtualSystemSettingData", BY_REALIZED, "VirtualSystemIdentifier",
                "VirtualSystemType = 'Microsoft:Hyper-V:System:Realized'",
                {"VirtualSystemIdentifier", "VirtualSystemType", "AutomaticStartupAction", "AutomaticShutdownAction",
                        "AutomaticRecoveryAction", "LockOnDisconnect", "BIOSNumLock", "SecureBootEnabled"}},
        [HV_CLASS_MEMORY] = {"Msvm_MemorySettingData", BY_INSTANCE, "InstanceID", NULL,
                {"InstanceID", "VirtualQuantity", "Reservation", "Limit", "Weight", "DynamicMemoryEnabled"}},
        [HV_CLASS_PROCESSOR] = {"Msvm_ProcessorSettingData", BY_INSTANCE, "InstanceID", NULL,
                {"InstanceID", "VirtualQuantity", "Reservation", "Limit", "Weight", "ExposeVirtualizationExtensions"}},
        [HV_CLASS_EXCHANGE] = {"Msvm_KvpExchangeComponent", BY_GUID, "SystemName", NULL,
                {"SystemName", "GuestExchangeItems"}},
        [HV_CLASS_HOST_ITEMS] = {"Msvm_KvpExchangeComponentSettingData", BY_INSTANCE, "InstanceID", NULL,
                {"InstanceID", "HostExchangeItems"}},
        [HV_CLASS_JOB] = {"Msvm_ConcreteJob", BY_NONE, NULL, NULL, {"InstanceID", "JobType", "Owner"}},
        [HV_CLASS_AFFECTED] = {"Msvm_ComputerSystem", BY_GUID, "Name", NULL, {"Name"}},
};

const char *hv_class_name(enum hv_class class_)
{
    return classes[class_].name;
}

const char *const *hv_class_properties(enum hv_class class_)
{
    return classes[class_].properties;
}

/* Text that is cut is no query, but none is nearly as long as there is room. */
__attribute__((format(printf, 2, 3))) static void append(char query[HV_QUERY_SIZE], const char *format, ...)
{
    size_t length = strlen(query);
    va_list args;

    va_start(args, format);
    vsnprintf(query + length, HV_QUERY_SIZE - length, format, args);
    va_end(args);
}

void hv_class_query(enum hv_class class_, const struct hv_guid *guid, char query[HV_QUERY_SIZE])
{
    const char *condition = classes[class_].condition;

    *query = 0;
    append(query, "SELECT ");
    for (size_t i = 0; classes[class_].properties[i]; ++i)
        append(query, "%s%s", i ? ", " : "", classes[class_].properties[i]);
    append(query, " FROM %s", classes[class_].name);
    if (condition)
        append(query, " WHERE %s", condition);
    if (!guid || classes[class_].reference == BY_NONE)
        return;
    append(query, condition ? " AND " : " WHERE ");
    if (classes[class_].reference == BY_INSTANCE)
        append(query, "%s LIKE 'Microsoft:%s%%'", classes[class_].property, guid->text);
    else
        append(query, "%s = '%s'", classes[class_].property, guid->text);
}

bool hv_whole_query(const char *query, char whole[HV_QUERY_SIZE])
{
    const char *from = strstr(query, " FROM ");

    *whole = 0;
    if (!from || strncmp(query, "SELECT ", strlen("SELECT ")))
        return false;
    append(whole, "SELECT *%s", from);
    return true;
}

/* WQL compares without regard to case. */
void hv_name_query(const char *name, char query[HV_QUERY_SIZE])
{
    hv_class_query(HV_CLASS_SYSTEM, NULL, query);
    append(query, " WHERE ElementName = '");
    for (; *name; ++name)
        append(query, *name == '\'' || *name == '\\' ? "\\%c" : "%c", *name);
    append(query, "'");
}

bool hv_job_query(const char *job, char query[HV_QUERY_SIZE])
{
    if (strlen(job) > 128 || strpbrk(job, "\"\\'{}"))
        return false;
    *query = 0;
    append(query,
            "ASSOCIATORS OF {Msvm_ConcreteJob.InstanceID=\"%s\"} WHERE AssocClass = Msvm_AffectedJobElement "
            "ResultClass = Msvm_ComputerSystem",
            job);
    return true;
}

#define NOTIFICATIONS "SELECT * FROM __InstanceOperationEvent"
#define OF_CLASSES                                                                                                     \
    " WHERE TargetInstance ISA 'Msvm_ComputerSystem' OR TargetInstance ISA 'Msvm_VirtualSystemSettingData'"

const char *hv_notification_query(bool polled)
{
    return polled ? NOTIFICATIONS " WITHIN 2" OF_CLASSES : NOTIFICATIONS OF_CLASSES;
}

bool hv_class_machine(enum hv_class class_, const struct hv_row *row, struct hv_guid *guid)
{
    static const char instance[] = "Microsoft:", realized[] = "Microsoft:Hyper-V:System:Realized";
    const char *text = classes[class_].property ? hv_row_text(row, classes[class_].property, 0) : NULL, *type;

    if (!text)
        return false;
    switch (classes[class_].reference)
    {
        case BY_INSTANCE:
            return !strncmp(text, instance, strlen(instance)) && hv_guid_parse_start(guid, text + strlen(instance));
        case BY_REALIZED:
            type = hv_row_text(row, "VirtualSystemType", 0);
            return type && !strcmp(type, realized) && hv_guid_parse(guid, text);
        default:
            return hv_guid_parse(guid, text);
    }
}
