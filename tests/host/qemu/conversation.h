/*
 * Plays a recorded conversation (recorded/README.md) to a live machine's understanding, and keeps the events that come
 * out. The machine asks in its own words and at its own times; it is answered by what was recorded at that moment.
 */
#ifndef VMEVENTS_TESTS_CONVERSATION_H
#define VMEVENTS_TESTS_CONVERSATION_H

#include "host/live_event_text.h"
#include "host/qemu/vm.h"

#define CONVERSATION_EVENTS_MAX 256

struct conversation
{
    struct vm vm;
    struct address address;
    uint64_t now_ms;
    bool by_bytes; /* every message comes a byte at a time */

    struct conversation_line
    {
        uint64_t ms;
        bool agent;    /* its channel; otherwise QEMU's */
        bool incoming; /* from there */
        char *text;    /* NULL: the stream ends */
    } *lines;
    size_t line_count, next_line;

    /* Answers that are under way. */
    struct conversation_reply
    {
        uint64_t ms; /* 0: free */
        bool agent;
        char *text;
    } replies[64];

    long long guest_clock_ms; /* ahead of ours */
    size_t event_count;
    char events[CONVERSATION_EVENTS_MAX][160];
};

/* Plays the file of that name from the first line to the last, and for some seconds on. */
void conversation_play(struct conversation *conversation, const char *name, bool by_bytes);

/* The events that came, an end of line behind each, are those expected. */
void conversation_expect(const struct conversation *conversation, const char *expected);

void conversation_end(struct conversation *conversation);

#endif
