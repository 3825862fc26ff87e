/*
 * How vmforward fares, in Prometheus' text format: a file that is written anew each second, and read by monitoring systems
 * (windows_exporter's textfile collector, say) and by `vmforward --status`.
 */
#ifndef VMEVENTS_FORWARD_STATUS_H
#define VMEVENTS_FORWARD_STATUS_H

#include <stdint.h>

#include "fleet/utf8_text.h"

#define STATUS_TEXT_SIZE 1024

struct status
{
    char broker[STATUS_TEXT_SIZE]; /* "HOST:PORT" of the one that it is connected to; empty: to none */
    char fault[STATUS_TEXT_SIZE];  /* the last; empty: there was none */
    bool fault_goes_on;
    uint64_t fault_seconds, start_seconds, now_seconds; /* since 1970 */
    uint64_t running;                                   /* 0: it has been ended */
    uint64_t machines;
    uint64_t heard;   /* events, since it was started */
    uint64_t missed;  /* events that were lost before they came into the spool, since it was started */
    uint64_t waiting; /* messages in the spool that are not acknowledged */
    uint64_t spool_bytes, spool_limit;
    uint64_t dropped;      /* messages that a full spool has lost, in all its life */
    uint64_t published;    /* messages, and each time that one was sent again by us; since it was started */
    uint64_t acknowledged; /* messages, since it was started */
};

/* Older than that, the file is of a vmforward that runs no more. */
#define STATUS_OLD_SECONDS 10

void status_write(struct utf8_text *text, const struct status *status);

/* Reads what status_write has written, in any order, other lines too. False: it is no such text. */
bool status_read(struct status *status, const char *text, size_t size);

/* Whether that vmforward runs. */
bool status_is_of_one_that_runs(const struct status *status, uint64_t now_seconds);

/* Lines for people. now_seconds: the time of day. */
void status_describe(struct utf8_text *text, const struct status *status, uint64_t now_seconds);

#endif
