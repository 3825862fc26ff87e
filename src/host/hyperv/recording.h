/*
 * Records what a computer's WMI and event log say: a source (source.h) in front of another, which writes each thing that it
 * hands on as a line of a conversation (tests/host/hyperv/conversations/README.md), so that tests can play it.
 *
 * An answer is written as what is another since the last one. What has been told is written behind the answer that the
 * machine was asked for because of it, and both as of when it was told: a player asks at once.
 */
#ifndef VMEVENTS_HOST_HYPERV_RECORDING_H
#define VMEVENTS_HOST_HYPERV_RECORDING_H

#include "host/hyperv/recorded_names.h"
#include "host/hyperv/source.h"

/* What has been told waits no longer than this for the answer. */
#define HV_RECORDING_WAIT_MS 1000

struct hv_recording
{
    const struct hv_source *source; /* the one behind it */
    void *source_context;
    void (*write)(void *context, const char *text, size_t length);
    void *context;

    struct hv_recorded *instances; /* as last written, by class and key */
    struct hv_names names;
    struct hv_failing *failing; /* what fails by now */

    char *held; /* lines that wait for an answer */
    size_t held_length, held_size;
    uint64_t begin_ms, held_ms, jobs_ms; /* jobs_ms: when jobs were last asked for */
    bool lost_memory;
};

extern const struct hv_source hv_recording_source; /* its context is the recording */

/* write gets whole lines, with their ends. replaces_names: names of machines and computers, paths, and all texts that may have
 * any of these are written as name1, name2 and so on, GUIDs likewise, each always as the same. */
void hv_recording_init(struct hv_recording *recording, const struct hv_source *source, void *source_context,
        bool replaces_names, void (*write)(void *context, const char *text, size_t length), void *context);
void hv_recording_cleanup(struct hv_recording *recording);

/* A machine has been opened, by an address as in address.h, and its first try has ended: what it was opened with stands before
 * it. */
void hv_recording_open(struct hv_recording *recording, const char *address);

/* Whether something is missing for want of memory. */
bool hv_recording_lost_memory(const struct hv_recording *recording);

#endif
