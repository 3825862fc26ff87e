/*
 * Who is logged on in the guest and how each leaves, as the guest's part says (guest/summary.h). A guest may say anything:
 * what makes no sense counts as not said, and logoffs come no faster than they can be fired.
 */
#ifndef VMEVENTS_HOST_HYPERV_GUEST_H
#define VMEVENTS_HOST_HYPERV_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/names.h"
#include "guest/summary.h"
#include "host/hyperv/outlet.h"
#include "host/hyperv/row.h"

/* Who it is about, as the guest has written it: nobody has looked at it. An empty one is not there. */
struct hv_guest_names
{
    char users[GUEST_VALUE_SIZE], left[GUEST_VALUE_SIZE];
};

/* What the guest's part has said, in one answer. */
struct hv_guest_said
{
    bool has_summary, has_answer;
    struct guest_summary summary;
    struct guest_answer answer;
    struct hv_guest_names *names; /* NULL: it says none, or there was no memory for them, which costs no event */
};

/* Reads the items of the row; the first of a name counts. Ended by hv_guest_said_cleanup. */
void hv_guest_said_read(struct hv_guest_said *said, const struct hv_row *row);
void hv_guest_said_cleanup(struct hv_guest_said *said);

/* So many logoffs may come at once, and so many a second after those. */
#define HV_LOGOFFS_AT_ONCE GUEST_USERS_MAX
#define HV_LOGOFFS_A_SECOND 10

struct hv_guest
{
    bool known;    /* a start of the guest is known */
    bool over;     /* and has ended: what is still read of it is old */
    bool powered;  /* the machine has been turned on since */
    bool said_old; /* and the guest has said something since, which is what it has left */
    struct guest_summary last;
    struct hv_guest_names *names; /* that came with it; NULL: none did */
    uint32_t allowed;             /* logoffs that may be fired now */
    int64_t allowed_us;
    uint32_t untold; /* logoffs that were too many, since hv_guest_untold was last asked */
};

void hv_guest_cleanup(struct hv_guest *guest);

/* What the guest says by that time, a summary at least. Of a start that has not been heard of before what it says first is
 * where it begins: nothing is fired for that. Its names become the guest's. */
void hv_guest_take(struct hv_guest *guest, struct hv_guest_said *said, int64_t time_us, const struct hv_outlet *outlet);

/* The guest has ended, by being turned off or reset: whoever was there has been thrown out. */
void hv_guest_end(struct hv_guest *guest, int64_t time_us, const struct hv_outlet *outlet);

/* The machine has been turned on. A start of the guest that has ended may go on: a guest that hibernates ends like one that is
 * shut down. That shows when it says something else than what it has left. */
void hv_guest_power_on(struct hv_guest *guest);

/* The machine goes on where it was saved, perhaps with a start that has ended since: it begins anew with what it says. */
void hv_guest_restore(struct hv_guest *guest);

/* How many logoffs have been left out since this was last asked. */
uint32_t hv_guest_untold(struct hv_guest *guest);

#endif
