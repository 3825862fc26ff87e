/* What the parts of a live machine share: vm.c, vm_events.c, vm_answers.c, vm_guest.c. */
#ifndef VMEVENTS_HOST_VM_PARTS_H
#define VMEVENTS_HOST_VM_PARTS_H

#include "host/qemu/vm.h"

/* Takes on a state, and tells of it when it is another. */
void vm_set_state(struct vm *vm, enum vm_state state);

/* Remembers that memory has run out. Returns what it is given. */
bool vm_check(struct vm *vm, bool enough_memory);

/* Puts an observation in its place; message is borrowed. event: its name, or NULL, when it is none of QEMU's events. */
void vm_observe(struct vm *vm, int kind, const char *event, json_t *message, int64_t time_us);

/* Asks QEMU; a question that is under way is asked again once it has been answered. */
void vm_ask(struct vm *vm, enum vm_question question);

/* The command that a question is asked by. */
const char *vm_command(int question);

/* Asks for a property of one of QEMU's objects. */
void vm_probe(struct vm *vm, int what, const char *path, const char *property);

/* vm_faults.c: says what is wrong, the connection apart, as far as it is another than before. */
void vm_report(struct vm *vm);

/* The words, and what somebody else said of it, which may be anything, as one line of text. */
void vm_quote(char text[VM_FAULT_MAX], const char *words, const char *said);

/* QEMU's refusal of that question; error NULL: it has answered it. */
void vm_take_refusal(struct vm *vm, int question, const char *error);

/* vm_questions.c: what was asked will not be answered. */
void vm_forget_questions(struct vm *vm);

/* vm_log.c: resets, in the order in which they came, take what the log has of each. over: there is no time left to
 * wait. */
void vm_ask_log(struct vm *vm, bool over);

/* vm_events.c */
bool vm_knows_event(const char *name);

/* Decides what a stop was for, if that is not known yet; event: the name of what comes next, or empty. */
void vm_decide_stop(struct vm *vm, const char *event);
void vm_take_event(struct vm *vm, const json_t *event, int64_t time_us);

/* vm_answers.c. result: NULL when QEMU refused. */
void vm_take_answer(struct vm *vm, enum vm_question question, const json_t *result);
void vm_take_probe(struct vm *vm, int what, const char *path, const json_t *result);

/* vm_guest.c */
extern const struct agent_callbacks vm_agent_callbacks;
void vm_set_additions(struct vm *vm, bool open);
void vm_stop_heartbeat(struct vm *vm);
void vm_tick_additions(struct vm *vm);
uint64_t vm_additions_due_ms(const struct vm *vm);

/* What is wrong with the agent, of which there is no answer; NULL: nothing is. */
void vm_report_agent(struct vm *vm, const char *fault);
void vm_expect_agent(struct vm *vm);
void vm_take_guest(struct vm *vm, int kind, const json_t *observed);

/* The sessions of the guest are over: it has been reset, has crashed, or ends. */
void vm_lose_guest(struct vm *vm);

/* What is known of the agent is of a guest that is no more. */
void vm_forget_agent(struct vm *vm);

/* The device of the agent's port is gone. Another one may take its place, by another name. */
void vm_lose_port(struct vm *vm);

/* The request to log off ends. */
void vm_end_logoff(struct vm *vm, enum vm_logoff_result result, const char *text);
void vm_tick_logoff(struct vm *vm);
uint64_t vm_logoff_due_ms(const struct vm *vm);

#endif
