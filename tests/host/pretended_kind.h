/*
 * A kind of live machines that are pretended, to try the host's door: `pretend:PLACE[,MANNER]`. Each peer has a thread
 * of its own in which all callbacks come, and holds a lock of its own in them and in what the host calls, as a kind
 * may. It ends the program when the host breaks a rule of live_kind.h.
 *
 * The manner, beside that of a machine that runs and is reached at once:
 *
 *     absent       nobody is there
 *     mute         the first try never ends
 *     poor         there is no memory to begin, which is found in the thread
 *     poor-open    the same, found by open
 *     poor-create  the same, found by create
 *     impossible   the first try finds that there can be no such machine
 */
#ifndef VMEVENTS_TESTS_HOST_PRETENDED_KIND_H
#define VMEVENTS_TESTS_HOST_PRETENDED_KIND_H

#include "host/live/live_kind.h"

extern const struct live_kind pretended_kind;

struct pretended;

/* Waits for an open peer at the place. */
struct pretended *pretended_await(const char *place);

/* Have the peer's thread call back, and return when it has. */
void pretended_say(struct pretended *pretended, const struct vm_event *event);
void pretended_find_state(struct pretended *pretended, enum vm_state state);
void pretended_connect(struct pretended *pretended, bool connected, const char *fault);

/* Waits until a log_off has come that is not answered, and answers it. */
void pretended_await_logoff(struct pretended *pretended);
void pretended_answer_logoff(struct pretended *pretended, enum vm_logoff_result result, const char *text);

/* Finds that the machine has been deleted where it was. */
void pretended_remove(struct pretended *pretended);

/* Finds another machine, at that address, which is right. */
void pretended_find(struct pretended *pretended, const char *name, const char *address);

/* From close to `closed` the peer has much to say, as a kind may. */
void pretended_talk_at_the_end(struct pretended *pretended);

/* How many peers there are, and how many have been opened, and have said `closed`, since the last call of forget. */
struct pretended_counts
{
    long living, opened, closed;
};
struct pretended_counts pretended_count(void);
void pretended_forget(void);

#endif
