/* What Hyper-V says by itself: notifications, and records of its log. */
#include "host/hyperv/computer_parts.h"

/* So many notifications are taken in one step, and records. The rest has its turn in the next. */
#define TAKEN_AT_ONCE 1000

static void take_notification(
        struct hv_computer *computer, const struct hv_notification *notification, const struct hv_row *row)
{
    struct hv_guid guid;

    if (!hv_class_machine(notification->class_, row, &guid))
        return;
    if (notification->class_ == HV_CLASS_SETTINGS && hv_computer_first(computer, &guid))
        hv_computer_make_settings_due(computer);
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

void hv_computer_hear_notifications(struct hv_computer *computer, uint32_t wait_ms)
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
        {
            /* Nobody knows of which machine it told. */
            computer->out_of_memory = true;
            computer->sweeps[HV_CLASS_SYSTEM].due_ms = 0;
        }
        else if (code < 0)
        {
            hv_computer_lose(computer, code);
            return;
        }
        else
            take_notification(computer, &notification, &computer->row);
    }
}

void hv_computer_hear_records(struct hv_computer *computer)
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
            hv_vm_take_record(&machine->vm, &record, hv_computer_now_ms(computer));
            machine->told_deleted |= hv_record_meaning(&record) == HV_MEANS_DELETED;
            machine->to_be_read |= machine->told_deleted;
        }
    }
    if (code >= 0)
        return;
    if (code == HV_E_NO_MEMORY)
    {
        computer->out_of_memory = true;
        return;
    }
    hv_describe_log(computer->log_fault, code);
    computer->source->close_log(computer->context);
    hv_computer_set_log(computer, false);
    computer->log_at_ms = hv_computer_now_ms(computer) + HV_AUDIT_MS;
}

void hv_computer_try_log_again(struct hv_computer *computer)
{
    if (!computer->log_read && computer->log_at_ms <= hv_computer_now_ms(computer))
        hv_computer_open_log(computer);
}
