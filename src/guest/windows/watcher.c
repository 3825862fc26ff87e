#include "guest/windows/watcher.h"

#include "guest/windows/exchange.h"

#include <stdio.h>
#include <string.h>

#include <wtsapi32.h>

/* How long the exchange is left alone that could not be written. */
#define RETRY_MS 2000

/* What other threads tell */

void watcher_note(struct watcher *watcher, DWORD event, DWORD session)
{
    lock_acquire(&watcher->lock);
    /* Of more than can be remembered the list tells. */
    if (watcher->note_count < WATCHER_NOTES_MAX)
    {
        watcher->notes[watcher->note_count].event = event;
        watcher->notes[watcher->note_count++].session = session;
    }
    lock_release(&watcher->lock);
    SetEvent(watcher->wake);
}

void watcher_end(struct watcher *watcher, bool goes_down)
{
    lock_acquire(&watcher->lock);
    watcher->ends = true;
    watcher->goes_down |= goes_down;
    lock_release(&watcher->lock);
    SetEvent(watcher->wake);
}

/* False: there is none. */
static bool take_note(struct watcher *watcher, DWORD *event, DWORD *session)
{
    bool taken;

    lock_acquire(&watcher->lock);
    if ((taken = watcher->note_count))
    {
        *event = watcher->notes[0].event;
        *session = watcher->notes[0].session;
        memmove(&watcher->notes[0], &watcher->notes[1], --watcher->note_count * sizeof(*watcher->notes));
    }
    lock_release(&watcher->lock);
    return taken;
}

static bool is_to_end(struct watcher *watcher, bool *goes_down)
{
    bool ends;

    lock_acquire(&watcher->lock);
    ends = watcher->ends;
    *goes_down = watcher->goes_down;
    lock_release(&watcher->lock);
    return ends;
}

/* Sessions. Their numbers are used again, so that one is known by its number and the time of its logon. */

static void name_session(char id[GUEST_SESSION_MAX + 1], DWORD session, uint64_t since)
{
    snprintf(id, GUEST_SESSION_MAX + 1, "%lu:%08lx%08lx", (unsigned long)session, (unsigned long)(since >> 32),
            (unsigned long)(since & 0xFFFFFFFF));
}

static bool has_number(const char *id, DWORD session)
{
    char number[16];
    int length = snprintf(number, sizeof(number), "%lu:", (unsigned long)session);

    return !strncmp(id, number, (size_t)length);
}

/* One that has been told to be over may be listed for a while. */
static bool has_ended(struct watcher *watcher, const char *id)
{
    for (size_t i = 0; i < watcher->ended_count; ++i)
    {
        if (strcmp(watcher->ended[i], id) != 0)
            continue;
        watcher->still_listed[i] = true;
        return true;
    }
    return false;
}

static void take_session(void *taker, DWORD session, uint64_t since, const WCHAR *user)
{
    struct watcher *watcher = taker;
    char id[GUEST_SESSION_MAX + 1], name[1024];

    name_session(id, session, since);
    if (!has_ended(watcher, id) && WideCharToMultiByte(CP_UTF8, 0, user, -1, name, sizeof(name), NULL, NULL))
        guest_part_see(&watcher->part, id, name);
}

static void forget_ended(struct watcher *watcher)
{
    size_t kept = 0;

    for (size_t i = 0; i < watcher->ended_count; ++i)
    {
        if (watcher->still_listed[i])
            memmove(watcher->ended[kept++], watcher->ended[i], sizeof(*watcher->ended));
    }
    watcher->ended_count = kept;
}

static void list_sessions(struct watcher *watcher)
{
    memset(watcher->still_listed, 0, sizeof(watcher->still_listed));
    guest_part_begin_list(&watcher->part);
    if (!watcher->sessions->list(watcher->context, take_session, watcher))
        return;
    guest_part_end_list(&watcher->part, GetTickCount64());
    forget_ended(watcher);
}

static void end_session(struct watcher *watcher, DWORD session)
{
    const struct guest_users *users = &watcher->part.users;

    for (size_t i = 0; i < users->count && watcher->ended_count < WATCHER_ENDED_MAX; ++i)
    {
        if (has_number(users->sessions[i].id, session) && !has_ended(watcher, users->sessions[i].id))
            memcpy(watcher->ended[watcher->ended_count++], users->sessions[i].id, GUEST_SESSION_MAX + 1);
    }
}

/* Where no time is told of a logon, the session of that number is the one that has ended, until this is told. */
static void begin_session(struct watcher *watcher, DWORD session)
{
    memset(watcher->still_listed, 0, sizeof(watcher->still_listed));
    for (size_t i = 0; i < watcher->ended_count; ++i)
        watcher->still_listed[i] = !has_number(watcher->ended[i], session);
    forget_ended(watcher);
}

/* Each has a list of its own, so that none goes unseen between two others. */
static void take_notes(struct watcher *watcher)
{
    DWORD event, session;

    while (take_note(watcher, &event, &session))
    {
        if (event == WTS_SESSION_LOGOFF)
            end_session(watcher, session);
        else if (event == WTS_SESSION_LOGON)
            begin_session(watcher, session);
        list_sessions(watcher);
    }
}

/* The exchange */

static void resume(struct watcher *watcher)
{
    char values[GUEST_ITEM_COUNT][GUEST_VALUE_SIZE];
    const char *found[GUEST_ITEM_COUNT];

    for (unsigned int i = 0; i < GUEST_ITEM_COUNT; ++i)
        found[i] = exchange_read(EXCHANGE_OF_GUEST, guest_item_name((enum guest_item)i), values[i]) ? NULL : values[i];
    guest_part_resume(&watcher->part, found);
}

static void write_items(struct watcher *watcher)
{
    enum guest_item item;
    const char *value;
    LSTATUS error = ERROR_SUCCESS;

    if (GetTickCount64() < watcher->not_before_ms)
        return;
    while (!error && guest_part_take_item(&watcher->part, &item, &value))
    {
        if ((error = exchange_write(guest_item_name(item), *value ? value : NULL)))
            guest_part_return_item(&watcher->part, item);
    }
    watcher->not_before_ms = error ? GetTickCount64() + RETRY_MS : 0;
}

/* A user may have several sessions, and all of them end. */
static DWORD end_all(struct watcher *watcher)
{
    const struct guest_users *users = &watcher->part.users;
    DWORD error = ERROR_SUCCESS, failed;

    for (size_t i = 0; i < users->count; ++i)
    {
        failed = watcher->sessions->end(watcher->context, strtoul(users->sessions[i].id, NULL, 10));
        error = failed ? failed : error;
    }
    return error;
}

static void look_for_request(struct watcher *watcher)
{
    char request[GUEST_VALUE_SIZE], reason[64];
    DWORD error;

    if (exchange_read(EXCHANGE_OF_HOST, GUEST_ITEM_REQUEST, request) || !strcmp(request, watcher->request))
        return;
    memcpy(watcher->request, request, sizeof(request));
    if (!guest_part_take_request(&watcher->part, request, GetTickCount64()) || !(error = end_all(watcher)))
        return;
    snprintf(reason, sizeof(reason), "Windows does not log off a session (error %lu)", (unsigned long)error);
    guest_part_refuse(&watcher->part, reason);
}

/* The loop */

static DWORD wait_ms(const struct watcher *watcher)
{
    ULONGLONG now = GetTickCount64(), due = guest_part_due_ms(&watcher->part);

    if (watcher->not_before_ms && watcher->not_before_ms < due)
        due = watcher->not_before_ms;
    if (due <= now)
        return 0;
    return due - now < watcher->look_ms ? (DWORD)(due - now) : watcher->look_ms;
}

DWORD watcher_run(struct watcher *watcher)
{
    HANDLE news[] = {watcher->wake, watcher->items_changed};
    char boot[GUEST_BOOT_SIZE];
    bool goes_down = false;
    LSTATUS error;

    if ((error = exchange_read_boot(boot)))
        return (DWORD)error;
    guest_part_init(&watcher->part, boot);
    resume(watcher);
    exchange_notify(&watcher->items, watcher->items_changed);
    while (!is_to_end(watcher, &goes_down))
    {
        take_notes(watcher);
        list_sessions(watcher);
        guest_part_tick(&watcher->part, GetTickCount64());
        look_for_request(watcher);
        write_items(watcher);
        /* The key may be made later. */
        if (WaitForMultipleObjects(ARRAYSIZE(news), news, FALSE, wait_ms(watcher)) == WAIT_OBJECT_0 + 1
                || !watcher->items)
            exchange_notify(&watcher->items, watcher->items_changed);
    }
    take_notes(watcher);
    if (goes_down)
        guest_part_shut_down(&watcher->part);
    watcher->not_before_ms = 0;
    write_items(watcher);
    return ERROR_SUCCESS;
}

DWORD watcher_init(struct watcher *watcher, const struct session_source *sessions, void *context, uint32_t look_ms)
{
    memset(watcher, 0, sizeof(*watcher));
    lock_init(&watcher->lock);
    watcher->sessions = sessions;
    watcher->context = context;
    watcher->look_ms = look_ms;
    watcher->wake = CreateEventW(NULL, FALSE, FALSE, NULL);
    watcher->items_changed = CreateEventW(NULL, FALSE, FALSE, NULL);
    return watcher->wake && watcher->items_changed ? ERROR_SUCCESS : GetLastError();
}

void watcher_cleanup(struct watcher *watcher)
{
    if (watcher->items)
        RegCloseKey(watcher->items);
    if (watcher->wake)
        CloseHandle(watcher->wake);
    if (watcher->items_changed)
        CloseHandle(watcher->items_changed);
}

DWORD watcher_remove_items(void)
{
    for (unsigned int i = 0; i < GUEST_ITEM_COUNT; ++i)
    {
        LSTATUS error = exchange_write(guest_item_name((enum guest_item)i), NULL);

        if (error)
            return (DWORD)error;
    }
    return ERROR_SUCCESS;
}
