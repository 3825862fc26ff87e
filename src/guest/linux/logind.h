/* systemd-logind, by its library, which is loaded when it is wanted: a Linux without it has neither. */
#ifndef VMEVENTS_GUEST_LINUX_LOGIND_H
#define VMEVENTS_GUEST_LINUX_LOGIND_H

#include <stdbool.h>

/* Whether it runs, and its library is there. */
bool logind_is_there(void);

/* Calls take for each session of a user, but for those that end. False: it does not answer. */
bool logind_list(void (*take)(void *context, const char *id, const char *user), void *context);

/* What can be read when a session may have come or gone; -1: nothing tells of it. logind_note is called each time. */
int logind_descriptor(void);
void logind_note(void);

/* Ends all sessions. For a process of its own, which this call ends. */
void logind_end_all(void) __attribute__((noreturn));

#endif
