#include "host/hyperv/computer_parts.h"

#include "platform/backoff.h"

/* By GUID */

static struct hv_machine **bucket_of(struct hv_computer *computer, const struct hv_guid *guid)
{
    uint32_t hash = 2166136261u;

    for (const char *c = guid->text; *c; ++c)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return &computer->buckets[hash % HV_BUCKETS];
}

struct hv_machine *hv_computer_next(struct hv_machine *machine, const struct hv_guid *guid)
{
    while (machine && !hv_guid_equals(&machine->guid, guid))
        machine = machine->next_by_guid;
    return machine;
}

struct hv_machine *hv_computer_first(struct hv_computer *computer, const struct hv_guid *guid)
{
    return hv_computer_next(*bucket_of(computer, guid), guid);
}

void hv_computer_file(struct hv_computer *computer, struct hv_machine *machine)
{
    struct hv_machine **bucket = bucket_of(computer, &machine->guid);

    machine->next_by_guid = *bucket;
    *bucket = machine;
}

static void take_out_of_bucket(struct hv_computer *computer, struct hv_machine *machine)
{
    struct hv_machine **place = bucket_of(computer, &machine->guid);

    while (*place && *place != machine)
        place = &(*place)->next_by_guid;
    if (*place)
        *place = machine->next_by_guid;
}

/* What is wrong */

/* The gravest that there is with a machine that is there, or that would be. */
static const char *fault_of(struct hv_computer *computer, struct hv_machine *machine, char fault[HV_FAULT_SIZE])
{
    bool lost = hv_vm_lost_memory(&machine->vm);

    /* It may have been the state. */
    machine->to_be_read |= lost;
    if (lost || computer->out_of_memory)
        return "memory has run out, and something that has happened may have been lost";
    if (machine->untold_logoffs)
    {
        hv_describe_untold(fault, machine->untold_logoffs);
        return fault;
    }
    for (unsigned int i = 0; i < HV_CLASS_COUNT; ++i)
    {
        if (computer->sweeps[i].failure == HV_OK)
            continue;
        hv_describe_query(fault, (enum hv_class)i, computer->sweeps[i].failure);
        return fault;
    }
    return *computer->log_fault ? computer->log_fault : NULL;
}

void hv_computer_report(struct hv_computer *computer, struct hv_machine *machine)
{
    char fault[HV_FAULT_SIZE];

    if (!computer->connected)
        hv_machine_report(machine, false, computer->fault);
    else if (machine->is_there)
        hv_machine_report(machine, true, fault_of(computer, machine, fault));
    else if (hv_machine_is_found(machine) && computer->shows_nothing)
    {
        hv_describe_no_rights(fault, machine->address);
        hv_machine_report(machine, false, fault);
    }
}

/* The connection */

void hv_computer_set_log(struct hv_computer *computer, bool is_read)
{
    computer->log_read = is_read;
    FOR_EACH(machine, computer)
    hv_vm_set_log(&machine->vm, is_read);
}

void hv_computer_lose(struct hv_computer *computer, int32_t code)
{
    uint64_t now = hv_computer_now_ms(computer);

    if (computer->connected && now - computer->connected_ms >= HV_RETRY_LONGEST_MS)
        computer->retry_wait_ms = 0;
    computer->source->close_log(computer->context);
    computer->source->disconnect(computer->context);
    computer->connected = computer->pushed = false;
    computer->retry_wait_ms = backoff_next(computer->retry_wait_ms, HV_RETRY_FIRST_MS, HV_RETRY_LONGEST_MS);
    computer->retry_at_ms = now + computer->retry_wait_ms;
    hv_describe_connect(computer->fault, computer->host, code);
    hv_computer_set_log(computer, false);
    FOR_EACH(machine, computer)
    {
        if (hv_is_no_hyperv(code) && !machine->tried)
            hv_machine_refuse(machine, computer->fault);
        hv_computer_report(computer, machine);
        hv_machine_finish_try(machine);
    }
}

int32_t hv_computer_ask(struct hv_computer *computer, const char *query, enum hv_class class_,
        void (*take)(void *taker, const struct hv_row *row), void *taker)
{
    char whole[HV_QUERY_SIZE];
    int32_t code = HV_E_INVALID_QUERY;

    computer->read_us = hv_computer_time_us(computer);
    if (!computer->whole[class_])
        code = computer->source->query(computer->context, query, class_, take, taker);
    if (code != HV_E_INVALID_QUERY || !hv_whole_query(query, whole))
        return code;
    code = computer->source->query(computer->context, whole, class_, take, taker);
    computer->whole[class_] |= code >= 0;
    return code;
}

void hv_computer_open_log(struct hv_computer *computer)
{
    int32_t code = computer->source->open_log(computer->context);

    *computer->log_fault = 0;
    if (code < 0)
        hv_describe_log(computer->log_fault, code);
    computer->log_at_ms = hv_computer_now_ms(computer) + HV_AUDIT_MS;
    hv_computer_set_log(computer, code >= 0);
}

/* A provider that pushes nothing has to be asked by WMI; where WMI does not do that either we ask. */
int32_t hv_computer_subscribe(struct hv_computer *computer)
{
    int32_t code = computer->source->subscribe(computer->context, hv_notification_query(false));

    if (code < 0 && !hv_is_end_of_connection(code))
        code = computer->source->subscribe(computer->context, hv_notification_query(true));
    computer->pushed = code >= 0;
    return hv_is_end_of_connection(code) ? code : HV_OK;
}

static void make_all_due(struct hv_computer *computer)
{
    for (unsigned int i = 0; i < HV_CLASS_COUNT; ++i)
        computer->sweeps[i] = (struct hv_sweep){0};
}

/* The subscription begins before anything is read, so that nothing is missed between the two. */
static void connect(struct hv_computer *computer)
{
    int32_t code = computer->source->connect(computer->context);

    if (code >= 0)
        code = hv_computer_subscribe(computer);
    if (code < 0)
    {
        hv_computer_lose(computer, code);
        return;
    }
    computer->connected = true;
    computer->connected_ms = hv_computer_now_ms(computer);
    *computer->fault = 0;
    make_all_due(computer);
    hv_computer_open_log(computer);
}

/* All of it */

void hv_computer_step(struct hv_computer *computer, uint32_t wait_ms)
{
    if (computer->machines && !computer->connected && computer->retry_at_ms <= hv_computer_now_ms(computer))
        connect(computer);
    if (computer->connected && computer->pushed)
        hv_computer_hear_notifications(computer, wait_ms);
    if (computer->connected)
    {
        hv_computer_hear_records(computer);
        hv_computer_try_log_again(computer);
    }
    if (computer->connected)
        hv_computer_look_for_all(computer);
    if (computer->connected)
        hv_computer_sweep(computer);
    if (computer->connected)
        hv_computer_read_again(computer);
    if (computer->connected)
        hv_computer_take_back_requests(computer);
    FOR_EACH(machine, computer)
    {
        if (hv_machine_is_found(machine))
            hv_vm_tick(&machine->vm, hv_computer_now_ms(computer));
        machine->untold_logoffs += hv_vm_untold_logoffs(&machine->vm);
        hv_computer_report(computer, machine);
    }
    computer->out_of_memory = false;
}

bool hv_computer_waits(const struct hv_computer *computer)
{
    return computer->connected && computer->pushed;
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

uint64_t hv_computer_due_ms(const struct hv_computer *computer)
{
    uint64_t due = UINT64_MAX;
    bool found = false;

    FOR_EACH(machine, computer)
    {
        found |= hv_machine_is_found(machine);
        due = earlier(due, hv_machine_is_found(machine) ? hv_vm_due_ms(&machine->vm) : UINT64_MAX);
        if (computer->connected && !machine->over && !machine->tried)
            due = 0;
    }
    if (!computer->connected)
        return computer->machines ? earlier(due, computer->retry_at_ms) : due;
    for (size_t i = 0; found && i < HV_SWEEP_COUNT; ++i)
        due = earlier(due, computer->sweeps[hv_sweeps[i].class_].due_ms);
    return computer->machines && !found ? earlier(due, computer->look_at_ms) : due;
}

void hv_computer_add(struct hv_computer *computer, struct hv_machine *machine)
{
    struct hv_machine **last = &computer->machines;

    while (*last)
        last = &(*last)->next;
    *last = machine;
    machine->next = NULL;
    hv_vm_set_log(&machine->vm, computer->log_read);
    /* Who has waited for another to be tried again need not wait for this one. */
    if (!computer->connected)
        computer->retry_at_ms = 0;
}

void hv_computer_remove(struct hv_computer *computer, struct hv_machine *machine)
{
    struct hv_machine **place = &computer->machines;

    while (*place && *place != machine)
        place = &(*place)->next;
    if (!*place)
        return;
    *place = machine->next;
    take_out_of_bucket(computer, machine);
    if (computer->machines || !computer->connected)
        return;
    computer->source->close_log(computer->context);
    computer->source->disconnect(computer->context);
    computer->connected = computer->pushed = false;
    computer->retry_at_ms = 0;
}

void hv_computer_init(struct hv_computer *computer, const struct hv_source *source, void *context, const char *host)
{
    *computer = (struct hv_computer){.source = source, .context = context, .host = host};
    hv_row_init(&computer->row);
}

void hv_computer_cleanup(struct hv_computer *computer)
{
    hv_jobs_cleanup(&computer->jobs);
    hv_row_cleanup(&computer->row);
}
