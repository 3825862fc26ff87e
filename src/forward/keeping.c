/* The way into the spool. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "forward/forwarder_parts.h"
#include "fleet/topics.h"
#include "platform/memory.h"

/* So many events at most are committed together. */
#define BATCH_MOST 1000

/* How long is waited before the spool is tried again. */
#define RETRY_MS 1000

/* How long acknowledgements wait for others, and how many are written at once. */
#define SETTLE_MS 100
#define SETTLE_COUNT 256

/* That messages are dropped is told no more often than that. */
#define DROPPED_TELL_MS 10000

/* The machines in the spool that are none: no machine's name has a slash. */
#define HOST_ITSELF "/"
#define RUNS "/runs"

/* An event of a machine, or with machine NULL of the host. state: see struct heard_event. */
static enum spool_outcome put_event(struct forwarder *forwarder, const char *machine, const struct cloud_event *event,
        const char *state, bool is_end)
{
    struct cloud_place place = {
            .host = forwarder->options.config->host, .machine = machine, .spool = spool_identity(forwarder->spool)};
    struct utf8_text *topic = &forwarder->topic, *body = &forwarder->body;
    struct spool_place given;
    enum spool_outcome outcome = spool_give_place(forwarder->spool, machine ? machine : HOST_ITSELF, &given);

    if (outcome != SPOOL_DONE)
        return outcome;
    place.number = given.number;
    place.sequence = given.sequence;
    utf8_text_clear(topic);
    utf8_text_clear(body);
    topic_append(topic, place.host, machine, event->name);
    cloud_event_append(body, &place, event);
    if (!utf8_text_get(topic) || !utf8_text_get(body))
        return SPOOL_FAILED;
    outcome = spool_put(forwarder->spool, &given, topic->start, body->start, body->length);
    if (outcome != SPOOL_DONE || (!state && !is_end))
        return outcome;
    utf8_text_clear(topic);
    utf8_text_clear(body);
    topic_append(topic, place.host, machine, TOPIC_STATE);
    if (!is_end)
        cloud_event_append_state(body, &place, state, event->time);
    if (!utf8_text_get(topic) || !utf8_text_get(body))
        return SPOOL_FAILED;
    return spool_put_state(forwarder->spool, &given, topic->start, body->start, body->length);
}

/* An event of vmforward itself. */
static enum spool_outcome put_own(
        struct forwarder *forwarder, const char *name, const struct utf8_text *arguments, const char *text)
{
    char time[CLOCK_TEXT_SIZE];
    struct cloud_event event = {CLOUD_EVENT_FORWARD, name, clock_text(time), arguments->start, text, NULL, NULL};

    return arguments->failed ? SPOOL_FAILED : put_event(forwarder, NULL, &event, NULL, false);
}

static enum spool_outcome tell_count(
        struct forwarder *forwarder, const char *where, uint64_t count, uint64_t total, const char *how)
{
    struct utf8_text arguments = {0};
    enum spool_outcome outcome;
    char text[200];

    utf8_text_append_format(
            &arguments, "{\"where\":\"%s\",\"count\":%" PRIu64 ",\"total\":%" PRIu64 "}", where, count, total);
    snprintf(text, sizeof(text), "%" PRIu64 " events were lost %s", count, how);
    outcome = put_own(forwarder, "EventsDropped", &arguments, text);
    utf8_text_free(&arguments);
    return outcome;
}

/* What has been dropped by now. The next time is some seconds off, since a spool that is full drops all the time. */
static enum spool_outcome tell_dropped(struct forwarder *forwarder)
{
    uint64_t now = uv_now(&forwarder->loop);
    struct spool_counts counts;
    enum spool_outcome outcome;

    spool_get_counts(forwarder->spool, &counts);
    if (counts.dropped == counts.dropped_told || now < forwarder->dropped_told_ms)
        return SPOOL_DONE;
    outcome = tell_count(
            forwarder, "spool", counts.dropped - counts.dropped_told, counts.dropped, "since the spool is full");
    return outcome == SPOOL_DONE ? spool_tell_dropped(forwarder->spool, counts.dropped) : outcome;
}

static enum spool_outcome tell_missed(struct forwarder *forwarder, uint64_t missed)
{
    if (missed == forwarder->missed_told)
        return SPOOL_DONE;
    return tell_count(forwarder, "sink", missed - forwarder->missed_told, missed, "before they came into the spool");
}

static enum spool_outcome tell_replaced(struct forwarder *forwarder)
{
    struct utf8_text arguments = {0};
    enum spool_outcome outcome;

    if (!forwarder->replaced)
        return SPOOL_DONE;
    utf8_text_append(&arguments, "{\"reason\":");
    utf8_text_append_json(&arguments, forwarder->replaced);
    utf8_text_append(&arguments, "}");
    outcome = put_own(forwarder, "SpoolReplaced", &arguments, forwarder->replaced);
    utf8_text_free(&arguments);
    return outcome;
}

static enum spool_outcome tell_resumed(struct forwarder *forwarder)
{
    struct utf8_text arguments = {0};
    enum spool_outcome outcome;

    if (!forwarder->resumed_ms)
        return SPOOL_DONE;
    utf8_text_append_format(&arguments, "{\"milliseconds\":%" PRIu64 "}", forwarder->resumed_ms);
    outcome = put_own(forwarder, "SpoolResumed", &arguments, "the spool takes events in again");
    utf8_text_free(&arguments);
    return outcome;
}

/* What is to be told goes in front of the events that have come since. */
static enum spool_outcome put_all(struct forwarder *forwarder, uint64_t missed)
{
    enum spool_outcome outcome;

    if ((outcome = tell_replaced(forwarder)) != SPOOL_DONE || (outcome = tell_resumed(forwarder)) != SPOOL_DONE
            || (outcome = tell_dropped(forwarder)) != SPOOL_DONE
            || (outcome = tell_missed(forwarder, missed)) != SPOOL_DONE)
        return outcome;
    for (struct heard_event *event = forwarder->batch; event && outcome == SPOOL_DONE; event = event->next)
        outcome = put_event(forwarder, event->machine, &event->event, event->state, event->is_end);
    for (size_t i = 0; i < forwarder->pending_count && outcome == SPOOL_DONE; ++i)
        outcome = spool_acknowledge(forwarder->spool, forwarder->pending[i]);
    return outcome;
}

static void all_is_kept(struct forwarder *forwarder, uint64_t missed)
{
    struct spool_counts counts;
    struct heard_event *event;

    while ((event = forwarder->batch))
    {
        forwarder->batch = event->next;
        heard_event_free(event);
        ++forwarder->status.heard;
    }
    forwarder->pending_count = 0;
    forwarder->missed_told = missed;
    forwarder->resumed_ms = 0;
    memory_free(forwarder->replaced);
    forwarder->replaced = NULL;
    spool_get_counts(forwarder->spool, &counts);
    if (counts.dropped == counts.dropped_told)
        return;
    if (uv_now(&forwarder->loop) >= forwarder->dropped_told_ms)
    {
        forwarder->dropped_told_ms = uv_now(&forwarder->loop) + DROPPED_TELL_MS;
        forwarder_say(forwarder, true, "the spool is full: the oldest events go; spool-limit says how large it may be");
    }
}

static void it_is_right_again(struct forwarder *forwarder)
{
    uint64_t ms = uv_now(&forwarder->loop) - forwarder->trouble_ms;

    forwarder->in_trouble = false;
    forwarder->resumed_ms = ms ? ms : 1;
    forwarder_say(forwarder, false, "the spool takes events in again");
}

/* One transaction of all that is due. */
static enum spool_outcome commit(struct forwarder *forwarder)
{
    uint64_t missed = atomic_load(&forwarder->missed);
    enum spool_outcome outcome;

    if ((outcome = spool_begin(forwarder->spool)) != SPOOL_DONE)
        return outcome;
    if ((outcome = put_all(forwarder, missed)) != SPOOL_DONE)
    {
        spool_roll_back(forwarder->spool);
        return outcome;
    }
    if ((outcome = spool_commit(forwarder->spool)) != SPOOL_DONE)
        return outcome;
    all_is_kept(forwarder, missed);
    if (forwarder->in_trouble)
        it_is_right_again(forwarder);
    return SPOOL_DONE;
}

static void on_retry(uv_timer_t *timer)
{
    keeping_take(timer->data);
}

void keeping_take(struct forwarder *forwarder)
{
    enum spool_outcome outcome;

    if (forwarder->in_trouble && uv_is_active((uv_handle_t *)&forwarder->retry))
        return;
    if (!forwarder->spool && keeping_open(forwarder) != SPOOL_DONE)
        return;
    do
    {
        if (!forwarder->batch)
            forwarder->batch = inbox_take(&forwarder->inbox, BATCH_MOST);
        if (!forwarder->batch && !forwarder->pending_count && !forwarder->in_trouble && !forwarder->replaced)
            break;
        if ((outcome = commit(forwarder)) != SPOOL_DONE)
        {
            keeping_failed(forwarder, outcome);
            return;
        }
        publishing_go_on(forwarder);
    } while (inbox_count(&forwarder->inbox));
    publishing_go_on(forwarder);
}

/* Beginning, and trouble */

/* A number that is this run's alone, for the ids of what is said of it. */
static enum spool_outcome number_run(struct forwarder *forwarder)
{
    struct spool_place place;
    enum spool_outcome outcome;

    if ((outcome = spool_begin(forwarder->spool)) != SPOOL_DONE)
        return outcome;
    if ((outcome = spool_give_place(forwarder->spool, RUNS, &place)) != SPOOL_DONE)
    {
        spool_roll_back(forwarder->spool);
        return outcome;
    }
    forwarder->run = place.number;
    return spool_commit(forwarder->spool);
}

enum spool_outcome keeping_open(struct forwarder *forwarder)
{
    const struct config *config = forwarder->options.config;
    struct spool_options options = {config->spool, config->spool_limit, (uint32_t)(config->keep_minutes * 60000),
            (uint32_t)(config->repeat_seconds * 1000)};
    char fault[SPOOL_FAULT_SIZE];
    enum spool_outcome outcome;
    const char *why;
    bool unclean;

    outcome = spool_open(&forwarder->spool, &options, &unclean, fault);
    if (outcome == SPOOL_DONE)
    {
        forwarder->opened_ms = uv_now(&forwarder->loop);
        outcome = number_run(forwarder);
        if (outcome == SPOOL_DONE && unclean)
            outcome = spool_repeat(forwarder->spool);
        if (outcome == SPOOL_DONE)
        {
            if (!publishing_open(forwarder, &why))
                forwarder_say(forwarder, true, why);
            return SPOOL_DONE;
        }
        snprintf(fault, sizeof(fault), "%s", spool_fault(forwarder->spool));
        spool_close(forwarder->spool);
        forwarder->spool = NULL;
    }
    snprintf(forwarder->fault, sizeof(forwarder->fault), "%s", fault);
    keeping_failed(forwarder, outcome);
    return outcome;
}

/* Files of a spool that is damaged are kept beside it, for whoever wants to save something. */
static bool put_aside(const char *path, char name[1024])
{
    static const char *const parts[] = {"", "-wal", "-journal"};
    char from[1024], to[1024 + 16];
    uv_fs_t request;
    int result = 0;

    for (unsigned int i = 1; i < 1000; ++i)
    {
        snprintf(name, 1024, "%s.damaged-%u", path, i);
        result = uv_fs_stat(NULL, &request, name, NULL);
        uv_fs_req_cleanup(&request);
        if (result)
            break;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); ++i)
    {
        snprintf(from, sizeof(from), "%s%s", path, parts[i]);
        snprintf(to, sizeof(to), "%s%s", name, parts[i]);
        result = uv_fs_rename(NULL, &request, from, to, NULL);
        uv_fs_req_cleanup(&request);
        if (result && !i)
            return false;
    }
    return true;
}

/* What was in it is lost, so far as it was not published; a reader knows by the identity in the ids. */
static void replace(struct forwarder *forwarder)
{
    char name[1024], text[STATUS_TEXT_SIZE + 1200];
    size_t size;

    if (!put_aside(forwarder->options.config->spool, name))
    {
        snprintf(text, sizeof(text), "%s; it cannot be put aside either", forwarder->fault);
        forwarder_say(forwarder, true, text);
        return;
    }
    snprintf(text, sizeof(text), "%s; it lies at %s now, and a new one is begun", forwarder->fault, name);
    forwarder_say(forwarder, true, text);
    size = strlen(text) + 1;
    memory_free(forwarder->replaced);
    if ((forwarder->replaced = memory_alloc(size)))
        memcpy(forwarder->replaced, text, size);
}

void keeping_failed(struct forwarder *forwarder, enum spool_outcome outcome)
{
    if (forwarder->spool)
        snprintf(forwarder->fault, sizeof(forwarder->fault), "%s", spool_fault(forwarder->spool));
    if (!forwarder->in_trouble)
        forwarder->trouble_ms = uv_now(&forwarder->loop);
    forwarder->in_trouble = true;
    if (outcome == SPOOL_DAMAGED)
    {
        spool_close(forwarder->spool);
        forwarder->spool = NULL;
        forwarder->pending_count = 0;
        replace(forwarder);
        /* Its numbers begin anew: nothing that is under way may be taken for one of the new ones. */
        forwarder->connected = false;
        if (forwarder->has_session)
            mqtt_session_close(&forwarder->session);
    }
    else
    {
        forwarder_say(forwarder, true, forwarder->fault);
    }
    if (forwarder->step < FORWARDER_LEAVES)
        uv_timer_start(&forwarder->retry, on_retry, RETRY_MS, 0);
}

/* Acknowledgements */

static void on_settle(uv_timer_t *timer)
{
    keeping_settle(timer->data);
}

void keeping_acknowledged(struct forwarder *forwarder, uint64_t number)
{
    ++forwarder->status.acknowledged;
    if (forwarder->pending_count < PENDING_MOST)
        forwarder->pending[forwarder->pending_count++] = number;
    if (forwarder->pending_count >= SETTLE_COUNT && !forwarder->in_trouble)
        keeping_settle(forwarder);
    else if (!uv_is_active((uv_handle_t *)&forwarder->settle))
        uv_timer_start(&forwarder->settle, on_settle, SETTLE_MS, 0);
}

void keeping_settle(struct forwarder *forwarder)
{
    enum spool_outcome outcome;

    uv_timer_stop(&forwarder->settle);
    /* While there is trouble they wait for its end. */
    if (!forwarder->spool || !forwarder->pending_count || forwarder->in_trouble)
        return;
    if ((outcome = commit(forwarder)) != SPOOL_DONE)
        keeping_failed(forwarder, outcome);
}

void keeping_tick(struct forwarder *forwarder)
{
    enum spool_outcome outcome;

    if (!forwarder->spool || forwarder->in_trouble)
        return;
    if ((outcome = spool_expire(forwarder->spool, uv_now(&forwarder->loop) - forwarder->opened_ms)) != SPOOL_DONE)
        keeping_failed(forwarder, outcome);
    else if (atomic_load(&forwarder->missed) != forwarder->missed_told && (outcome = commit(forwarder)) != SPOOL_DONE)
        keeping_failed(forwarder, outcome);
}
