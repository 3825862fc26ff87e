#include "host/hyperv/guest.h"

#include "host/hyperv/exchange.h"
#include "host/hyperv/plain_text.h"
#include "platform/memory.h"

#include <string.h>

/* One that is longer than the guest's part writes is none of its. */
static void take_names(struct hv_guest_said *said, size_t place, const char *data)
{
    char *names;

    if (strlen(data) > GUEST_VALUE_MAX || (!said->names && !(said->names = memory_alloc(sizeof(*said->names)))))
        return;
    names = (char *)said->names + place;
    if (!*names)
        memcpy(names, data, strlen(data) + 1);
}

static void take_item(void *context, const struct hv_item *item)
{
    struct hv_guest_said *said = context;

    if (!said->has_summary && !strcmp(item->name, GUEST_ITEM_SUMMARY))
        said->has_summary = guest_summary_parse(&said->summary, item->data);
    else if (!said->has_answer && !strcmp(item->name, GUEST_ITEM_ANSWER))
        said->has_answer = guest_answer_parse(&said->answer, item->data);
    else if (!strcmp(item->name, GUEST_ITEM_USERS))
        take_names(said, offsetof(struct hv_guest_names, users), item->data);
    else if (!strcmp(item->name, GUEST_ITEM_LEFT))
        take_names(said, offsetof(struct hv_guest_names, left), item->data);
}

void hv_guest_said_read(struct hv_guest_said *said, const struct hv_row *row)
{
    *said = (struct hv_guest_said){false};
    hv_exchange_read(row, "GuestExchangeItems", take_item, said);
}

void hv_guest_said_cleanup(struct hv_guest_said *said)
{
    memory_free(said->names);
    said->names = NULL;
}

void hv_guest_cleanup(struct hv_guest *guest)
{
    memory_free(guest->names);
    guest->names = NULL;
}

/* A Windows guest says DOMAIN\user. Who has a name that moves terminals is not told of. */
static void fire_name(const struct hv_outlet *outlet, enum vm_logoff type, const char *name)
{
    const char *separator = strchr(name, '\\');
    char domain[GUEST_NAME_MAX + 1] = "";

    if (separator)
        memcpy(domain, name, (size_t)(separator - name));
    outlet->fire(outlet->context,
            &(struct vm_event){.type = VM_EVENT_GUEST_LOGOFF,
                    .number = type,
                    .details = {{"user", separator ? separator + 1 : name}, {"domain", domain}}});
}

/* name NULL: nobody knows. */
static void fire(struct hv_guest *guest, enum vm_logoff type, const char *name, const struct hv_outlet *outlet)
{
    if (!guest->allowed)
    {
        ++guest->untold;
        return;
    }
    --guest->allowed;
    if (name && !hv_text_has_controls(name))
        fire_name(outlet, type, name);
    else
        hv_fire(outlet, VM_EVENT_GUEST_LOGOFF, type);
}

/* A clock that is set back allows nothing more, and takes nothing away. */
static void allow(struct hv_guest *guest, int64_t time_us)
{
    int64_t seconds = (time_us - guest->allowed_us) / 1000000;

    if (seconds > (HV_LOGOFFS_AT_ONCE - (int64_t)guest->allowed) / HV_LOGOFFS_A_SECOND)
        guest->allowed = HV_LOGOFFS_AT_ONCE;
    else if (seconds > 0)
        guest->allowed += (uint32_t)seconds * HV_LOGOFFS_A_SECOND;
    if (seconds)
        guest->allowed_us = time_us;
}

/*
 * Whose logoff of that start it was that had that number, the first being 1. The list may be of another moment than the summary,
 * earlier or later: it begins with the logoff whose number it has, and goes back from there. False: it does not say, or
 * says another type.
 */
static bool find_left(struct guest_names_reader *reader, const struct hv_guest_names *names, const char *boot,
        uint32_t number, enum vm_logoff type)
{
    if (!names || !guest_names_open(reader, names->left, boot) || reader->number < number)
        return false;
    for (uint32_t back = reader->number - number; guest_names_next(reader); --back)
    {
        if (!back)
            return reader->type == (int)type;
    }
    return false;
}

/* Those that the summary has and the last one had not. The oldest of more than it tells one by one are lost. */
static void fire_news(struct hv_guest *guest, const struct hv_guest_said *said, const struct hv_outlet *outlet)
{
    const struct guest_summary *summary = &said->summary;
    uint32_t news = summary->total - guest->last.total, recent = guest_summary_recent(summary);
    struct guest_names_reader reader;

    guest->untold += news > recent ? news - recent : 0;
    for (uint32_t i = news > recent ? 0 : recent - news; i < recent; ++i)
    {
        enum vm_logoff type = (enum vm_logoff)(summary->recent[i] - '0');
        bool known = find_left(&reader, said->names, summary->boot, summary->total - recent + i + 1, type);

        fire(guest, type, known ? reader.name : NULL, outlet);
    }
}

/* Whether a start of the guest that has ended has said something new. */
static bool lives_on(struct hv_guest *guest, const struct guest_summary *summary)
{
    bool said_old = guest->said_old;

    if (!guest->powered)
        return false;
    guest->said_old = true;
    if (said_old && (summary->total != guest->last.total || summary->users != guest->last.users))
        return true;
    guest->last = *summary;
    return false;
}

void hv_guest_power_on(struct hv_guest *guest)
{
    guest->powered = true;
}

void hv_guest_take(struct hv_guest *guest, struct hv_guest_said *said, int64_t time_us, const struct hv_outlet *outlet)
{
    const struct guest_summary *summary = &said->summary;
    bool same = guest->known && !strcmp(guest->last.boot, summary->boot);

    if (same && guest->over && !lives_on(guest, summary))
        return;
    allow(guest, time_us);
    if (same && summary->total >= guest->last.total)
        fire_news(guest, said, outlet);
    else if (!same)
        /* The guest has been started anew, of which nobody has told. */
        hv_guest_end(guest, time_us, outlet);
    /* The same start with fewer logoffs is one of before, which a snapshot has brought back. */
    guest->known = true;
    guest->over = false;
    guest->last = *summary;
    hv_guest_cleanup(guest);
    guest->names = said->names;
    said->names = NULL;
}

/* The list of users may be of another moment than the summary: it counts if it has as many. */
static void fire_all(struct hv_guest *guest, const struct hv_outlet *outlet)
{
    struct guest_names_reader reader;
    bool known = guest->names && guest_names_open(&reader, guest->names->users, guest->last.boot)
            && reader.number == guest->last.users;

    for (uint32_t i = 0; i < guest->last.users; ++i)
    {
        known = known && guest_names_next(&reader);
        fire(guest, VM_LOGOFF_FORCED, known ? reader.name : NULL, outlet);
    }
}

void hv_guest_end(struct hv_guest *guest, int64_t time_us, const struct hv_outlet *outlet)
{
    if (!guest->known || guest->over)
        return;
    allow(guest, time_us);
    fire_all(guest, outlet);
    guest->over = true;
    guest->powered = guest->said_old = false;
}

void hv_guest_restore(struct hv_guest *guest)
{
    guest->known = guest->known && !guest->over;
}

uint32_t hv_guest_untold(struct hv_guest *guest)
{
    uint32_t untold = guest->untold;

    guest->untold = 0;
    return untold;
}
