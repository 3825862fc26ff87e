#include "forward/forwarder.h"

#include <stdio.h>
#include <string.h>

#include "forward/forwarder_parts.h"
#include "platform/memory.h"

#ifdef _WIN32
#include <process.h>
#endif

#define SECOND_MS 1000

/* At the end: how long what is under way may take, and then the word that vmforward was ended. */
#define DRAIN_MS 2000
#define LEAVE_MS 1000

uint64_t clock_seconds(void)
{
    uv_timeval64_t now;

    return uv_gettimeofday(&now) ? 0 : (uint64_t)now.tv_sec;
}

/* The date of so many days since 1970, in the proleptic Gregorian calendar. */
static void date_of(uint64_t days, unsigned int *year, unsigned int *month, unsigned int *day)
{
    static const unsigned int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned int length;

    for (*year = 1970;; ++*year)
    {
        length = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0 ? 366 : 365;
        if (days < length)
            break;
        days -= length;
    }
    for (*month = 0;; ++*month)
    {
        unsigned int in_month = lengths[*month] + (*month == 1 && length == 366);

        if (days < in_month)
            break;
        days -= in_month;
    }
    ++*month;
    *day = (unsigned int)days + 1;
}

const char *clock_text(char text[CLOCK_TEXT_SIZE])
{
    uv_timeval64_t now = {0};
    unsigned int year, month, day, second;

    uv_gettimeofday(&now);
    date_of((uint64_t)now.tv_sec / 86400, &year, &month, &day);
    second = (unsigned int)((uint64_t)now.tv_sec % 86400);
    snprintf(text, CLOCK_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", year % 10000, month, day, second / 3600,
            second / 60 % 60, second % 60, (unsigned int)now.tv_usec / 1000);
    return text;
}

void forwarder_say(struct forwarder *forwarder, bool is_fault, const char *text)
{
    struct status *status = &forwarder->status;

    if (is_fault)
    {
        /* The same again and again is said once. */
        bool again = status->fault_goes_on && !strcmp(status->fault, text);

        snprintf(status->fault, sizeof(status->fault), "%s", text);
        status->fault_goes_on = true;
        status->fault_seconds = clock_seconds();
        if (again)
            return;
    }
    else
    {
        status->fault_goes_on = forwarder->in_trouble;
    }
    forwarder->options.say(forwarder->options.context, is_fault, text);
}

/* The status */

static bool write_file(const char *path, const char *text, size_t size)
{
    uv_buf_t buffer = uv_buf_init((char *)text, (unsigned int)size);
    uv_fs_t request;
    int file, result;

    file = uv_fs_open(NULL, &request, path, UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_TRUNC, 0644, NULL);
    uv_fs_req_cleanup(&request);
    if (file < 0)
        return false;
    result = uv_fs_write(NULL, &request, file, &buffer, 1, 0, NULL);
    uv_fs_req_cleanup(&request);
    uv_fs_close(NULL, &request, file, NULL);
    uv_fs_req_cleanup(&request);
    return result == (int)size;
}

/* A reader finds the old text or the new one, never a part. */
static void write_status(struct forwarder *forwarder)
{
    const char *path = forwarder->options.config->status_file;
    struct status *status = &forwarder->status;
    struct spool_counts counts = {0};
    struct utf8_text text = {0}, new_path = {0};
    uv_fs_t request;

    if (forwarder->spool)
    {
        spool_get_counts(forwarder->spool, &counts);
        status->waiting = counts.waiting;
        status->spool_bytes = counts.waiting_bytes;
        status->dropped = counts.dropped;
    }
    status->spool_limit = forwarder->options.config->spool_limit;
    status->machines = atomic_load(&forwarder->machines);
    status->missed = atomic_load(&forwarder->missed);
    status->now_seconds = clock_seconds();
    status_write(&text, status);
    utf8_text_append_format(&new_path, "%s.new", path);
    if (utf8_text_get(&text) && utf8_text_get(&new_path) && write_file(new_path.start, text.start, text.length))
    {
        uv_fs_rename(NULL, &request, new_path.start, path, NULL);
        uv_fs_req_cleanup(&request);
    }
    utf8_text_free(&text);
    utf8_text_free(&new_path);
}

static void on_second(uv_timer_t *timer)
{
    struct forwarder *forwarder = timer->data;

    keeping_tick(forwarder);
    keeping_take(forwarder);
    write_status(forwarder);
}

/* The end */

static void end(struct forwarder *forwarder)
{
    if (forwarder->step == FORWARDER_ENDS)
        return;
    forwarder->step = FORWARDER_ENDS;
    keeping_settle(forwarder);
    forwarder->status.running = false;
    if (forwarder->spool) /* otherwise the status may be that of the one that has the spool */
        write_status(forwarder);
    spool_close(forwarder->spool);
    forwarder->spool = NULL;
    uv_close((uv_handle_t *)&forwarder->wake, NULL);
    uv_close((uv_handle_t *)&forwarder->retry, NULL);
    uv_close((uv_handle_t *)&forwarder->settle, NULL);
    uv_close((uv_handle_t *)&forwarder->second, NULL);
    uv_close((uv_handle_t *)&forwarder->patience, NULL);
}

static void leave(struct forwarder *forwarder)
{
    if (forwarder->has_session)
        mqtt_session_close(&forwarder->session);
    else
        end(forwarder);
}

static void on_patience(uv_timer_t *timer)
{
    struct forwarder *forwarder = timer->data;

    if (forwarder->step == FORWARDER_DRAINS && forwarder->connected)
    {
        forwarder->under_way = 0;
        forwarder_drained(forwarder);
    }
    else
    {
        leave(forwarder);
    }
}

void forwarder_drained(struct forwarder *forwarder)
{
    if (forwarder->step < FORWARDER_DRAINS || forwarder->step == FORWARDER_ENDS || forwarder->under_way)
        return;
    if (forwarder->step == FORWARDER_DRAINS)
    {
        forwarder->step = FORWARDER_LEAVES;
        uv_timer_start(&forwarder->patience, on_patience, LEAVE_MS, 0);
        if (forwarder->connected && publishing_say_host(forwarder, "offline") && forwarder->under_way)
            return;
    }
    /* Not inside of what the session calls. */
    uv_timer_start(&forwarder->patience, on_patience, 0, 0);
}

void forwarder_session_ended(struct forwarder *forwarder)
{
    const char *why;

    if (forwarder->step != FORWARDER_RUNS)
        end(forwarder);
    /* The spool was replaced; where the new one is not there yet, both are opened with it. */
    else if (forwarder->spool && !publishing_open(forwarder, &why))
        forwarder_say(forwarder, true, why);
}

static void begin_end(struct forwarder *forwarder)
{
    if (forwarder->step != FORWARDER_RUNS)
        return;
    uv_timer_stop(&forwarder->retry);
    keeping_take(forwarder);
    forwarder->step = FORWARDER_DRAINS;
    uv_timer_stop(&forwarder->retry);
    uv_timer_start(&forwarder->patience, on_patience, DRAIN_MS, 0);
    forwarder_drained(forwarder);
}

static void on_wake(uv_async_t *wake)
{
    struct forwarder *forwarder = wake->data;

    keeping_take(forwarder);
    if (atomic_load(&forwarder->stop))
        begin_end(forwarder);
}

/* Life */

struct forwarder *forwarder_open(const struct forwarder_options *options)
{
    struct forwarder *forwarder = memory_alloc(sizeof(*forwarder));

    if (!forwarder)
        return NULL;
    forwarder->options = *options;
    if (!inbox_init(&forwarder->inbox))
    {
        memory_free(forwarder);
        return NULL;
    }
    if (uv_loop_init(&forwarder->loop))
    {
        inbox_cleanup(&forwarder->inbox);
        memory_free(forwarder);
        return NULL;
    }
    uv_async_init(&forwarder->loop, &forwarder->wake, on_wake);
    uv_timer_init(&forwarder->loop, &forwarder->retry);
    uv_timer_init(&forwarder->loop, &forwarder->settle);
    uv_timer_init(&forwarder->loop, &forwarder->second);
    uv_timer_init(&forwarder->loop, &forwarder->patience);
    forwarder->wake.data = forwarder->retry.data = forwarder->settle.data = forwarder->second.data =
            forwarder->patience.data = forwarder;
    forwarder->status.start_seconds = clock_seconds();
    return forwarder;
}

void forwarder_close(struct forwarder *forwarder)
{
    struct heard_event *event;

    if (!forwarder)
        return;
    end(forwarder);
    uv_run(&forwarder->loop, UV_RUN_DEFAULT);
    uv_loop_close(&forwarder->loop);
    while ((event = forwarder->batch))
    {
        forwarder->batch = event->next;
        heard_event_free(event);
    }
    inbox_cleanup(&forwarder->inbox);
    memory_free(forwarder->replaced);
    utf8_text_free(&forwarder->topic);
    utf8_text_free(&forwarder->body);
    utf8_text_free(&forwarder->host_topic);
    utf8_text_free(&forwarder->lost);
    memory_free(forwarder);
}

const char *forwarder_run(struct forwarder *forwarder)
{
    uv_update_time(&forwarder->loop);
    if (keeping_open(forwarder) == SPOOL_IN_USE)
        return forwarder->fault;
    forwarder->status.running = true;
    uv_timer_start(&forwarder->second, on_second, 0, SECOND_MS);
    uv_run(&forwarder->loop, UV_RUN_DEFAULT);
    return NULL;
}

bool forwarder_hand(struct forwarder *forwarder, struct heard_event *event, unsigned int timeout_ms)
{
    if (!inbox_put(&forwarder->inbox, event, timeout_ms))
        return false;
    uv_async_send(&forwarder->wake);
    return true;
}

void forwarder_note(struct forwarder *forwarder, uint64_t machines, uint64_t missed)
{
    atomic_store(&forwarder->machines, machines);
    atomic_store(&forwarder->missed, missed);
}

void forwarder_stop(struct forwarder *forwarder)
{
    atomic_store(&forwarder->stop, true);
    uv_async_send(&forwarder->wake);
}
