/*
 * The request to log off the guest's users, which goes to the guest's part as an item of the host's, and the answer, an item of
 * the guest's (guest/summary.h).
 */
#ifndef VMEVENTS_HOST_HYPERV_LOGOFF_H
#define VMEVENTS_HOST_HYPERV_LOGOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/summary.h"
#include "host/live/live_event.h"

/* How long it takes at most: the guest's part tries for 20 seconds, and the exchange takes its time twice. */
#define HV_LOGOFF_MS 30000

struct hv_logoff
{
    void (*ended)(void *context, enum vm_logoff_result result, const char *text);
    void *context;
    char boot[GUEST_BOOT_SIZE]; /* the guest's start, of which its part has last said something; empty: there is none */
    bool active, asked;         /* the guest's part has asked the users to leave */
    bool written;               /* the request has been, and is to be taken back */
    struct guest_request request;
    uint64_t until_ms;
};

void hv_logoff_init(struct hv_logoff *logoff,
        void (*ended)(void *context, enum vm_logoff_result result, const char *text), void *context);

/* What the guest's part has said last; NULL: it is not there. */
void hv_logoff_take_summary(struct hv_logoff *logoff, const struct guest_summary *summary);

/* Begins, one at a time. False: it has ended already. Otherwise the request is to be written, which hv_logoff_end ends where
 * that fails. number: another for each. */
bool hv_logoff_begin(struct hv_logoff *logoff, bool runs, uint64_t number, uint64_t now_ms);

/* Whether the request that was written is over: it is to be taken out again. Once. */
bool hv_logoff_take_back(struct hv_logoff *logoff);

/* Ends it, if one is under way. */
void hv_logoff_end(struct hv_logoff *logoff, enum vm_logoff_result result, const char *text);

void hv_logoff_take_answer(struct hv_logoff *logoff, const struct guest_answer *answer);

/* Ends it when its time is over. */
void hv_logoff_tick(struct hv_logoff *logoff, uint64_t now_ms);
uint64_t hv_logoff_due_ms(const struct hv_logoff *logoff);

#endif
