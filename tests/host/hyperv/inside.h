/*
 * The kind of machines that Hyper-V's are, in the test's own process, as the host calls it: its threads, WMI side and event
 * log are the real ones, but the WMI and the log are pretended (pretended_wmi.h, pretended_log.h). What is heard of a machine
 * is in the words of conversations.
 */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_INSIDE_H
#define VMEVENTS_TESTS_HOST_HYPERV_INSIDE_H

#include "host/live/live_kind.h"
#include "pretended_log.h"
#include "pretended_wmi.h"

#define INSIDE_HEARD_MAX 64

struct inside
{
    struct live_peer *peer;
    SRWLOCK lock; /* guards all below */
    char heard[INSIDE_HEARD_MAX][160];
    unsigned int heard_count; /* of events that are not taken yet */
    enum vm_state state;
    bool connected, tried, no_memory, refused, removed, logged_off, closed;
    unsigned int logoff_result;
    char fault[LIVE_FAULT_SIZE];
};

/* For a test: enters the multithreaded apartment and begins a WMI and a log. Waits until nobody has anything of them any
 * more, and the kind's threads are gone with all memory, and ends them. */
void inside_begin(void);
void inside_end(void);

/* Waits until nobody has anything of them any more. */
void inside_await_end(void);

const struct wmi_counts *inside_counts(void);

/* False: no memory. The machine is opened, and nothing is waited for. */
bool inside_open(struct inside *machine, const char *address);

/* Closes it, waits, and destroys it. */
void inside_close(struct inside *machine);

/* Wait for that. */
void inside_await_tried(struct inside *machine);
void inside_await_connected(struct inside *machine);
void inside_await_state(struct inside *machine, enum vm_state state);

/* The next event is this. */
void inside_hear(struct inside *machine, const char *text);
unsigned int inside_heard(struct inside *machine);

#endif
