/*
 * The file in which QEMU logs resets of the processor (options -d cpu_reset -D FILE). Nothing else shows that a reset
 * came from a triple fault. The record of a reset is a line "CPU Reset (CPU 0)"; before it, when a triple fault was the
 * cause, a line "Triple fault"; and behind it what was in the registers (target/i386/tcg/excp_helper.c and
 * hw/core/cpu.c of QEMU).
 *
 * QEMU writes and flushes the record before it sends the event. So the records of the file and the RESET events are the
 * same resets in the same order, whenever either is read, and each event takes the next record. Some records have no
 * event: of a processor that is initialised by another, of a reset before the connection. Such a record is passed over
 * when QEMU has answered a question that was asked after it was written: events and answers come in order, so its event
 * would have come by then.
 */
#ifndef VMEVENTS_HOST_RESET_LOG_H
#define VMEVENTS_HOST_RESET_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many bytes before the place that has been reached are remembered. If they are others later, the file has been
 * begun anew, and has grown beyond that place meanwhile. */
#define RESET_LOG_BEHIND 48

/* How long a reset waits for its record, which is in the file before the event is sent, unless the file is on its way
 * through something else; and how often it is looked for. */
#define RESET_LOG_WAIT_MS 5000
#define RESET_LOG_RETRY_MS 50

struct reset_log
{
    const char *path; /* in UTF-8; empty: there is none */
    int64_t offset;   /* up to where it has been taken */
    char behind[RESET_LOG_BEHIND];
    size_t behind_size;
    bool silent;         /* a reset had no record in time: none is waited for until there is one again */
    int64_t marked_size; /* the size of the file at the mark */
    uint64_t due_ms;     /* UINT64_MAX: nothing waits for it */
};

/* What a record says; no bit: nothing is known. */
enum
{
    RESET_RECORDED = 1,
    RESET_BY_TRIPLE_FAULT = 2,
    RESET_IN_GUEST = 4,   /* the processor was outside the firmware */
    RESET_IN_FIRMWARE = 8 /* in the firmware, or had done nothing since the reset before */
};

/* path must live as long; empty: QEMU keeps no log. */
void reset_log_init(struct reset_log *log, const char *path);
bool reset_log_is_kept(const struct reset_log *log);

/* What is in the file now is of before: no event will take it. */
void reset_log_skip(struct reset_log *log);

/* Whether a record is worth waiting for. */
bool reset_log_is_written(const struct reset_log *log);

/* Takes the next record, and returns what it says. 0: there is none, or it has not been written to its end; hasty: then
 * what there is of it is taken. */
unsigned int reset_log_take(struct reset_log *log, bool hasty);

/* Whether a triple fault was the last thing that happened, without a reset: the machine is set to shut down instead. */
bool reset_log_take_last(struct reset_log *log);

/* A reset had no record when its time was over: none is waited for until there is one again. */
void reset_log_give_up(struct reset_log *log);

/* QEMU is asked a question now. Later, when it has answered: the records that were in the file at the mark and have not
 * been taken have no event, and are passed over. */
void reset_log_mark(struct reset_log *log);
void reset_log_pass(struct reset_log *log);

/* When the file is to be looked at again for a reset that waits; UINT64_MAX: none does. */
void reset_log_set_due(struct reset_log *log, uint64_t due_ms);
uint64_t reset_log_due_ms(const struct reset_log *log);

#endif
