/* How the machine of an address is found, and what it is opened with. */
#include "host/hyperv/computer_parts.h"

/* How many machines of one name are counted for those who hear of them. */
#define SAME_NAME_MAX 64

struct finding
{
    struct hv_taking taking;
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
    if ((code = hv_computer_ask(computer, query, HV_CLASS_SYSTEM, take_named, finding)) < 0 || finding->count)
        return code;
    /* What there is instead, for those who hear of it. */
    finding->taking.rows = finding->taking.machines = 0;
    hv_class_query(HV_CLASS_SYSTEM, NULL, query);
    return hv_computer_ask(computer, query, HV_CLASS_SYSTEM, take_named, finding);
}

/* All that the machine is opened with. Jobs come first: those that there are by now are not its. */
static int32_t read_beginning(struct hv_computer *computer, struct hv_machine *machine)
{
    struct hv_taking taking = {.computer = computer};
    char query[HV_QUERY_SIZE];
    int32_t code;

    hv_class_query(HV_CLASS_SYSTEM, &machine->guid, query);
    if ((code = hv_computer_ask(computer, query, HV_CLASS_SYSTEM, hv_computer_take_system, &taking)) < 0)
        return code;
    for (size_t i = 0; i < HV_SWEEP_COUNT; ++i)
    {
        enum hv_class class_ = hv_sweeps[i].class_;

        if (class_ == HV_CLASS_SYSTEM || class_ == HV_CLASS_JOB)
            continue;
        if ((code = hv_computer_read_part(computer, class_, machine)) >= 0)
            continue;
        hv_computer_note_answer(computer, class_, hv_sweeps[i].every_ms, code);
        if (!computer->connected)
            return HV_OK;
    }
    if (machine->to_be_read)
        code = hv_computer_ask(computer, query, HV_CLASS_SYSTEM, hv_computer_take_system, &taking);
    return code < 0 && hv_is_end_of_connection(code) ? code : HV_OK;
}

static void begin(struct hv_computer *computer, struct hv_machine *machine, const struct hv_guid *guid)
{
    int32_t code;

    hv_computer_note_answer(computer, HV_CLASS_JOB, HV_SWEEP_MS, hv_computer_read_jobs(computer));
    if (!computer->connected)
        return;
    hv_machine_find(machine, guid, hv_computer_time_us(computer));
    hv_computer_file(computer, machine);
    if ((code = read_beginning(computer, machine)) < 0)
        hv_computer_lose(computer, code);
    hv_vm_begin(&machine->vm, computer->log_read, hv_computer_now_ms(computer));
    hv_computer_report(computer, machine);
    hv_machine_finish_try(machine);
}

/* The one that has been opened by another of its names. NULL: none has. */
static struct hv_machine *find_open(struct hv_computer *computer, const struct hv_guid *guid)
{
    FOR_EACH_OF(machine, computer, guid)
    {
        if (hv_machine_is_found(machine))
            return machine;
    }
    return NULL;
}

/* Looks for a machine that has not been found. */
static void look_for(struct hv_computer *computer, struct hv_machine *machine)
{
    struct finding finding = {.address = machine->address};
    char fault[HV_FAULT_SIZE];
    struct hv_machine *open;
    int32_t code = find(computer, &finding);

    if (code < 0)
    {
        hv_computer_lose(computer, code);
        return;
    }
    open = finding.count == 1 ? find_open(computer, &finding.guids[0]) : NULL;
    if (finding.count == 1 && !open)
    {
        begin(computer, machine, &finding.guids[0]);
        return;
    }
    if (open)
        hv_describe_open(fault, machine->address, &open->guid, open->address);
    else if (finding.count)
        hv_describe_ambiguous(fault, machine->address, finding.guids, finding.count);
    else if (finding.taking.rows)
        hv_describe_unknown(fault, machine->address, finding.taking.machines);
    else
        hv_describe_no_rights(fault, machine->address);
    hv_machine_refuse(machine, fault);
}

void hv_computer_look_for_all(struct hv_computer *computer)
{
    bool again = computer->look_at_ms <= hv_computer_now_ms(computer);

    for (struct hv_machine *machine = computer->machines; machine && computer->connected; machine = machine->next)
    {
        if (!machine->over && !*machine->guid.text && (again || !machine->tried))
            look_for(computer, machine);
    }
    if (again)
        computer->look_at_ms = hv_computer_now_ms(computer) + HV_SWEEP_MS;
}
