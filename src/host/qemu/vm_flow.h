/* What the files that connect the parts of a live machine share: vm.c, and vm_*.c. */
#ifndef VMEVENTS_HOST_VM_FLOW_H
#define VMEVENTS_HOST_VM_FLOW_H

#include "host/qemu/vm.h"

/* What an observation is. An answer's number is that of its command's tag. */
enum vm_observed
{
    VM_OBSERVED_EVENT,                                               /* of QEMU's */
    VM_OBSERVED_GUEST,                                               /* and what */
    VM_OBSERVED_ANSWER = VM_OBSERVED_GUEST + (int)GUEST_OBSERVATIONS /* of QEMU's, and its tag */
};

/* vm.c */

/* Puts an observation in its place; message is borrowed. event: its name, or NULL, when it is none of QEMU's events. */
void vm_observe(struct vm *vm, int kind, const char *event, json_t *message, int64_t time_us);

/* Takes what has been observed, as far as its turn has come. */
void vm_deliver_due(struct vm *vm);

/* The message, and what is wrong with it when there is none. A new reference. */
json_t *vm_parse(struct vm *vm, const char *message, size_t size, const char **fault);

/* Something is wrong with the connection to QEMU: it will be ended. NULL: nothing is. */
void vm_note_fault(struct vm *vm, const char *fault);

/* Remembers that memory has run out, if that is the fault, which it returns. */
const char *vm_note_memory(struct vm *vm, const char *fault);

/* Ends the connection to QEMU if memory has run out. Returns what it is given. */
bool vm_check(struct vm *vm, bool enough_memory);

/* Asks QEMU; ask for a property of one of its objects. */
void vm_ask(struct vm *vm, enum question question);
void vm_probe(struct vm *vm, enum probe_subject subject, const char *path, const char *property);

/* The device of the agent's port is gone. */
void vm_lose_port(struct vm *vm);

/* vm_monitor.c */
extern const struct qmp_callbacks vm_qmp_callbacks;

/* The answer to a question has come, in its turn; result NULL: QEMU refused. */
void vm_deliver_answer(struct vm *vm, int tag, const json_t *result);

/* vm_agent.c */
extern const struct guest_callbacks vm_guest_callbacks;

/* vm_reset_log.c: resets, in the order in which they came, take what the log has of each. over: there is no time left
 * to wait. */
void vm_read_reset_log(struct vm *vm, bool over);

/* vm_events.c */
bool vm_knows_event(const char *name);
void vm_take_event(struct vm *vm, const struct observation *observation);

/* vm_answers.c. result: NULL when QEMU refused. */
void vm_take_answer(struct vm *vm, enum question question, const json_t *result);
void vm_take_probe(struct vm *vm, enum probe_subject subject, const char *path, const json_t *result);

#endif
