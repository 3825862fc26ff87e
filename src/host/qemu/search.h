/*
 * Looks for a machine at the other places of its address, one after the other, round after round with a wait between
 * that grows, until it is ended. Everything here happens in the loop.
 */
#ifndef VMEVENTS_HOST_SEARCH_H
#define VMEVENTS_HOST_SEARCH_H

#include "host/qemu/address.h"
#include "host/qemu/scout.h"
#include "net/link.h"

#define SEARCH_FAULT_SIZE 512

struct search_callbacks
{
    /* The machine is at that place of the address. came: from another QEMU, not started there. The search has ended. */
    void (*found)(void *context, unsigned int place, bool came);

    /* A round is over, and it is at none of the other places. coming: one of them waits for it. */
    void (*nowhere)(void *context, bool coming);
};

struct search
{
    const struct search_callbacks *callbacks;
    void *context;
    const struct address *address;
    struct tls_credentials *credentials; /* the owner's; NULL: without TLS */
    struct link link;
    uv_timer_t timer; /* the owner adds it to the loop, and closes it */
    struct scout scout;

    bool active;
    unsigned int here, place; /* where the machine was, and where it is looked for */
    const char *uuid;         /* the owner's, of the machine */
    uint64_t retry_ms;
    struct search_round
    {
        bool coming;                   /* one of the places waits for the machine */
        bool met_other;                /* at one of them there is another machine */
        char fault[SEARCH_FAULT_SIZE]; /* empty: nothing is wrong */
    } round, last_round;
};

/* address and credentials must live as long. */
void search_init(struct search *search, uv_loop_t *loop, const struct search_callbacks *callbacks, void *context,
        const struct address *address, struct tls_credentials *credentials);
void search_cleanup(struct search *search);

/* Begins to look at all places but that one, unless it is at that already. uuid: good until it ends. */
void search_begin(struct search *search, unsigned int here, const char *uuid);
void search_end(struct search *search);

/* What is wrong with the other places by the last round, a plain sentence; NULL: nothing, or nobody is looking. */
const char *search_fault(const struct search *search);

/* Whether it is that there is another machine at one of them. */
bool search_met_other(const struct search *search);

#endif
