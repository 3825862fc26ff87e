/* A listener that counts and does what a test tells it, and the list it stands in. */
#ifndef VMEVENTS_TESTS_DISPATCH_PROBE_H
#define VMEVENTS_TESTS_DISPATCH_PROBE_H

#include "dispatch/listeners.h"
#include "support/test.h"
#include "support/threads.h"

#define ALL_EVENTS (LISTENER_KIND(1) - 1)
#define LAST_EVENT (LISTENER_KIND(1) >> 1)
#define ONE_EVENT 1u

struct probe
{
    struct listeners *list;
    uint32_t cookie;
    void (*act)(struct probe *probe); /* on each call; may be NULL */
    struct probe *other;              /* for act */
    struct listeners *other_list;     /* for act */
    int name;                         /* what it writes into the log; 0: nothing */
    atomic_int calls;
    atomic_int releases;
    atomic_int entered; /* for act and the test to meet */
    atomic_int go_on;
};

/* The names of the probes in the order in which they were called: single-threaded tests only. */
#define LOG_SIZE 64
static int call_log[LOG_SIZE];
static unsigned int call_log_length;

static inline void DISPATCH_CALL probe_notify(const struct VMEVENT *event, void *context)
{
    struct probe *probe = context;

    (void)event;
    CHECK(!atomic_load(&probe->releases));
    atomic_fetch_add(&probe->calls, 1);
    if (probe->name && call_log_length < LOG_SIZE)
        call_log[call_log_length++] = probe->name;
    if (probe->act)
        probe->act(probe);
}

static inline void DISPATCH_CALL probe_release(void *context)
{
    struct probe *probe = context;

    atomic_fetch_add(&probe->releases, 1);
}

static inline void probe_add_for(struct probe *probe, struct listeners *list, uint32_t events)
{
    probe->list = list;
    CHECK(listeners_add(list, events, probe_notify, probe, probe_release, &probe->cookie));
}

static inline void probe_add(struct probe *probe, struct listeners *list)
{
    probe_add_for(probe, list, ALL_EVENTS);
}

static inline void fire(struct listeners *list)
{
    CHECK(listeners_fire(list, ONE_EVENT, NULL));
}

/* Stays in the callback until the test says go_on. */
static inline void act_wait(struct probe *probe)
{
    atomic_store(&probe->entered, 1);
    CHECK(test_wait_for(&probe->go_on, 1));
}

static inline void act_remove_self(struct probe *probe)
{
    CHECK(listeners_remove(probe->list, probe->cookie, 0));
}

static inline void act_exit_thread(struct probe *probe)
{
    (void)probe;
    test_thread_exit();
}

/* A thread that fires the list once. */
static inline void fire_body(void *list)
{
    fire(list);
}

static inline test_thread fire_in_thread(struct listeners *list)
{
    return test_thread_start(fire_body, list);
}

/* The same for one event. */
struct firing
{
    struct listeners *list;
    uint32_t event_bit;
};

static inline void fire_event_body(void *context)
{
    struct firing *firing = context;

    CHECK(listeners_fire(firing->list, firing->event_bit, NULL));
}

/* A list that tells when it is closed. */
struct test_list
{
    struct listeners listeners;
    atomic_int closed;
};

static inline struct listeners *list_create(void)
{
    struct test_list *list = calloc(1, sizeof(*list));

    CHECK(list && listeners_init(&list->listeners));
    return &list->listeners;
}

static inline void list_closed(void *owner)
{
    struct test_list *list = owner;

    atomic_fetch_add(&list->closed, 1);
}

static inline void list_close(struct listeners *list)
{
    listeners_close(list, list_closed, list);
}

/* How often the list has said that it is closed. */
static inline int list_times_closed(struct listeners *list)
{
    return atomic_load(&((struct test_list *)list)->closed);
}

static inline void list_free(struct listeners *list)
{
    CHECK(list_times_closed(list) == 1);
    listeners_cleanup(list);
    free(list);
}

/* Ends a list that nobody is in. */
static inline void list_end(struct listeners *list)
{
    list_close(list);
    list_free(list);
}

static inline int dispatch_setup(void **state)
{
    (void)state;
    return dispatch_init() ? 0 : -1;
}

static inline int dispatch_teardown(void **state)
{
    (void)state;
    dispatch_cleanup();
    return 0;
}

#endif
