#include "host/hyperv/vm.h"

#include <inttypes.h>
#include <stdio.h>

/* Jobs' types that mean something. */
#define JOB_SHUT_DOWN 16
#define JOB_RESET 28
#define JOB_REBOOT 29

/* EnhancedSessionModeState. */
#define SESSION_AVAILABLE 2
#define SESSION_NOT_ALLOWED 3
#define SESSION_NOT_AVAILABLE 6

/* Observing */

static struct hv_observation *observe(struct hv_vm *vm, enum hv_observed kind)
{
    struct hv_observation *observation = vm->deleted ? NULL : hv_observation_create(kind);

    vm->lost_memory |= !vm->deleted && !observation;
    return observation;
}

void hv_vm_tell_system(struct hv_vm *vm, const struct hv_row *row, int64_t time_us)
{
    struct hv_system system = hv_system_read(row);

    hv_freshness_tell(&vm->freshness, time_us, &system);
}

struct answering
{
    struct hv_vm *vm;
    uint64_t now_ms;
};

static void put_system(void *context, int64_t time_us, const struct hv_system *system)
{
    const struct answering *answering = context;
    struct hv_observation *observation = observe(answering->vm, HV_OBSERVED_SYSTEM);

    if (!observation)
        return;
    observation->system = *system;
    hv_order_put(&answering->vm->order, observation, time_us, answering->now_ms);
}

static void put_heartbeat(struct hv_vm *vm, const struct hv_component *component, int64_t time_us, uint64_t now_ms)
{
    struct hv_observation *observation = observe(vm, HV_OBSERVED_HEARTBEAT);

    /* One that is lost for want of memory is put when the machine has been asked again. */
    vm->heartbeat_held = !observation;
    if (!observation)
        return;
    observation->heartbeat = *component;
    hv_order_put(&vm->order, observation, time_us, now_ms);
}

bool hv_vm_answer_system(struct hv_vm *vm, const struct hv_row *row, int64_t asked_us, int64_t time_us, uint64_t now_ms)
{
    struct hv_system system = hv_system_read(row);
    struct answering answering = {vm, now_ms};
    bool is_surprise;

    vm->configured_us = system.configured_us;
    hv_departure_take(&vm->departure, &system, asked_us);
    is_surprise = hv_freshness_answer(&vm->freshness, asked_us, time_us, &system, put_system, &answering);
    if (vm->heartbeat_held)
        put_heartbeat(vm, &vm->said_heartbeat, time_us, now_ms);
    return is_surprise;
}

void hv_vm_miss(struct hv_vm *vm, uint64_t now_ms)
{
    hv_departure_miss(&vm->departure, now_ms);
}

bool hv_vm_is_configured_anew(const struct hv_vm *vm, const struct hv_row *row)
{
    return hv_system_read(row).configured_us > vm->configured_us;
}

/* A guest that is silent may be one whose machine is off, of which no notification has told yet: so the machine is asked
 * first. Silence that goes on is nothing new. */
bool hv_vm_take_heartbeat(struct hv_vm *vm, const struct hv_row *row, int64_t time_us, uint64_t now_ms)
{
    struct hv_component component = hv_component_read(row), before = vm->said_heartbeat;

    vm->said_heartbeat = component;
    if (hv_component_answers(&component))
    {
        put_heartbeat(vm, &component, time_us, now_ms);
        return false;
    }
    vm->heartbeat_held |= component.status != before.status || component.enabled_state != before.enabled_state;
    return vm->heartbeat_held;
}

void hv_vm_add_medium(struct hv_vm *vm, const struct hv_row *row)
{
    vm->lost_memory |= !hv_media_add(&vm->seen_media, row);
}

void hv_vm_end_media(struct hv_vm *vm, bool complete, int64_t time_us, uint64_t now_ms)
{
    struct hv_observation *observation = complete && !vm->lost_memory ? observe(vm, HV_OBSERVED_MEDIA) : NULL;

    if (!observation)
    {
        hv_media_cleanup(&vm->seen_media);
        return;
    }
    hv_media_replace(&observation->media, &vm->seen_media);
    hv_order_put(&vm->order, observation, time_us, now_ms);
}

void hv_vm_take_settings(
        struct hv_vm *vm, enum hv_class class_, const struct hv_row *row, int64_t time_us, uint64_t now_ms)
{
    struct hv_observation *observation = observe(vm, HV_OBSERVED_SETTINGS);

    if (!observation)
        return;
    hv_settings_read(&observation->settings, class_, row);
    hv_order_put(&vm->order, observation, time_us, now_ms);
}

bool hv_vm_is_job_of_interest(int32_t type)
{
    return type == JOB_SHUT_DOWN || type == JOB_RESET || type == JOB_REBOOT;
}

void hv_vm_take_job(struct hv_vm *vm, const struct hv_job *job, int64_t time_us, uint64_t now_ms)
{
    struct hv_observation *observation = observe(vm, HV_OBSERVED_JOB);

    if (!observation)
        return;
    observation->job = *job;
    hv_order_put(&vm->order, observation, time_us, now_ms);
}

void hv_vm_take_exchange(struct hv_vm *vm, const struct hv_row *row, int64_t time_us, uint64_t now_ms)
{
    struct hv_observation *observation;
    struct hv_guest_said said;

    hv_guest_said_read(&said, row);
    hv_logoff_take_summary(&vm->logoff, said.has_summary ? &said.summary : NULL);
    if ((!said.has_summary && !said.has_answer) || !(observation = observe(vm, HV_OBSERVED_GUEST)))
    {
        hv_guest_said_cleanup(&said);
        return;
    }
    observation->guest = said;
    hv_order_put(&vm->order, observation, time_us, now_ms);
}

void hv_vm_take_record(struct hv_vm *vm, const struct hv_record *record, uint64_t now_ms)
{
    struct hv_observation *observation;

    if (record->time_us < vm->opened_us || !(observation = observe(vm, HV_OBSERVED_RECORD)))
        return;
    observation->record = *record;
    hv_order_put(&vm->order, observation, record->time_us, now_ms);
}

/* What comes of it */

/* Its users are gone with it. */
static void end_guest(struct hv_vm *vm, int64_t time_us)
{
    hv_guest_end(&vm->guest, time_us, &vm->outlet);
    hv_logoff_end(&vm->logoff, VM_LOGOFF_ENDED, NULL);
}

/* reason NULL: nobody knows. */
static void reset(struct hv_vm *vm, const char *reason, int64_t time_us)
{
    hv_fire_reason(&vm->outlet, VM_EVENT_RESET, 0, reason);
    end_guest(vm, time_us);
    hv_heartbeat_restart(&vm->heartbeat);
    hv_additions_restart(&vm->additions, time_us);
}

/* The state is another, and was known before. */
static void change_state(struct hv_vm *vm, enum vm_state before, enum vm_state state, int64_t time_us)
{
    if (before == VM_TURNED_OFF || before == VM_SAVED || state == VM_TURNING_ON)
    {
        hv_heartbeat_restart(&vm->heartbeat);
        hv_shutdowns_restart(&vm->shutdowns);
    }
    if (before == VM_SAVED || before == VM_RESTORING)
        hv_guest_restore(&vm->guest);
    else if (before == VM_TURNED_OFF)
        hv_guest_power_on(&vm->guest);
    if (state == VM_RUNNING)
        hv_additions_restart(&vm->additions, time_us);
    else if (state == VM_TURNED_OFF)
        hv_additions_end(&vm->additions);
}

static void take_session(struct hv_vm *vm, int32_t session)
{
    bool available = session == SESSION_AVAILABLE;

    if (!available && session != SESSION_NOT_ALLOWED && session != SESSION_NOT_AVAILABLE)
        return;
    if (vm->session_known && available != vm->enhanced_session)
        hv_fire(&vm->outlet, VM_EVENT_ENHANCED_VIDEO_MODE_CHANGED, available);
    vm->session_known = true;
    vm->enhanced_session = available;
}

static void take_system(struct hv_vm *vm, const struct hv_system *system, int64_t time_us)
{
    enum vm_state before = hv_power_state(&vm->power), shown = hv_power_shown(&vm->power), state;
    bool changed = hv_power_take(&vm->power, system);

    state = hv_power_state(&vm->power);
    hv_disk_space_take(&vm->disk_space, system, state, &vm->outlet);
    if (hv_resets_take_system(&vm->resets, system, before == VM_RUNNING && state == VM_RUNNING, time_us)
            && !vm->has_log)
        reset(vm, hv_resets_reason(&vm->resets), time_us);
    if (state == VM_TURNED_OFF && state != before)
        end_guest(vm, time_us);
    if (changed && shown == VM_UNKNOWN)
        vm->callbacks->learn_state(vm->context, hv_power_shown(&vm->power));
    else if (changed)
        hv_fire(&vm->outlet, VM_EVENT_STATE_CHANGE, hv_power_shown(&vm->power));
    if (state != before && before != VM_UNKNOWN)
        change_state(vm, before, state, time_us);
    take_session(vm, system->enhanced_session);
}

static void take_heartbeat(struct hv_vm *vm, const struct hv_component *component, int64_t time_us)
{
    bool runs = hv_power_state(&vm->power) == VM_RUNNING;

    hv_heartbeat_take(&vm->heartbeat, component, runs, &vm->outlet);
    hv_additions_take(&vm->additions, component, runs, time_us, &vm->outlet);
}

static void take_media(struct hv_vm *vm, struct hv_media *media)
{
    if (vm->media_known)
        hv_media_take(&vm->media, media, &vm->outlet);
    else
        hv_media_replace(&vm->media, media);
    vm->media_known = true;
}

static void take_job(struct hv_vm *vm, const struct hv_job *job, int64_t time_us)
{
    if (job->type == JOB_SHUT_DOWN || job->type == JOB_REBOOT)
        hv_shutdowns_take_job(&vm->shutdowns, job, job->type == JOB_REBOOT, &vm->outlet);
    else if (job->type == JOB_RESET && hv_resets_take_job(&vm->resets, time_us) && !vm->has_log)
        reset(vm, hv_resets_reason(&vm->resets), time_us);
}

/* What is read of a guest that does not run is what it has left. */
static void take_guest(struct hv_vm *vm, struct hv_guest_said *said, int64_t time_us)
{
    if (hv_power_state(&vm->power) != VM_RUNNING)
        return;
    if (said->has_summary)
        hv_guest_take(&vm->guest, said, time_us, &vm->outlet);
    if (said->has_answer)
        hv_logoff_take_answer(&vm->logoff, &said->answer);
}

static void fire_logged(struct hv_vm *vm, const struct hv_record *record)
{
    char number[24];

    snprintf(number, sizeof(number), "%" PRIu64, record->number);
    vm->outlet.fire(vm->outlet.context,
            &(struct vm_event){.type = VM_EVENT_LOGGED,
                    .number = record->id,
                    .details = {{"provider", hv_provider_name(record->provider)}, {"record", number},
                            {"code", record->codes}, {"message", record->message}}});
}

static void take_record(struct hv_vm *vm, const struct hv_record *record)
{
    fire_logged(vm, record);
    switch (hv_record_meaning(record))
    {
        case HV_MEANS_RESET:
            reset(vm, HV_RESET_BY_HOST, record->time_us);
            break;
        case HV_MEANS_GUEST_RESET:
            reset(vm, "guest-reset", record->time_us);
            break;
        case HV_MEANS_TRIPLE_FAULT:
            hv_fire(&vm->outlet, VM_EVENT_TRIPLE_FAULT, 0);
            break;
        case HV_MEANS_CRASH:
        case HV_MEANS_WORKER_DEATH:
            hv_heartbeat_crash(&vm->heartbeat, record, &vm->outlet);
            break;
        case HV_MEANS_GUEST_SHUTDOWN:
            hv_fire_reason(&vm->outlet, VM_EVENT_GUEST_SHUTDOWN, 0, "guest-shutdown");
            break;
        case HV_MEANS_REQUESTED_SHUTDOWN:
            hv_shutdowns_take_requested(&vm->shutdowns, record, &vm->outlet);
            break;
        case HV_MEANS_DELETED:
            hv_departure_delete(&vm->departure, record->time_us);
            break;
        case HV_MEANS_NOTHING:
            break;
    }
}

static void deliver(struct hv_vm *vm, struct hv_observation *observation)
{
    switch (observation->kind)
    {
        case HV_OBSERVED_SYSTEM:
            take_system(vm, &observation->system, observation->time_us);
            break;
        case HV_OBSERVED_HEARTBEAT:
            take_heartbeat(vm, &observation->heartbeat, observation->time_us);
            break;
        case HV_OBSERVED_MEDIA:
            take_media(vm, &observation->media);
            break;
        case HV_OBSERVED_SETTINGS:
            hv_settings_take(&vm->settings, &observation->settings, &vm->outlet);
            break;
        case HV_OBSERVED_GUEST:
            take_guest(vm, &observation->guest, observation->time_us);
            break;
        case HV_OBSERVED_JOB:
            take_job(vm, &observation->job, observation->time_us);
            break;
        case HV_OBSERVED_RECORD:
            take_record(vm, &observation->record);
            break;
    }
}

/* Time */

/* What has been observed comes first: it may be the record that decides, and it is before the end in any case. */
static void decide_departure(struct hv_vm *vm, uint64_t now_ms)
{
    enum hv_departure_end end = vm->deleted || hv_order_due_ms(&vm->order) != UINT64_MAX
            ? HV_DEPARTURE_OPEN
            : hv_departure_decide(&vm->departure, vm->has_log, now_ms);

    if (end == HV_DEPARTURE_MOVED)
        vm->callbacks->moved(vm->context);
    else if (end == HV_DEPARTURE_DELETED)
    {
        vm->deleted = true;
        vm->callbacks->deleted(vm->context);
    }
}

void hv_vm_tick(struct hv_vm *vm, uint64_t now_ms)
{
    struct hv_observation *observation;

    while ((observation = hv_order_take(&vm->order, now_ms)))
    {
        deliver(vm, observation);
        hv_observation_free(observation);
    }
    decide_departure(vm, now_ms);
    hv_logoff_tick(&vm->logoff, now_ms);
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

uint64_t hv_vm_due_ms(const struct hv_vm *vm)
{
    uint64_t due = earlier(hv_order_due_ms(&vm->order), hv_logoff_due_ms(&vm->logoff));

    return vm->deleted ? due : earlier(due, hv_departure_due_ms(&vm->departure));
}

bool hv_vm_take_back_request(struct hv_vm *vm)
{
    return hv_logoff_take_back(&vm->logoff);
}

bool hv_vm_log_off(struct hv_vm *vm, uint64_t number, uint64_t now_ms)
{
    return hv_logoff_begin(&vm->logoff, hv_power_state(&vm->power) == VM_RUNNING, number, now_ms);
}

uint32_t hv_vm_untold_logoffs(struct hv_vm *vm)
{
    return hv_guest_untold(&vm->guest);
}

/* Beginning and end */

void hv_vm_begin(struct hv_vm *vm, bool has_log, uint64_t now_ms)
{
    hv_vm_set_log(vm, false);
    hv_vm_tick(vm, now_ms);
    hv_vm_set_log(vm, has_log);
}

void hv_vm_set_log(struct hv_vm *vm, bool is_read)
{
    vm->has_log = is_read;
    hv_order_set_log(&vm->order, is_read);
}

enum vm_state hv_vm_state(const struct hv_vm *vm)
{
    return hv_power_shown(&vm->power);
}

bool hv_vm_lost_memory(struct hv_vm *vm)
{
    bool lost = vm->lost_memory;

    vm->lost_memory = false;
    return lost;
}

void hv_vm_init(struct hv_vm *vm, const struct hv_vm_callbacks *callbacks, void *context, int64_t opened_us)
{
    *vm = (struct hv_vm){
            .callbacks = callbacks, .context = context, .opened_us = opened_us, .configured_us = INT64_MAX};
    vm->outlet = (struct hv_outlet){callbacks->fire, context};
    hv_resets_init(&vm->resets);
    hv_logoff_init(&vm->logoff, callbacks->logged_off, context);
}

void hv_vm_cleanup(struct hv_vm *vm)
{
    hv_order_cleanup(&vm->order);
    hv_media_cleanup(&vm->media);
    hv_media_cleanup(&vm->seen_media);
    hv_guest_cleanup(&vm->guest);
}
