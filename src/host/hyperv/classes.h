/*
 * The classes of root\virtualization\v2 that are asked about, what is asked of each, and which machine an instance is
 * about. Everything that is selected by is a GUID, a name that a person has given, or a number: all other texts of
 * Hyper-V's are in the language of its Windows.
 */
#ifndef VMEVENTS_HOST_HYPERV_CLASSES_H
#define VMEVENTS_HOST_HYPERV_CLASSES_H

#include <stdbool.h>
#include <stddef.h>

#include "host/hyperv/guid.h"
#include "host/hyperv/row.h"

enum hv_class
{
    HV_CLASS_SYSTEM,
    HV_CLASS_HEARTBEAT,
    HV_CLASS_MEDIA,
    HV_CLASS_SETTINGS,
    HV_CLASS_MEMORY,
    HV_CLASS_PROCESSOR,
    HV_CLASS_EXCHANGE,
    HV_CLASS_HOST_ITEMS, /* what the host hands to guests */
    HV_CLASS_JOB,
    HV_CLASS_AFFECTED, /* what a job is about */
    HV_CLASS_COUNT
};

#define HV_QUERY_SIZE 2048

/* Behind the last of a class's properties. */
#define HV_PROPERTIES_MAX 12

/* The name that WMI knows it by. */
const char *hv_class_name(enum hv_class class_);

/* The properties that are asked for; the last is followed by NULL. */
const char *const *hv_class_properties(enum hv_class class_);

/* The query for the instances of one machine, or of all when guid is NULL. */
void hv_class_query(enum hv_class class_, const struct hv_guid *guid, char query[HV_QUERY_SIZE]);

/* The same for all properties, whatever they are. False: it is no query for properties. */
bool hv_whole_query(const char *query, char whole[HV_QUERY_SIZE]);

/* The query for the machines of that name. */
void hv_name_query(const char *name, char query[HV_QUERY_SIZE]);

/* The query for what a job is about. False: its id is none that can stand in a query. */
bool hv_job_query(const char *job, char query[HV_QUERY_SIZE]);

/* The query for what happens to machines and their settings. polled: for a WMI whose provider does not push it. */
const char *hv_notification_query(bool polled);

/* Which machine the instance is about. False: none, as the entry of the computer itself, a snapshot, or the settings that
 * new machines get. */
bool hv_class_machine(enum hv_class class_, const struct hv_row *row, struct hv_guid *guid);

#endif
