/*
 * The machines of one computer: what is asked of its WMI and when, whose is what it says, and how a connection that is
 * lost is made again. One thread has all of it; it calls hv_computer_step again and again.
 *
 * What Hyper-V pushes is not polled: Msvm_ComputerSystem and Msvm_VirtualSystemSettingData. Whether it pushes the rest
 * nobody here has seen, so that is asked for every HV_SWEEP_MS, by one query for all machines. A notification may be
 * stale, so that what it is about is read again behind it.
 */
#ifndef VMEVENTS_HOST_HYPERV_COMPUTER_H
#define VMEVENTS_HOST_HYPERV_COMPUTER_H

#include "host/hyperv/jobs.h"
#include "host/hyperv/machine.h"
#include "host/hyperv/source.h"

/* Between two queries for a class that nothing tells of. */
#define HV_SWEEP_MS 2000

/* The same for settings, of which a notification tells as a rule, and for machines, of which one always does: a
 * subscription may be dead without a word. */
#define HV_SETTINGS_MS 10000
#define HV_AUDIT_MS 60000

/* The wait before the second try to connect, and the longest there is; each is twice the one before. A connection that
 * has lasted so long begins with the first again. */
#define HV_RETRY_FIRST_MS 500
#define HV_RETRY_LONGEST_MS 8000

/* From so many machines on that are to be read again all are, by one query. */
#define HV_READ_ALL 8

#define HV_BUCKETS 1024

struct hv_computer
{
    const struct hv_source *source;
    void *context;
    const char *host; /* empty: this computer */

    struct hv_machine *machines;
    struct hv_machine *buckets[HV_BUCKETS]; /* those that have been found, by GUID */
    struct hv_row row;

    bool connected;
    bool pushed; /* there is a subscription */
    bool log_read;
    bool shows_nothing; /* not even the computer's own entry */
    uint64_t connected_ms, retry_at_ms, retry_wait_ms;
    uint64_t look_at_ms;       /* when machines that were not there are looked for again */
    uint64_t log_at_ms;        /* when the log is tried again that could not be read */
    char fault[HV_FAULT_SIZE]; /* of the connection; empty: none */
    char log_fault[HV_FAULT_SIZE];

    /* By class: when it is asked for next, how long the wait was that a failure made, and what that was. */
    struct hv_sweep
    {
        uint64_t due_ms, wait_ms;
        int32_t failure; /* HV_OK: none */
    } sweeps[HV_CLASS_COUNT];

    /* By class: it lacks a property that is asked for, as an older Windows does, so that all of them are. */
    bool whole[HV_CLASS_COUNT];

    struct hv_jobs jobs;
    uint64_t last_record[HV_CHANNEL_COUNT];
    int64_t last_record_us[HV_CHANNEL_COUNT];
    int64_t read_us; /* when what is being read was asked for */
    bool surprised, out_of_memory;
};

/* host must live as long; empty: this computer. */
void hv_computer_init(struct hv_computer *computer, const struct hv_source *source, void *context, const char *host);

/* No machine is left. */
void hv_computer_cleanup(struct hv_computer *computer);

/* The machine is looked for at the next step. Takes it out again: nothing is said of it any more. */
void hv_computer_add(struct hv_computer *computer, struct hv_machine *machine);
void hv_computer_remove(struct hv_computer *computer, struct hv_machine *machine);

/* Asks the users of the machine's guest to leave, which ends by the machine's logged_off, maybe at once. */
void hv_computer_log_off(struct hv_computer *computer, struct hv_machine *machine);

/* Does what is due. Where there is a subscription it waits for the next notification, at most so long. */
void hv_computer_step(struct hv_computer *computer, uint32_t wait_ms);

/* Whether a step waits, and when something will be due. */
bool hv_computer_waits(const struct hv_computer *computer);
uint64_t hv_computer_due_ms(const struct hv_computer *computer);

#endif
