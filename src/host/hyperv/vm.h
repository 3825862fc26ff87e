/*
 * A machine of Hyper-V as WMI and the event log show it: what they say goes in, Virtual PC's events come out. Knows
 * neither COM nor Windows nor the clock; whoever uses it hands it rows, records and the time. docs/hyperv.md has the
 * mapping and its reasons.
 *
 *     rows ─▶ freshness ─▶ order ─▶ the parts ─▶ hv_vm_callbacks.fire
 *     records ───────────▶
 *
 * What is known of the machine is in parts. Each is a struct, and the file of its name alone reads and writes its
 * fields; vm.c connects them.
 *
 *     freshness   which of the states that notifications have told of were true
 *     order       what has been observed and waits for its turn
 *     power       the state of the machine
 *     disk_space  whether there is any left
 *     heartbeat   whether the guest lives
 *     additions   whether Hyper-V's part is in the guest
 *     resets      when the machine has been reset, where the log does not say it
 *     shutdowns   who has it shut down
 *     media, settings
 *                 what the machine is made of, as events were last fired for it
 *     guest       who is logged on, and how each leaves, by what the guest's part writes for its host
 *     logoff      the request to log them off
 *     departure   whether a machine that is not there any more has been deleted or has moved
 */
#ifndef VMEVENTS_HOST_HYPERV_VM_H
#define VMEVENTS_HOST_HYPERV_VM_H

#include "host/hyperv/additions.h"
#include "host/hyperv/classes.h"
#include "host/hyperv/departure.h"
#include "host/hyperv/disk_space.h"
#include "host/hyperv/freshness.h"
#include "host/hyperv/guest.h"
#include "host/hyperv/heartbeat.h"
#include "host/hyperv/logoff.h"
#include "host/hyperv/media.h"
#include "host/hyperv/order.h"
#include "host/hyperv/outlet.h"
#include "host/hyperv/power.h"
#include "host/hyperv/record.h"
#include "host/hyperv/resets.h"
#include "host/hyperv/settings.h"
#include "host/hyperv/shutdowns.h"

struct hv_vm_callbacks
{
    void (*fire)(void *context, const struct vm_event *event);

    /* The state has become known, which is no event: nobody knows when it changed. */
    void (*learn_state)(void *context, enum vm_state state);

    /* The machine has been deleted: nothing follows. Or it has gone to another computer, and may come back. */
    void (*deleted)(void *context);
    void (*moved)(void *context);

    /* The end of hv_vm_log_off. */
    void (*logged_off)(void *context, enum vm_logoff_result result, const char *text);
};

struct hv_vm
{
    const struct hv_vm_callbacks *callbacks;
    void *context;
    struct hv_outlet outlet;

    /* vm.c alone writes these. */
    bool has_log;
    bool deleted;
    bool lost_memory; /* and with it something that has been observed */
    bool media_known, heartbeat_held;
    bool session_known, enhanced_session;
    int64_t opened_us;     /* what the log has of before is no news */
    int64_t configured_us; /* by the last answer; INT64_MAX: there was none */
    struct hv_component said_heartbeat;

    struct hv_freshness freshness;
    struct hv_order order;
    struct hv_power power;
    struct hv_disk_space disk_space;
    struct hv_heartbeat heartbeat;
    struct hv_additions additions;
    struct hv_resets resets;
    struct hv_shutdowns shutdowns;
    struct hv_media media, seen_media; /* known; being read */
    struct hv_settings settings;
    struct hv_guest guest;
    struct hv_logoff logoff;
    struct hv_departure departure;
};

/* opened_us: now, by the computer's clock. */
void hv_vm_init(struct hv_vm *vm, const struct hv_vm_callbacks *callbacks, void *context, int64_t opened_us);
void hv_vm_cleanup(struct hv_vm *vm);

/* What has been read so far is what the machine was opened with; it does not wait. */
void hv_vm_begin(struct hv_vm *vm, bool has_log, uint64_t now_ms);

/* Whether the event log is read. */
void hv_vm_set_log(struct hv_vm *vm, bool is_read);

/*
 * Msvm_ComputerSystem. A notification tells something at its own time, and is judged by the next answer, which is what
 * was read between asked_us and time_us. Returns whether the answer shows a state that no notification has told of.
 * The machine may also be missing from an answer in which it would have to be.
 */
void hv_vm_tell_system(struct hv_vm *vm, const struct hv_row *row, int64_t time_us);
bool hv_vm_answer_system(
        struct hv_vm *vm, const struct hv_row *row, int64_t asked_us, int64_t time_us, uint64_t now_ms);
void hv_vm_miss(struct hv_vm *vm, uint64_t now_ms);

/* Whether the instance says that the settings have been changed since the last answer. */
bool hv_vm_is_configured_anew(const struct hv_vm *vm, const struct hv_row *row);

/* The heartbeat component. Returns whether it waits for an answer of Msvm_ComputerSystem's. */
bool hv_vm_take_heartbeat(struct hv_vm *vm, const struct hv_row *row, int64_t time_us, uint64_t now_ms);

/* The media, one after the other; then that these were all. */
void hv_vm_add_medium(struct hv_vm *vm, const struct hv_row *row);
void hv_vm_end_media(struct hv_vm *vm, bool complete, int64_t time_us, uint64_t now_ms);

/* One of the classes of settings. */
void hv_vm_take_settings(
        struct hv_vm *vm, enum hv_class class_, const struct hv_row *row, int64_t time_us, uint64_t now_ms);

/* Whether jobs of that type mean something. One has appeared that is about the machine. */
bool hv_vm_is_job_of_interest(int32_t type);
void hv_vm_take_job(struct hv_vm *vm, const struct hv_job *job, int64_t time_us, uint64_t now_ms);

/* What the guest has written for its host. */
void hv_vm_take_exchange(struct hv_vm *vm, const struct hv_row *row, int64_t time_us, uint64_t now_ms);

/* Asks the guest's users to leave; one at a time. False: that has ended already. Otherwise the request (vm->logoff.request)
 * is to be written for the guest. */
bool hv_vm_log_off(struct hv_vm *vm, uint64_t number, uint64_t now_ms);

/* The log has a record about the machine. */
void hv_vm_take_record(struct hv_vm *vm, const struct hv_record *record, uint64_t now_ms);

/* Does what is due, and says when it has to be called again. */
void hv_vm_tick(struct hv_vm *vm, uint64_t now_ms);
uint64_t hv_vm_due_ms(const struct hv_vm *vm);

/* The state, as it is shown. */
enum vm_state hv_vm_state(const struct hv_vm *vm);

/* Whether the request is to be taken out of the host's items, once. */
bool hv_vm_take_back_request(struct hv_vm *vm);

/* How many logoffs were too many to be fired since this was last asked. */
uint32_t hv_vm_untold_logoffs(struct hv_vm *vm);

/* Whether something has been lost for want of memory since this was last asked. */
bool hv_vm_lost_memory(struct hv_vm *vm);

#endif
