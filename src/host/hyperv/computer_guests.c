/* What is asked of guests: the request to log off their users is an item of the host's for the guest (guest/summary.h). */
#include "host/hyperv/computer_parts.h"

#include "host/hyperv/exchange.h"
#include "host/hyperv/faults.h"

#include <string.h>

struct looking
{
    bool found;
};

static void look_at_item(void *context, const struct hv_item *item)
{
    struct looking *looking = context;

    looking->found |= !strcmp(item->name, GUEST_ITEM_REQUEST);
}

static void look_at_items(void *taker, const struct hv_row *row)
{
    hv_exchange_read(row, "HostExchangeItems", look_at_item, taker);
}

/* Whether the host's items for the machine have a request already: one is added by another method than it is changed. */
static int32_t find_request(struct hv_computer *computer, const struct hv_machine *machine, bool *found)
{
    struct looking looking = {false};
    char query[HV_QUERY_SIZE];
    int32_t code;

    hv_class_query(HV_CLASS_HOST_ITEMS, &machine->guid, query);
    code = hv_computer_ask(computer, query, HV_CLASS_HOST_ITEMS, look_at_items, &looking);
    *found = looking.found;
    return code;
}

/* data NULL: takes it out, if it is there. */
static int32_t put_request(struct hv_computer *computer, const struct hv_machine *machine, const char *data)
{
    char xml[HV_ITEM_XML_SIZE];
    bool found;
    int32_t code;

    if (!computer->connected)
        return HV_E_DISCONNECTED;
    if (!computer->source->change_item)
        return HV_E_FAILED;
    if ((code = find_request(computer, machine, &found)) < 0 || (!found && !data))
        return code < 0 ? code : HV_OK;
    hv_item_write(GUEST_ITEM_REQUEST, data ? data : "", xml);
    return computer->source->change_item(computer->context,
            !data           ? HV_REMOVE_ITEM
                    : found ? HV_MODIFY_ITEM
                            : HV_ADD_ITEM,
            &machine->guid, xml);
}

/* The number is the time, so that no other host's request has the same. */
void hv_computer_log_off(struct hv_computer *computer, struct hv_machine *machine)
{
    uint64_t number = (uint64_t)hv_computer_time_us(computer) / 1000;
    struct hv_logoff *logoff = &machine->vm.logoff;
    char value[GUEST_VALUE_SIZE], fault[HV_FAULT_SIZE];
    int32_t code;

    if (!hv_vm_log_off(&machine->vm, number, hv_computer_now_ms(computer)))
        return;
    guest_request_write(&logoff->request, value);
    if ((code = put_request(computer, machine, value)) == HV_OK)
        return;
    hv_describe_put(fault, code);
    hv_logoff_end(logoff, VM_LOGOFF_REFUSED, fault);
}

/* It would stay among the machine's settings otherwise. That it cannot be taken out does no harm: it is void for all
 * starts of the guest but this one, and there it has been answered. */
void hv_computer_take_back_requests(struct hv_computer *computer)
{
    for (struct hv_machine *machine = computer->machines; machine && computer->connected; machine = machine->next)
    {
        if (hv_machine_is_found(machine) && hv_vm_take_back_request(&machine->vm))
            put_request(computer, machine, NULL);
    }
}
