/*
 * Where a computer's machines are heard of: its WMI and its event log, as a table of functions. The one for Windows is
 * wmi_source.c; tests have others. All of them are called by one thread.
 *
 * What they return is an HRESULT. HV_OK is success, all below 0 are failures.
 */
#ifndef VMEVENTS_HOST_HYPERV_SOURCE_H
#define VMEVENTS_HOST_HYPERV_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/hyperv/classes.h"
#include "host/hyperv/record.h"
#include "host/hyperv/row.h"

#define HV_OK 0
#define HV_TIMED_OUT 0x40004 /* WBEM_S_TIMEDOUT: nothing has come so far */
#define HV_E(code) ((int32_t)(0x80000000u | (code)))
#define HV_E_NO_MEMORY HV_E(0x7000E)
#define HV_E_FAILED HV_E(0x41001)
#define HV_E_ACCESS_DENIED HV_E(0x41003)
#define HV_E_SYSTEM_ACCESS_DENIED HV_E(0x70005)
#define HV_E_NO_NAMESPACE HV_E(0x4100E)
#define HV_E_INVALID_QUERY HV_E(0x41017)
#define HV_E_TRANSPORT HV_E(0x41015)
#define HV_E_SHUTTING_DOWN HV_E(0x41033)
#define HV_E_TIMED_OUT HV_E(0x41069)
#define HV_E_NO_WMI HV_E(0x40154) /* its class is not registered */
#define HV_E_DISCONNECTED HV_E(0x10108)

/* How long a query may take until it counts as failed, by HV_E_TIMED_OUT. */
#define HV_QUERY_MS 10000

enum hv_notification_type
{
    HV_CREATED,
    HV_MODIFIED,
    HV_DELETED
};

struct hv_notification
{
    enum hv_notification_type type;
    enum hv_class class_; /* HV_CLASS_SYSTEM or HV_CLASS_SETTINGS */
    int64_t time_us;      /* when it was made */
};

enum hv_item_change
{
    HV_ADD_ITEM,    /* fails where there is one of that name */
    HV_MODIFY_ITEM, /* fails where there is none */
    HV_REMOVE_ITEM
};

struct hv_source
{
    /* Begins a connection to the namespace; there is none. Ends it, with its subscription, if there is one. */
    int32_t (*connect)(void *context);
    void (*disconnect)(void *context);

    /* Calls take for each instance that the query finds. Those before a failure count for nothing. */
    int32_t (*query)(void *context, const char *query, enum hv_class class_,
            void (*take)(void *taker, const struct hv_row *row), void *taker);

    /* Begins the subscription, in place of the one there is. */
    int32_t (*subscribe)(void *context, const char *query);

    /* Waits so long for the next notification: HV_OK, HV_TIMED_OUT, or a failure, after which there is no subscription
     * any more. The row is the caller's, and is cleared first. */
    int32_t (*next)(void *context, uint32_t timeout_ms, struct hv_notification *notification, struct hv_row *row);

    /* Begins to read the log, from now on or from where it was when it was last read. Ends that. */
    int32_t (*open_log)(void *context);
    void (*close_log)(void *context);

    /* The next record: HV_OK, HV_TIMED_OUT: there is none yet, or a failure. HV_E_NO_MEMORY: it can be had by another call. */
    int32_t (*next_record)(void *context, struct hv_record *record);

    /*
     * Has Hyper-V change the items that it hands to a machine's guest: item is the XML of one (exchange.h). HV_OK; an
     * HRESULT that is a failure; or what Hyper-V answers instead of 0, where it refuses. NULL: it cannot be done.
     */
    int32_t (*change_item)(void *context, enum hv_item_change change, const struct hv_guid *machine, const char *item);

    /* The time: of a clock that is never set, and of the computer's. */
    uint64_t (*now_ms)(void *context);
    int64_t (*time_us)(void *context);
};

#endif
