#include "host/hyperv/guest.h"

#include "host/hyperv/exchange.h"

#include <string.h>

static void take_item(void *context, const struct hv_item *item)
{
    struct hv_guest_said *said = context;

    if (!said->has_summary && !strcmp(item->name, GUEST_ITEM_SUMMARY))
        said->has_summary = guest_summary_parse(&said->summary, item->data);
    else if (!said->has_answer && !strcmp(item->name, GUEST_ITEM_ANSWER))
        said->has_answer = guest_answer_parse(&said->answer, item->data);
}

void hv_guest_said_read(struct hv_guest_said *said, const struct hv_row *row)
{
    *said = (struct hv_guest_said){false};
    hv_exchange_read(row, "GuestExchangeItems", take_item, said);
}

static void fire(struct hv_guest *guest, enum vm_logoff type, uint32_t count, const struct hv_outlet *outlet)
{
    uint32_t fired = count < guest->allowed ? count : guest->allowed;

    for (uint32_t i = 0; i < fired; ++i)
        hv_fire(outlet, VM_EVENT_GUEST_LOGOFF, type);
    guest->allowed -= fired;
    guest->untold += count - fired;
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

/* Those that the summary has and the last one had not. The oldest of more than it tells one by one are lost. */
static void fire_news(struct hv_guest *guest, const struct guest_summary *summary, const struct hv_outlet *outlet)
{
    uint32_t news = summary->total - guest->last.total, recent = guest_summary_recent(summary);

    guest->untold += news > recent ? news - recent : 0;
    for (uint32_t i = news > recent ? 0 : recent - news; i < recent; ++i)
        fire(guest, (enum vm_logoff)(summary->recent[i] - '0'), 1, outlet);
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

void hv_guest_take(
        struct hv_guest *guest, const struct guest_summary *summary, int64_t time_us, const struct hv_outlet *outlet)
{
    bool same = guest->known && !strcmp(guest->last.boot, summary->boot);

    if (same && guest->over && !lives_on(guest, summary))
        return;
    allow(guest, time_us);
    if (same && summary->total >= guest->last.total)
        fire_news(guest, summary, outlet);
    else if (!same)
        /* The guest has been started anew, of which nobody has told. */
        hv_guest_end(guest, time_us, outlet);
    /* The same start with fewer logoffs is one of before, which a snapshot has brought back. */
    guest->known = true;
    guest->over = false;
    guest->last = *summary;
}

void hv_guest_end(struct hv_guest *guest, int64_t time_us, const struct hv_outlet *outlet)
{
    if (!guest->known || guest->over)
        return;
    allow(guest, time_us);
    fire(guest, VM_LOGOFF_FORCED, guest->last.users, outlet);
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
