#include "host/hyperv/listing.h"

#include "host/hyperv/power.h"
#include "platform/memory.h"

#include <string.h>

static struct hv_listed *add(struct hv_listing *listing)
{
    size_t size = listing->size ? 2 * listing->size : 16;
    struct hv_listed *machines;

    if (listing->count == listing->size)
    {
        if (!(machines = memory_resize(listing->machines, size * sizeof(*machines))))
            return NULL;
        listing->machines = machines;
        listing->size = size;
    }
    return &listing->machines[listing->count++];
}

static void take_system(void *taker, const struct hv_row *row)
{
    const char *name = hv_row_text(row, "ElementName", 0);
    struct hv_system system = hv_system_read(row);
    struct hv_listing *listing = taker;
    struct hv_power power = {VM_UNKNOWN, VM_UNKNOWN};
    struct hv_listed *listed;
    struct hv_guid guid;

    ++listing->rows;
    if (!hv_class_machine(HV_CLASS_SYSTEM, row, &guid))
        return;
    if (!(listed = add(listing)))
    {
        listing->result = LIVE_LIST_NO_MEMORY;
        return;
    }
    hv_power_take(&power, &system);
    *listed = (struct hv_listed){.guid = guid, .state = hv_power_shown(&power)};
    strncpy(listed->name, name ? name : "", HV_NAME_MAX);
}

/* Some WMI does not know all properties that are asked for. */
static int32_t ask(struct hv_listing *listing, const struct hv_source *source, void *context)
{
    char query[HV_QUERY_SIZE], whole[HV_QUERY_SIZE];
    int32_t code;

    hv_class_query(HV_CLASS_SYSTEM, NULL, query);
    code = source->query(context, query, HV_CLASS_SYSTEM, take_system, listing);
    if (code != HV_E_INVALID_QUERY || !hv_whole_query(query, whole))
        return code;
    listing->count = listing->rows = 0;
    return source->query(context, whole, HV_CLASS_SYSTEM, take_system, listing);
}

static void fail(struct hv_listing *listing, int32_t code)
{
    if (code == HV_E_NO_MEMORY)
        listing->result = LIVE_LIST_NO_MEMORY;
    else
        listing->result = hv_is_denied(code) ? LIVE_LIST_DENIED : LIVE_LIST_FAILED;
    hv_describe_unlisted(listing->fault, code);
}

void hv_listing_read(struct hv_listing *listing, const struct hv_source *source, void *context)
{
    int32_t code = source->connect(context);

    listing->result = LIVE_LISTED;
    if (code < 0)
    {
        if (!hv_is_no_hyperv(code))
            fail(listing, code);
        return;
    }
    code = ask(listing, source, context);
    source->disconnect(context);
    if (code < 0)
    {
        fail(listing, code);
    }
    else if (listing->result == LIVE_LISTED && !listing->rows)
    {
        listing->result = LIVE_LIST_DENIED;
        hv_describe_nothing(listing->fault);
    }
}

void hv_listing_cleanup(struct hv_listing *listing)
{
    memory_free(listing->machines);
}
