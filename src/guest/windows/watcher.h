/*
 * The part in a guest, on Windows: one thread lists the sessions whenever something is told of one, has the host's request
 * looked at whenever it may have changed, and writes what comes of that.
 */
#ifndef VMEVENTS_GUEST_WINDOWS_WATCHER_H
#define VMEVENTS_GUEST_WINDOWS_WATCHER_H

#include "guest/part.h"
#include "guest/windows/session_source.h"
#include "platform/lock.h"

/* So many changes of sessions are remembered, and so many sessions that have ended and are still listed. */
#define WATCHER_NOTES_MAX 256
#define WATCHER_ENDED_MAX 256

struct watcher
{
    const struct session_source *sessions;
    void *context;
    uint32_t look_ms; /* how long nothing is looked at, where nothing is told */
    HANDLE wake;

    struct lock lock; /* guards what other threads tell */
    struct
    {
        DWORD event, session;
    } notes[WATCHER_NOTES_MAX];
    size_t note_count;
    bool ends, goes_down;

    /* The thread's. */
    struct guest_part part;
    char ended[WATCHER_ENDED_MAX][GUEST_SESSION_MAX + 1]; /* have been told to be over */
    bool still_listed[WATCHER_ENDED_MAX];
    size_t ended_count;
    HANDLE items_changed;
    HKEY items;
    ULONGLONG not_before_ms; /* an item could not be written: it is tried again then */
    char request[GUEST_VALUE_SIZE];
};

/* An error of Windows', or 0. look_ms: as short as it has to be where nobody calls watcher_note. */
DWORD watcher_init(struct watcher *watcher, const struct session_source *sessions, void *context, uint32_t look_ms);
void watcher_cleanup(struct watcher *watcher);

/* Something has happened to a session: WTS_SESSION_LOGON, … Any thread. */
void watcher_note(struct watcher *watcher, DWORD event, DWORD session);

/* Has watcher_run return, once it has written what is to be; goes_down: because Windows does. Any thread. */
void watcher_end(struct watcher *watcher, bool goes_down);

/* An error of Windows' by which it could not begin, or 0. */
DWORD watcher_run(struct watcher *watcher);

/* Takes out all that has been written. */
DWORD watcher_remove_items(void);

#endif
