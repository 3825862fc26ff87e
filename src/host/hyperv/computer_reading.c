/* What is asked of WMI about machines that have been found, when, and whose is the answer. */
#include "host/hyperv/computer_parts.h"

#include "platform/backoff.h"

/* What is asked for again and again. */
const struct hv_swept hv_sweeps[HV_SWEEP_COUNT] = {
        {HV_CLASS_SYSTEM, HV_AUDIT_MS},
        {HV_CLASS_HEARTBEAT, HV_SWEEP_MS},
        {HV_CLASS_MEDIA, HV_SWEEP_MS},
        {HV_CLASS_JOB, HV_SWEEP_MS},
        {HV_CLASS_EXCHANGE, HV_SWEEP_MS},
        {HV_CLASS_SETTINGS, HV_SETTINGS_MS},
        {HV_CLASS_MEMORY, HV_SETTINGS_MS},
        {HV_CLASS_PROCESSOR, HV_SETTINGS_MS},
};

void hv_computer_make_settings_due(struct hv_computer *computer)
{
    computer->sweeps[HV_CLASS_SETTINGS].due_ms = computer->sweeps[HV_CLASS_MEMORY].due_ms = 0;
    computer->sweeps[HV_CLASS_PROCESSOR].due_ms = computer->sweeps[HV_CLASS_MEDIA].due_ms = 0;
}

void hv_computer_take_system(void *taker, const struct hv_row *row)
{
    struct hv_taking *taking = taker;
    struct hv_computer *computer = taking->computer;
    struct hv_guid guid;

    ++taking->rows;
    if (!hv_class_machine(HV_CLASS_SYSTEM, row, &guid))
        return;
    ++taking->machines;
    FOR_EACH_OF(machine, computer, &guid)
    {
        machine->is_there = true;
        machine->missed = machine->told_deleted = machine->to_be_read = false;
        if (hv_vm_is_configured_anew(&machine->vm, row))
            hv_computer_make_settings_due(computer);
        computer->surprised |= hv_vm_answer_system(
                &machine->vm, row, computer->read_us, hv_computer_time_us(computer), hv_computer_now_ms(computer));
    }
}

/* One that an answer for all of them has not. Between a restart of Hyper-V's service and its end of it an answer may have
 * gaps, so that a machine is looked for twice, unless a notification has said that it is gone. */
static void miss(struct hv_computer *computer, struct hv_machine *machine)
{
    if (!hv_machine_is_found(machine))
        return;
    if (computer->shows_nothing)
    {
        computer->sweeps[HV_CLASS_SYSTEM].due_ms = hv_computer_now_ms(computer) + HV_SWEEP_MS;
        machine->to_be_read = false;
        return;
    }
    if (machine->missed || machine->told_deleted)
        hv_vm_miss(&machine->vm, hv_computer_now_ms(computer));
    else
        computer->sweeps[HV_CLASS_SYSTEM].due_ms = hv_computer_now_ms(computer) + HV_SWEEP_MS;
    machine->missed = true;
    machine->told_deleted = machine->to_be_read = false;
}

/* Reads all machines. */
static int32_t read_systems(struct hv_computer *computer)
{
    struct hv_taking taking = {.computer = computer};
    char query[HV_QUERY_SIZE];
    int32_t code;

    FOR_EACH(machine, computer)
    machine->is_there = false;
    computer->surprised = false;
    hv_class_query(HV_CLASS_SYSTEM, NULL, query);
    if ((code = hv_computer_ask(computer, query, HV_CLASS_SYSTEM, hv_computer_take_system, &taking)) < 0)
        return code;
    computer->shows_nothing = !taking.rows;
    FOR_EACH(machine, computer)
    {
        if (!machine->is_there)
            miss(computer, machine);
    }
    return HV_OK;
}

static void take_part(void *taker, const struct hv_row *row)
{
    const struct hv_taking *taking = taker;
    struct hv_computer *computer = taking->computer;
    struct hv_guid guid;

    if (!hv_class_machine(taking->class_, row, &guid))
        return;
    FOR_EACH_OF(machine, computer, &guid)
    {
        if (taking->class_ == HV_CLASS_HEARTBEAT)
            machine->to_be_read |= hv_vm_take_heartbeat(
                    &machine->vm, row, computer->read_us, hv_computer_now_ms(computer));
        else if (taking->class_ == HV_CLASS_MEDIA)
            hv_vm_add_medium(&machine->vm, row);
        else if (taking->class_ == HV_CLASS_EXCHANGE)
            hv_vm_take_exchange(&machine->vm, row, computer->read_us, hv_computer_now_ms(computer));
        else
            hv_vm_take_settings(&machine->vm, taking->class_, row, computer->read_us, hv_computer_now_ms(computer));
    }
}

int32_t hv_computer_read_part(struct hv_computer *computer, enum hv_class class_, struct hv_machine *only)
{
    struct hv_taking taking = {.computer = computer, .class_ = class_};
    char query[HV_QUERY_SIZE];
    int32_t code;

    hv_class_query(class_, only ? &only->guid : NULL, query);
    code = hv_computer_ask(computer, query, class_, take_part, &taking);
    if (class_ != HV_CLASS_MEDIA)
        return code;
    FOR_EACH(machine, computer)
    {
        /* A query for one may have been answered for others of the same GUID, too: those hear no more of it. */
        bool complete = code >= 0 && hv_machine_is_found(machine)
                && (!only || hv_guid_equals(&only->guid, &machine->guid));

        hv_vm_end_media(&machine->vm, complete, computer->read_us, hv_computer_now_ms(computer));
    }
    return code;
}

static void take_affected(void *taker, const struct hv_row *row)
{
    const struct hv_taking *taking = taker;
    struct hv_guid guid;

    if (!hv_class_machine(HV_CLASS_AFFECTED, row, &guid))
        return;
    FOR_EACH_OF(machine, taking->computer, &guid)
    hv_vm_take_job(&machine->vm, taking->job, taking->computer->read_us, hv_computer_now_ms(taking->computer));
}

static void take_job(void *taker, const struct hv_row *row)
{
    struct hv_taking *taking = taker;

    taking->computer->out_of_memory |= !hv_jobs_add(&taking->computer->jobs, row);
}

int32_t hv_computer_read_jobs(struct hv_computer *computer)
{
    struct hv_taking taking = {.computer = computer};
    char query[HV_QUERY_SIZE];
    const struct hv_job *job;
    int32_t code;

    hv_class_query(HV_CLASS_JOB, NULL, query);
    hv_jobs_begin(&computer->jobs);
    if ((code = hv_computer_ask(computer, query, HV_CLASS_JOB, take_job, &taking)) < 0)
        return code;
    hv_jobs_end(&computer->jobs);
    while (code >= 0 && (job = hv_jobs_take_news(&computer->jobs)))
    {
        taking.job = job;
        if (hv_vm_is_job_of_interest(job->type) && hv_job_query(job->id, query))
            code = hv_computer_ask(computer, query, HV_CLASS_AFFECTED, take_affected, &taking);
    }
    return code;
}

static int32_t read_class(struct hv_computer *computer, enum hv_class class_)
{
    return class_ == HV_CLASS_JOB ? hv_computer_read_jobs(computer) : hv_computer_read_part(computer, class_, NULL);
}

/* A class whose query fails is asked for again, later and later. That of the machines themselves has to be answered, and
 * is asked for at once when another is not: so a service that is down shows. */
void hv_computer_note_answer(struct hv_computer *computer, enum hv_class class_, uint32_t every_ms, int32_t code)
{
    struct hv_sweep *sweep = &computer->sweeps[class_];
    uint64_t now = hv_computer_now_ms(computer);

    if (code < 0 && (class_ == HV_CLASS_SYSTEM || hv_is_end_of_connection(code)))
    {
        hv_computer_lose(computer, code);
        return;
    }
    if (code < 0 && sweep->failure == HV_OK)
        computer->sweeps[HV_CLASS_SYSTEM].due_ms = now;
    sweep->failure = code < 0 ? code : HV_OK;
    sweep->wait_ms = code < 0
            ? backoff_next(sweep->wait_ms ? sweep->wait_ms : every_ms / 2, HV_RETRY_FIRST_MS, HV_RETRY_LONGEST_MS)
            : 0;
    if (sweep->due_ms <= now)
        sweep->due_ms = now + (sweep->wait_ms ? sweep->wait_ms : every_ms);
}

static bool is_anything_found(struct hv_computer *computer)
{
    FOR_EACH(machine, computer)
    {
        if (hv_machine_is_found(machine))
            return true;
    }
    return false;
}

static uint32_t system_every_ms(const struct hv_computer *computer)
{
    return computer->pushed ? HV_AUDIT_MS : HV_SWEEP_MS;
}

static void read_all_again(struct hv_computer *computer)
{
    computer->sweeps[HV_CLASS_SYSTEM].due_ms = 0;
    hv_computer_note_answer(computer, HV_CLASS_SYSTEM, system_every_ms(computer), read_systems(computer));
}

/* Reads all machines. Where something has changed of which no notification has told, the subscription may be dead. */
static void audit(struct hv_computer *computer)
{
    bool was_pushed = computer->pushed;

    read_all_again(computer);
    if (was_pushed && computer->connected && computer->surprised)
        hv_computer_note_answer(computer, HV_CLASS_SYSTEM, system_every_ms(computer), hv_computer_subscribe(computer));
}

void hv_computer_sweep(struct hv_computer *computer)
{
    for (size_t i = 0; i < HV_SWEEP_COUNT && computer->connected && is_anything_found(computer); ++i)
    {
        enum hv_class class_ = hv_sweeps[i].class_;
        if (computer->sweeps[class_].due_ms > hv_computer_now_ms(computer))
            continue;
        if (class_ == HV_CLASS_SYSTEM)
            audit(computer);
        else
            hv_computer_note_answer(computer, class_, hv_sweeps[i].every_ms, read_class(computer, class_));
    }
}

/* False: an answer for all has to be had, since it tells a machine that is gone from rights that are. */
static bool read_one_again(struct hv_computer *computer, struct hv_machine *machine)
{
    struct hv_taking taking = {.computer = computer};
    char query[HV_QUERY_SIZE];
    int32_t code;

    hv_class_query(HV_CLASS_SYSTEM, &machine->guid, query);
    machine->is_there = false;
    if ((code = hv_computer_ask(computer, query, HV_CLASS_SYSTEM, hv_computer_take_system, &taking)) < 0)
        hv_computer_lose(computer, code);
    return code < 0 || machine->is_there;
}

static bool is_to_be_read(const struct hv_machine *machine)
{
    return hv_machine_is_found(machine) && machine->to_be_read;
}

void hv_computer_read_again(struct hv_computer *computer)
{
    size_t count = 0;

    FOR_EACH(machine, computer)
    count += is_to_be_read(machine);
    if (count >= HV_READ_ALL)
    {
        read_all_again(computer);
        return;
    }
    for (struct hv_machine *machine = computer->machines; machine && computer->connected; machine = machine->next)
    {
        if (!is_to_be_read(machine) || read_one_again(computer, machine))
            continue;
        read_all_again(computer);
        return;
    }
}
