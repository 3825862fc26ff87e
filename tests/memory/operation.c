#include "memory/operation.h"

#include "sink/worker.h"

/* What anybody can see of the world, and nothing of which may change when an operation fails. */
struct state
{
    LONG received, rejected, failed, dropped, capacity;
    ULONG references, recorder_references, source_references;
    LONG connected, calls;
};

struct attempt
{
    const struct operation *operation;
    LONG number;
    bool refused;
};

static const struct attempt *current;
static LONG all_requests;

_Noreturn void operation_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s, request %ld refused (%s): not so: %s\n", file, line, current->operation->name,
            (long)current->number, refusal_of(), condition);
    fflush(stderr);
    abort();
}

void undo_object(struct world *world)
{
    IUnknown_Release((IUnknown *)world->object);
    world->object = NULL;
}

static void state_read(struct world *world, struct state *state)
{
    memset(state, 0, sizeof(*state));
    EXPECT(IVMEventSink_get_Received(world->sink, &state->received) == S_OK);
    EXPECT(IVMEventSink_get_Rejected(world->sink, &state->rejected) == S_OK);
    EXPECT(IVMEventSink_get_Failed(world->sink, &state->failed) == S_OK);
    EXPECT(IVMEventSink_get_Dropped(world->sink, &state->dropped) == S_OK);
    EXPECT(IVMEventSink_get_QueueCapacity(world->sink, &state->capacity) == S_OK);
    state->references = count_references(world->sink);
    state->recorder_references = world->recorder->refcount;
    state->source_references = world->has_proxy ? 0 : world->source->refcount;
    state->connected = world->source->connected;
    state->calls = world->recorder->calls;
}

static bool states_are_equal(const struct state *state, const struct state *other)
{
    return !memcmp(state, other, sizeof(*state));
}

/* Whether the event was received, and a listener has counted that it could not keep it or hand it on. */
static bool was_lost(const struct state *before, const struct state *after)
{
    return after->received > before->received && (after->dropped > before->dropped || after->failed > before->failed);
}

static void world_begin(struct world *world, const struct operation *operation)
{
    memset(world, 0, sizeof(*world));
    world->operation = operation;
    world->sample = operation->sample;
    world->sink = sink_create();
    world->callbacks = query(world->sink, &IID_IVMEventCallbacks);
    IVMEventCallbacks_Release(world->callbacks);
    EXPECT((world->recorder = malloc(sizeof(*world->recorder))) != NULL);
    recorder_init(world->recorder);
    EXPECT((world->source = malloc(sizeof(*world->source))) != NULL);
    source_init(world->source, 0xf);
    world->source->allows = refusal_allows;
    if (operation->prepare)
        operation->prepare(world);
}

static void world_end(struct world *world)
{
    if (world->operation->end)
        world->operation->end(world);
    EXPECT(!IVMEventSink_Release(world->sink));
    pump_ms(0);
    source_end(world->source);
    free(world->source);
    recorder_end(world->recorder);
    free(world->recorder);
}

static void undo(struct world *world)
{
    if (world->operation->undo)
        world->operation->undo(world);
}

static void check_failure(struct world *world, HRESULT hr, const struct state *before)
{
    struct state after;

    state_read(world, &after);
    if (hr == S_OK && world->operation->kind != PLAIN)
    {
        EXPECT(world->operation->kind == FAILING || was_lost(before, &after));
        undo(world);
        return;
    }
    EXPECT(hr == E_OUTOFMEMORY);
    EXPECT(states_are_equal(before, &after));
}

/* In a thread of its own, since what a thread has asked for once is often kept for it. */
static void attempt_run(void *context)
{
    struct attempt *attempt = context;
    struct world world;
    struct state before;
    HRESULT hr;

    refusal_install(library.module, library.memory);
    world_begin(&world, attempt->operation);
    state_read(&world, &before);
    refusal_arm(attempt->number);
    hr = attempt->operation->run(&world);
    attempt->refused = refusal_disarm();
    if (attempt->refused)
    {
        check_failure(&world, hr, &before);
        hr = attempt->operation->run(&world);
    }
    EXPECT(hr == S_OK);
    undo(&world);
    world_end(&world);
}

void operation_check(const struct operation *operation)
{
    struct attempt attempt = {operation, 0, true};

    current = &attempt;
    while (attempt.refused)
    {
        ++attempt.number;
        worker_run(operation->apartment, attempt_run, &attempt);
        EXPECT(library_check_idle(NULL) == 0);
    }
    all_requests += attempt.number - 1;
    printf("%s: %ld refused, %ld in all\n", operation->name, (long)attempt.number - 1, (long)all_requests);
    if (attempt.number <= operation->requests)
        fail_msg("%s: only %ld requests for memory, not %ld", operation->name, (long)attempt.number - 1,
                (long)operation->requests);
}
