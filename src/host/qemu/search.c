#include "host/qemu/search.h"

#include "host/qemu/dial.h"
#include "host/qemu/retry.h"

#include <stddef.h>
#include <stdio.h>

static void look_there(struct search *search);

static struct search *search_from_timer(uv_timer_t *timer)
{
    return (struct search *)((char *)timer - offsetof(struct search, timer));
}

static void begin_round(uv_timer_t *timer)
{
    struct search *search = search_from_timer(timer);

    search->round = (struct search_round){0};
    search->place = 0;
    look_there(search);
}

static void end_round(struct search *search)
{
    if (search->round.coming)
        search->retry_ms = RETRY_FIRST_MS;
    search->last_round = search->round;
    uv_timer_start(&search->timer, begin_round, retry_next(&search->retry_ms), 0);
    /* Last: it may end the search. */
    search->callbacks->nowhere(search->context, search->round.coming);
}

static void leave(struct search *search)
{
    link_close(&search->link);
    scout_close(&search->scout);
    uv_timer_stop(&search->timer);
}

static void on_next(uv_timer_t *timer)
{
    struct search *search = search_from_timer(timer);

    ++search->place;
    look_there(search);
}

/* Not at once, since the link may be calling. */
static void go_on(struct search *search)
{
    leave(search);
    uv_timer_start(&search->timer, on_next, 0, 0);
}

/* Another machine where this one may go is worse than nobody, and is not forgotten for that. */
static void note(struct search *search, bool is_other, const char *format, const char *what, const char *more)
{
    const struct address_place *place = &search->address->places[search->place];
    struct search_round *round = &search->round;
    int size;

    if (round->met_other || (*round->fault && !is_other))
        return;
    round->met_other = is_other;
    size = snprintf(round->fault, sizeof(round->fault),
            "the machine may have gone to QEMU at %s, port %u: ", place->host, place->qmp_port);
    if (size > 0 && (size_t)size < sizeof(round->fault))
        snprintf(round->fault + size, sizeof(round->fault) - (size_t)size, format, what, more);
}

static void on_late(uv_timer_t *timer)
{
    struct search *search = search_from_timer(timer);

    note(search, false, "%s%s", "it does not answer", "");
    go_on(search);
}

/* Looks at the place that is next, if there is one. */
static void look_there(struct search *search)
{
    const struct address_place *place;

    if (search->place == search->here)
        ++search->place;
    if (search->place == search->address->place_count)
    {
        end_round(search);
        return;
    }
    place = &search->address->places[search->place];
    uv_timer_start(&search->timer, on_late, DIAL_ANSWER_MS, 0);
    if (dial(&search->link, place, place->qmp_port, search->credentials))
        return;
    note(search, false, "%s%s", "the connection could not be begun", "");
    go_on(search);
}

static void note_verdict(struct search *search, enum scout_verdict verdict)
{
    const char *run_state = scout_run_state(&search->scout);

    if (verdict == SCOUT_COMING)
        search->round.coming = true;
    else if (verdict == SCOUT_OTHER)
        note(search, true, "that is another machine, whose UUID is %s and not %s", scout_uuid(&search->scout),
                search->uuid);
    else if (verdict == SCOUT_NAMELESS)
        note(search, true,
                "a machine was started there, and nothing shows that it is this one; give both QEMUs the same "
                "-uuid%s%s",
                "", "");
    else
        note(search, false, "it has none that is in its course%s%s", *run_state ? ", but is in state " : "", run_state);
}

static void take_verdict(struct search *search, enum scout_verdict verdict)
{
    unsigned int place = search->place;

    if (verdict == SCOUT_CAME_HERE || verdict == SCOUT_HERE)
    {
        search_end(search);
        search->callbacks->found(search->context, place, verdict == SCOUT_CAME_HERE);
        return;
    }
    note_verdict(search, verdict);
    go_on(search);
}

/* What the link calls */

static void link_opened(void *context)
{
    struct search *search = context;

    scout_open(&search->scout);
}

static void link_bytes(void *context, const char *bytes, size_t count)
{
    struct search *search = context;
    const char *fault = scout_take(&search->scout, bytes, count);
    enum scout_verdict verdict = scout_verdict(&search->scout, search->uuid);

    if (fault)
    {
        note(search, false, "%s%s", fault, "");
        go_on(search);
    }
    else if (verdict != SCOUT_ASKING)
    {
        take_verdict(search, verdict);
    }
}

static const char *describe_end(int error)
{
    if (error == UV_ECONNREFUSED)
        return "nobody listens there";
    return error == UV_EOF ? "it has ended the connection" : uv_strerror(error);
}

static void link_closed(void *context, int error, const char *fault)
{
    struct search *search = context;

    note(search, false, "%s%s", fault ? fault : describe_end(error), "");
    go_on(search);
}

static const struct link_callbacks callbacks = {link_opened, link_bytes, link_closed};

static bool send_text(void *context, const char *text, size_t size)
{
    struct search *search = context;

    return link_send(&search->link, text, size);
}

/* For its owner */

void search_init(struct search *search, uv_loop_t *loop, const struct search_callbacks *found_callbacks, void *context,
        const struct address *address, struct tls_credentials *credentials)
{
    *search = (struct search){
            .callbacks = found_callbacks, .context = context, .address = address, .credentials = credentials};
    dial_init(&search->link, loop, &callbacks, search);
    scout_init(&search->scout, send_text, search);
}

void search_cleanup(struct search *search)
{
    scout_cleanup(&search->scout);
}

void search_begin(struct search *search, unsigned int here, const char *uuid)
{
    if (search->active)
        return;
    search->active = true;
    search->here = here;
    search->uuid = uuid;
    search->retry_ms = 0;
    search->last_round = (struct search_round){0};
    uv_timer_start(&search->timer, begin_round, retry_next(&search->retry_ms), 0);
}

void search_end(struct search *search)
{
    if (!search->active)
        return;
    search->active = false;
    leave(search);
}

const char *search_fault(const struct search *search)
{
    return search->active && *search->last_round.fault ? search->last_round.fault : NULL;
}

bool search_met_other(const struct search *search)
{
    return search->active && search->last_round.met_other;
}
