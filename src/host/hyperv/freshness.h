/*
 * Which of the states that notifications have told of were true. WMI says that the instance in a notification may be
 * stale: that it may show the machine as it was before. So it is asked again behind each, and what has been told is
 * judged by the answer.
 *
 * An instance has the time of its last change of state. One whose time is older than that of what is known is stale. Where
 * it says no time, or the same (it is said in seconds), a state is taken that the answer shows, too. Another is one that
 * the machine went through only if the machine is in another state by now than the last time that it was asked, and if it is
 * not the state before that: then it has come late, and tells of what is over.
 *
 * Nothing but states is taken from notifications. What else an instance says lasts, so that the answer has it.
 */
#ifndef VMEVENTS_HOST_HYPERV_FRESHNESS_H
#define VMEVENTS_HOST_HYPERV_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/hyperv/system.h"

/* So many notifications wait for an answer; of more the first is left out. */
#define HV_TOLD_MAX 32

struct hv_freshness
{
    struct hv_told
    {
        int64_t time_us; /* when it was told */
        struct hv_system system;
    } told[HV_TOLD_MAX];
    unsigned int count;
    bool known;
    int64_t asked_us;              /* when the last answer was asked for */
    struct hv_system last, before; /* the last answer, and the one before the last change of its state */
};

/* A notification has told this. */
void hv_freshness_tell(struct hv_freshness *freshness, int64_t time_us, const struct hv_system *system);

/* Whether an answer is waited for. */
bool hv_freshness_waits(const struct hv_freshness *freshness);

/*
 * The answer to a question that was asked at that time. take is called for each of what was told and is true, in the
 * order of its time, and then for the answer itself. Returns whether the answer shows a state that is another than the
 * one before, and nothing has told of one.
 */
bool hv_freshness_answer(struct hv_freshness *freshness, int64_t asked_us, int64_t time_us,
        const struct hv_system *answer, void (*take)(void *context, int64_t time_us, const struct hv_system *system),
        void *context);

#endif
