/*
 * The file in which QEMU logs resets of the processor (options -d cpu_reset -D FILE), in which alone a triple fault can
 * be told from a reset: each reset has a line "CPU Reset (CPU 0)", and before it, when a triple fault was the cause,
 * one "Triple fault" (target/i386/tcg/excp_helper.c and hw/core/cpu.c of QEMU). QEMU writes them before it tells of the
 * reset.
 */
#ifndef VMEVENTS_HOST_RESET_LOG_H
#define VMEVENTS_HOST_RESET_LOG_H

#include <stdbool.h>
#include <stdint.h>

struct reset_log
{
    const char *path; /* in UTF-8; empty: there is none */
    int64_t offset;   /* up to where it has been read */
};

/* What is in the file now was before. */
void reset_log_skip(struct reset_log *log);

/* Reads on, behind a reset. True: its cause was a triple fault, as opposed to those of the firmware behind it. */
bool reset_log_take(struct reset_log *log);

/* The same behind a shutdown, by a machine that is set to shut down instead of resetting. */
bool reset_log_take_last(struct reset_log *log);

#endif
