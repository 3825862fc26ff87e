/* Who is logged on to a Linux: the sessions of systemd-logind where it runs, otherwise the entries of utmp. */
#ifndef VMEVENTS_GUEST_LINUX_SESSIONS_H
#define VMEVENTS_GUEST_LINUX_SESSIONS_H

#include <stdbool.h>

#define UTMP_FILE "/run/utmp"

/* A file that stands for utmp, whether logind runs or not; NULL: no. */
void sessions_use_utmp(const char *path);

/* Calls take for each session. False: who is there cannot be told now. */
bool sessions_list(void (*take)(void *context, const char *id, const char *user), void *context);

/* What can be read when a session may have come or gone, for poll; -1: there is none. It changes when sessions_note has been
 * called, which is to be called each time. */
int sessions_descriptor(void);
void sessions_note(void);

/* Begins to end all sessions, which goes on by itself. */
void sessions_end_all(void);

#endif
