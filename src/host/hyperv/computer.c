#include "host/hyperv/computer.h"

#include <string.h>

/* So many notifications are taken in one step, and records. The rest has its turn in the next. */
#define TAKEN_AT_ONCE 1000

/* How many machines of one name are counted for those who hear of them. */
#define SAME_NAME_MAX 64

/* What is asked for again and again. The guest's items (HV_CLASS_EXCHANGE) are not among it: nothing comes of them yet. */
static const struct
{
    enum hv_class class_;
    uint32_t every_ms;
} sweeps[] = {
        {HV_CLASS_SYSTEM, HV_AUDIT_MS},
        {HV_CLASS_HEARTBEAT, HV_SWEEP_MS},
        {HV_CLASS_MEDIA, HV_SWEEP_MS},
        {HV_CLASS_JOB, HV_SWEEP_MS},
        {HV_CLASS_SETTINGS, HV_SETTINGS_MS},
        {HV_CLASS_MEMORY, HV_SETTINGS_MS},
        {HV_CLASS_PROCESSOR, HV_SETTINGS_MS},
};

#define SWEEP_COUNT (sizeof(sweeps) / sizeof(*sweeps))

static uint64_t now_ms(const struct hv_computer *computer)
{
    return computer->source->now_ms(computer->context);
}

static int64_t time_us(const struct hv_computer *computer)
{
    return computer->source->time_us(computer->context);
}

/* By GUID */

static struct hv_machine **bucket_of(struct hv_computer *computer, const struct hv_guid *guid)
{
    uint32_t hash = 2166136261u;

    for (const char *c = guid->text; *c; ++c)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return &computer->buckets[hash % HV_BUCKETS];
}

static struct hv_machine *next_of(struct hv_machine *machine, const struct hv_guid *guid)
{
    while (machine && !hv_guid_equals(&machine->guid, guid))
        machine = machine->next_by_guid;
    return machine;
}

static struct hv_machine *first_of(struct hv_computer *computer, const struct hv_guid *guid)
{
    return next_of(*bucket_of(computer, guid), guid);
}

static void put_into_bucket(struct hv_computer *computer, struct hv_machine *machine)
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

#define FOR_EACH_OF(machine, computer, guid)                                                                           \
    for (struct hv_machine *machine = first_of(computer, guid); machine; machine = next_of(machine->next_by_guid, guid))

#define FOR_EACH(machine, computer)                                                                                    \
    for (struct hv_machine *machine = (computer)->machines; machine; machine = machine->next)

static bool is_found(const struct hv_machine *machine)
{
    return *machine->guid.text && !machine->over;
}

static bool is_to_be_read(const struct hv_machine *machine)
{
    return is_found(machine) && machine->to_be_read;
}

/* What is wrong */

/* The gravest that there is with a machine that is there, or that would be. */
static const char *fault_of(struct hv_computer *computer, struct hv_machine *machine, char fault[HV_FAULT_SIZE])
{
    if (hv_vm_lost_memory(&machine->vm) || computer->out_of_memory)
        return "memory has run out, and something that has happened may have been lost";
    for (unsigned int i = 0; i < HV_CLASS_COUNT; ++i)
    {
        if (computer->sweeps[i].failure == HV_OK)
            continue;
        hv_describe_query(fault, (enum hv_class)i, computer->sweeps[i].failure);
        return fault;
    }
    return *computer->log_fault ? computer->log_fault : NULL;
}

static void report(struct hv_computer *computer, struct hv_machine *machine)
{
    char fault[HV_FAULT_SIZE];

    if (!computer->connected)
        hv_machine_report(machine, false, computer->fault);
    else if (machine->is_there)
        hv_machine_report(machine, true, fault_of(computer, machine, fault));
    else if (is_found(machine) && computer->shows_nothing)
    {
        hv_describe_no_rights(fault, machine->address);
        hv_machine_report(machine, false, fault);
    }
}

/* The connection */

static void set_log(struct hv_computer *computer, bool is_read)
{
    computer->log_read = is_read;
    FOR_EACH(machine, computer)
    hv_vm_set_log(&machine->vm, is_read);
}

/* The wait that comes next, given the one before. */
static uint64_t longer(uint64_t wait_ms)
{
    if (!wait_ms)
        return HV_RETRY_FIRST_MS;
    return wait_ms * 2 < HV_RETRY_LONGEST_MS ? wait_ms * 2 : HV_RETRY_LONGEST_MS;
}

static void lose(struct hv_computer *computer, int32_t code)
{
    uint64_t now = now_ms(computer);

    if (computer->connected && now - computer->connected_ms >= HV_RETRY_LONGEST_MS)
        computer->retry_wait_ms = 0;
    computer->source->close_log(computer->context);
    computer->source->disconnect(computer->context);
    computer->connected = computer->pushed = false;
    computer->retry_wait_ms = longer(computer->retry_wait_ms);
    computer->retry_at_ms = now + computer->retry_wait_ms;
    hv_describe_connect(computer->fault, computer->host, code);
    set_log(computer, false);
    FOR_EACH(machine, computer)
    {
        if (hv_is_no_hyperv(code) && !machine->tried)
            hv_machine_refuse(machine, computer->fault);
        report(computer, machine);
        hv_machine_finish_try(machine);
    }
}

static int32_t ask(struct hv_computer *computer, const char *query, enum hv_class class_,
        void (*take)(void *taker, const struct hv_row *row), void *taker)
{
    computer->read_us = time_us(computer);
    return computer->source->query(computer->context, query, class_, take, taker);
}

static void open_log(struct hv_computer *computer)
{
    int32_t code = computer->source->open_log(computer->context);

    *computer->log_fault = 0;
    if (code < 0)
        hv_describe_log(computer->log_fault, code);
    computer->log_at_ms = now_ms(computer) + HV_AUDIT_MS;
    set_log(computer, code >= 0);
}

/* A provider that pushes nothing has to be asked by WMI; where WMI does not do that either we ask. */
static int32_t subscribe(struct hv_computer *computer)
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
        code = subscribe(computer);
    if (code < 0)
    {
        lose(computer, code);
        return;
    }
    computer->connected = true;
    computer->connected_ms = now_ms(computer);
    *computer->fault = 0;
    make_all_due(computer);
    open_log(computer);
}

/* Reading */

/* What takes the rows of a query. */
struct taking
{
    struct hv_computer *computer;
    enum hv_class class_;
    size_t rows, machines;
    int32_t job_type;
};

/* The settings of a machine are others, and perhaps those of all classes. */
static void make_settings_due(struct hv_computer *computer)
{
    computer->sweeps[HV_CLASS_SETTINGS].due_ms = computer->sweeps[HV_CLASS_MEMORY].due_ms = 0;
    computer->sweeps[HV_CLASS_PROCESSOR].due_ms = computer->sweeps[HV_CLASS_MEDIA].due_ms = 0;
}

static void take_system(void *taker, const struct hv_row *row)
{
    struct taking *taking = taker;
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
            make_settings_due(computer);
        computer->surprised |= hv_vm_answer_system(
                &machine->vm, row, computer->read_us, time_us(computer), now_ms(computer));
    }
}

/* One that an answer for all of them has not. Between a restart of Hyper-V's service and its end of it an answer may have
 * gaps, so that a machine is looked for twice, unless a notification has said that it is gone. */
static void miss(struct hv_computer *computer, struct hv_machine *machine)
{
    if (!is_found(machine))
        return;
    if (computer->shows_nothing)
    {
        computer->sweeps[HV_CLASS_SYSTEM].due_ms = now_ms(computer) + HV_SWEEP_MS;
        machine->to_be_read = false;
        return;
    }
    if (machine->missed || machine->told_deleted)
        hv_vm_miss(&machine->vm, now_ms(computer));
    else
        computer->sweeps[HV_CLASS_SYSTEM].due_ms = now_ms(computer) + HV_SWEEP_MS;
    machine->missed = true;
    machine->told_deleted = machine->to_be_read = false;
}

/* Reads all machines. */
static int32_t read_systems(struct hv_computer *computer)
{
    struct taking taking = {.computer = computer};
    char query[HV_QUERY_SIZE];
    int32_t code;

    FOR_EACH(machine, computer)
    machine->is_there = false;
    computer->surprised = false;
    hv_class_query(HV_CLASS_SYSTEM, NULL, query);
    if ((code = ask(computer, query, HV_CLASS_SYSTEM, take_system, &taking)) < 0)
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
    const struct taking *taking = taker;
    struct hv_computer *computer = taking->computer;
    struct hv_guid guid;

    if (!hv_class_machine(taking->class_, row, &guid))
        return;
    FOR_EACH_OF(machine, computer, &guid)
    {
        if (taking->class_ == HV_CLASS_HEARTBEAT)
            machine->to_be_read |= hv_vm_take_heartbeat(&machine->vm, row, computer->read_us, now_ms(computer));
        else if (taking->class_ == HV_CLASS_MEDIA)
            hv_vm_add_medium(&machine->vm, row);
        else
            hv_vm_take_settings(&machine->vm, taking->class_, row, computer->read_us, now_ms(computer));
    }
}

/* Reads a class that machines have instances of: for one, or for all. */
static int32_t read_part(struct hv_computer *computer, enum hv_class class_, struct hv_machine *only)
{
    struct taking taking = {.computer = computer, .class_ = class_};
    char query[HV_QUERY_SIZE];
    int32_t code;

    hv_class_query(class_, only ? &only->guid : NULL, query);
    code = ask(computer, query, class_, take_part, &taking);
    if (class_ != HV_CLASS_MEDIA)
        return code;
    FOR_EACH(machine, computer)
    {
        /* A query for one may have been answered for others of the same GUID, too: those hear no more of it. */
        bool complete = code >= 0 && is_found(machine) && (!only || hv_guid_equals(&only->guid, &machine->guid));

        hv_vm_end_media(&machine->vm, complete, computer->read_us, now_ms(computer));
    }
    return code;
}

static void take_affected(void *taker, const struct hv_row *row)
{
    const struct taking *taking = taker;
    struct hv_guid guid;

    if (!hv_class_machine(HV_CLASS_AFFECTED, row, &guid))
        return;
    FOR_EACH_OF(machine, taking->computer, &guid)
    hv_vm_take_job(&machine->vm, taking->job_type, taking->computer->read_us, now_ms(taking->computer));
}

static void take_job(void *taker, const struct hv_row *row)
{
    struct taking *taking = taker;

    taking->computer->out_of_memory |= !hv_jobs_add(&taking->computer->jobs, row);
}

static int32_t read_jobs(struct hv_computer *computer)
{
    struct taking taking = {.computer = computer};
    char query[HV_QUERY_SIZE];
    const struct hv_job *job;
    int32_t code;

    hv_class_query(HV_CLASS_JOB, NULL, query);
    hv_jobs_begin(&computer->jobs);
    if ((code = ask(computer, query, HV_CLASS_JOB, take_job, &taking)) < 0)
        return code;
    hv_jobs_end(&computer->jobs);
    while (code >= 0 && (job = hv_jobs_take_news(&computer->jobs)))
    {
        taking.job_type = job->type;
        if (hv_vm_is_job_of_interest(job->type) && hv_job_query(job->id, query))
            code = ask(computer, query, HV_CLASS_AFFECTED, take_affected, &taking);
    }
    return code;
}

static int32_t read_class(struct hv_computer *computer, enum hv_class class_)
{
    return class_ == HV_CLASS_JOB ? read_jobs(computer) : read_part(computer, class_, NULL);
}

/* A class whose query fails is asked for again, later and later. That of the machines themselves has to be answered, and
 * is asked for at once when another is not: so a service that is down shows. */
static void note_answer(struct hv_computer *computer, enum hv_class class_, uint32_t every_ms, int32_t code)
{
    struct hv_sweep *sweep = &computer->sweeps[class_];
    uint64_t now = now_ms(computer);

    if (code < 0 && (class_ == HV_CLASS_SYSTEM || hv_is_end_of_connection(code)))
    {
        lose(computer, code);
        return;
    }
    if (code < 0 && sweep->failure == HV_OK)
        computer->sweeps[HV_CLASS_SYSTEM].due_ms = now;
    sweep->failure = code < 0 ? code : HV_OK;
    sweep->wait_ms = code < 0 ? longer(sweep->wait_ms ? sweep->wait_ms : every_ms / 2) : 0;
    if (sweep->due_ms <= now)
        sweep->due_ms = now + (sweep->wait_ms ? sweep->wait_ms : every_ms);
}

static bool is_anything_found(struct hv_computer *computer)
{
    FOR_EACH(machine, computer)
    {
        if (is_found(machine))
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
    note_answer(computer, HV_CLASS_SYSTEM, system_every_ms(computer), read_systems(computer));
}

/* Reads all machines. Where something has changed of which no notification has told, the subscription may be dead. */
static void audit(struct hv_computer *computer)
{
    bool was_pushed = computer->pushed;

    read_all_again(computer);
    if (was_pushed && computer->connected && computer->surprised)
        note_answer(computer, HV_CLASS_SYSTEM, system_every_ms(computer), subscribe(computer));
}

static void sweep(struct hv_computer *computer)
{
    for (size_t i = 0; i < SWEEP_COUNT && computer->connected && is_anything_found(computer); ++i)
    {
        enum hv_class class_ = sweeps[i].class_;
        if (computer->sweeps[class_].due_ms > now_ms(computer))
            continue;
        if (class_ == HV_CLASS_SYSTEM)
            audit(computer);
        else
            note_answer(computer, class_, sweeps[i].every_ms, read_class(computer, class_));
    }
}

/* False: an answer for all has to be had, since it tells a machine that is gone from rights that are. */
static bool read_one_again(struct hv_computer *computer, struct hv_machine *machine)
{
    struct taking taking = {.computer = computer};
    char query[HV_QUERY_SIZE];
    int32_t code;

    hv_class_query(HV_CLASS_SYSTEM, &machine->guid, query);
    machine->is_there = false;
    if ((code = ask(computer, query, HV_CLASS_SYSTEM, take_system, &taking)) < 0)
        lose(computer, code);
    return code < 0 || machine->is_there;
}

/* Reads the machines again of which a notification has told, or something else asks for it. */
static void read_again(struct hv_computer *computer)
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

/* Finding machines */

struct finding
{
    struct taking taking;
    const struct hv_address *address;
    struct hv_guid guids[SAME_NAME_MAX];
    size_t count;
};

static void take_named(void *taker, const struct hv_row *row)
{
    struct finding *finding = taker;
    const char *name = hv_row_text(row, "ElementName", 0);
    struct hv_guid guid;

    ++finding->taking.rows;
    if (!hv_class_machine(HV_CLASS_SYSTEM, row, &guid))
        return;
    ++finding->taking.machines;
    if (*finding->address->name ? !name || !hv_names_are_equal(name, finding->address->name)
                                : !hv_guid_equals(&guid, &finding->address->guid))
        return;
    if (finding->count < SAME_NAME_MAX)
        finding->guids[finding->count] = guid;
    ++finding->count;
}

static int32_t find(struct hv_computer *computer, struct finding *finding)
{
    char query[HV_QUERY_SIZE];
    int32_t code;

    if (*finding->address->name)
        hv_name_query(finding->address->name, query);
    else
        hv_class_query(HV_CLASS_SYSTEM, &finding->address->guid, query);
    if ((code = ask(computer, query, HV_CLASS_SYSTEM, take_named, finding)) < 0 || finding->count)
        return code;
    /* What there is instead, for those who hear of it. */
    finding->taking.rows = finding->taking.machines = 0;
    hv_class_query(HV_CLASS_SYSTEM, NULL, query);
    return ask(computer, query, HV_CLASS_SYSTEM, take_named, finding);
}

/* All that the machine is opened with. Jobs come first: those that there are by now are not its. */
static int32_t read_beginning(struct hv_computer *computer, struct hv_machine *machine)
{
    struct taking taking = {.computer = computer};
    char query[HV_QUERY_SIZE];
    int32_t code;

    hv_class_query(HV_CLASS_SYSTEM, &machine->guid, query);
    if ((code = ask(computer, query, HV_CLASS_SYSTEM, take_system, &taking)) < 0)
        return code;
    for (size_t i = 0; i < SWEEP_COUNT; ++i)
    {
        enum hv_class class_ = sweeps[i].class_;

        if (class_ == HV_CLASS_SYSTEM || class_ == HV_CLASS_JOB)
            continue;
        if ((code = read_part(computer, class_, machine)) >= 0)
            continue;
        note_answer(computer, class_, sweeps[i].every_ms, code);
        if (!computer->connected)
            return HV_OK;
    }
    if (machine->to_be_read)
        code = ask(computer, query, HV_CLASS_SYSTEM, take_system, &taking);
    return code < 0 && hv_is_end_of_connection(code) ? code : HV_OK;
}

static void begin(struct hv_computer *computer, struct hv_machine *machine, const struct hv_guid *guid)
{
    int32_t code;

    note_answer(computer, HV_CLASS_JOB, HV_SWEEP_MS, read_jobs(computer));
    if (!computer->connected)
        return;
    hv_machine_find(machine, guid, time_us(computer));
    put_into_bucket(computer, machine);
    if ((code = read_beginning(computer, machine)) < 0)
        lose(computer, code);
    hv_vm_begin(&machine->vm, computer->log_read, now_ms(computer));
    report(computer, machine);
    hv_machine_finish_try(machine);
}

/* Looks for a machine that has not been found. */
static void look_for(struct hv_computer *computer, struct hv_machine *machine)
{
    struct finding finding = {.address = machine->address};
    char fault[HV_FAULT_SIZE];
    int32_t code = find(computer, &finding);

    if (code < 0)
    {
        lose(computer, code);
        return;
    }
    if (finding.count == 1)
    {
        begin(computer, machine, &finding.guids[0]);
        return;
    }
    if (finding.count)
        hv_describe_ambiguous(fault, machine->address, finding.guids, finding.count);
    else if (finding.taking.rows)
        hv_describe_unknown(fault, machine->address, finding.taking.machines);
    else
        hv_describe_no_rights(fault, machine->address);
    hv_machine_refuse(machine, fault);
}

/* Those that were not there are looked for again as often as what is polled. */
static void look_for_all(struct hv_computer *computer)
{
    bool again = computer->look_at_ms <= now_ms(computer);

    for (struct hv_machine *machine = computer->machines; machine && computer->connected; machine = machine->next)
    {
        if (!machine->over && !*machine->guid.text && (again || !machine->tried))
            look_for(computer, machine);
    }
    if (again)
        computer->look_at_ms = now_ms(computer) + HV_SWEEP_MS;
}

/* Hearing */

static void take_notification(
        struct hv_computer *computer, const struct hv_notification *notification, const struct hv_row *row)
{
    struct hv_guid guid;

    if (!hv_class_machine(notification->class_, row, &guid))
        return;
    if (notification->class_ == HV_CLASS_SETTINGS && first_of(computer, &guid))
        make_settings_due(computer);
    if (notification->class_ != HV_CLASS_SYSTEM)
        return;
    FOR_EACH_OF(machine, computer, &guid)
    {
        machine->to_be_read = true;
        machine->told_deleted = notification->type == HV_DELETED;
        if (!machine->told_deleted)
            hv_vm_tell_system(&machine->vm, row, notification->time_us);
    }
    /* It may be one that is being looked for. */
    if (notification->type != HV_DELETED)
        computer->look_at_ms = 0;
}

static void hear_notifications(struct hv_computer *computer, uint32_t wait_ms)
{
    struct hv_notification notification;
    int32_t code;

    for (unsigned int i = 0; i < TAKEN_AT_ONCE; ++i)
    {
        hv_row_clear(&computer->row);
        code = computer->source->next(computer->context, i ? 0 : wait_ms, &notification, &computer->row);
        if (code == HV_TIMED_OUT)
            return;
        if (code == HV_E_NO_MEMORY)
            computer->out_of_memory = true;
        else if (code < 0)
        {
            lose(computer, code);
            return;
        }
        else
            take_notification(computer, &notification, &computer->row);
    }
}

static void hear_records(struct hv_computer *computer)
{
    struct hv_record record;
    int32_t code = HV_OK;

    for (unsigned int i = 0; i < TAKEN_AT_ONCE && computer->log_read; ++i)
    {
        if ((code = computer->source->next_record(computer->context, &record)) != HV_OK)
            break;
        /* A bookmark is of where the log was last read, or a little before. */
        if (record.number <= computer->last_record[record.channel]
                && record.time_us <= computer->last_record_us[record.channel])
            continue;
        computer->last_record[record.channel] = record.number;
        computer->last_record_us[record.channel] = record.time_us;
        FOR_EACH_OF(machine, computer, &record.machine)
        {
            hv_vm_take_record(&machine->vm, &record, now_ms(computer));
            machine->told_deleted |= hv_record_meaning(&record) == HV_MEANS_DELETED;
            machine->to_be_read |= machine->told_deleted;
        }
    }
    if (code >= 0)
        return;
    hv_describe_log(computer->log_fault, code);
    computer->source->close_log(computer->context);
    set_log(computer, false);
    computer->log_at_ms = now_ms(computer) + HV_AUDIT_MS;
}

static void try_log_again(struct hv_computer *computer)
{
    if (!computer->log_read && computer->log_at_ms <= now_ms(computer))
        open_log(computer);
}

/* All of it */

void hv_computer_step(struct hv_computer *computer, uint32_t wait_ms)
{
    if (computer->machines && !computer->connected && computer->retry_at_ms <= now_ms(computer))
        connect(computer);
    if (computer->connected && computer->pushed)
        hear_notifications(computer, wait_ms);
    if (computer->connected)
    {
        hear_records(computer);
        try_log_again(computer);
    }
    if (computer->connected)
        look_for_all(computer);
    if (computer->connected)
        sweep(computer);
    if (computer->connected)
        read_again(computer);
    FOR_EACH(machine, computer)
    {
        if (is_found(machine))
            hv_vm_tick(&machine->vm, now_ms(computer));
        report(computer, machine);
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
        found |= is_found(machine);
        due = earlier(due, is_found(machine) ? hv_vm_due_ms(&machine->vm) : UINT64_MAX);
        if (computer->connected && !machine->over && !machine->tried)
            due = 0;
    }
    if (!computer->connected)
        return computer->machines ? earlier(due, computer->retry_at_ms) : due;
    for (size_t i = 0; found && i < SWEEP_COUNT; ++i)
        due = earlier(due, computer->sweeps[sweeps[i].class_].due_ms);
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
