/* Where Windows' sessions are heard of, as a table of functions: the one of Remote Desktop Services (wts.c), and that of tests. */
#ifndef VMEVENTS_GUEST_WINDOWS_SESSION_SOURCE_H
#define VMEVENTS_GUEST_WINDOWS_SESSION_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

struct session_source
{
    /* Calls take for each session that a user has; since: when she logged on, by which it is told from an earlier one of
     * that number; 0: that is not known. False: who is there cannot be told. */
    bool (*list)(
            void *context, void (*take)(void *taker, DWORD session, uint64_t since, const WCHAR *user), void *taker);

    /* Begins to log off the session. An error of Windows', or 0. */
    DWORD (*end)(void *context, DWORD session);
};

/* Its context is NULL. */
extern const struct session_source wts_sessions;

#endif
