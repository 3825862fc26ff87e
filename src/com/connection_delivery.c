#include "com/connection_parts.h"

#include "com/call_error.h"
#include "com/error_info.h"
#include "com/event_batch.h"
#include "com/failures.h"
#include "com/stand_in.h"
#include "platform/trace.h"

static HRESULT connection_invoke(
        struct connection *connection, DISPID id, const VARIANT *args, UINT count, EXCEPINFO *exception)
{
    VARIANT reversed[EVENT_MAX_ARGS];
    DISPPARAMS params = {reversed, NULL, count, 0};

    arguments_reverse(reversed, args, count);
    return IDispatch_Invoke(
            connection->sink, id, &IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &params, NULL, exception, NULL);
}

/* A sink of this process gets the objects themselves. One in another process gets the stand-ins: handing over the
 * objects would ask the process that they are in, which may hang. */
static HRESULT connection_pass_on(struct connection *connection, struct kept_event *kept, EXCEPINFO *exception)
{
    UINT count = kept->event.type->param_count;
    VARIANT args[EVENT_MAX_ARGS];
    HRESULT hr;

    if (!connection->is_here)
        return connection_invoke(connection, kept->event.type->id, kept->event.args, count, exception);
    if (FAILED(hr = arguments_open(kept, args)))
    {
        lane_lose(&connection->receiver, 1);
        return hr;
    }
    hr = connection_invoke(connection, kept->event.type->id, args, count, exception);
    arguments_close(kept, args);
    return hr;
}

/* What has become of a call. */
enum answer
{
    ANSWER_TAKEN,
    ANSWER_FAILED, /* at the call, or at events that went by it */
    ANSWER_LOST,   /* the call has failed on its way, which may have been that to the sink */
    ANSWER_LATER   /* the sink is busy, and has not been called */
};

/* A sink that is gone, or has been unadvised inside the call, is not called any more, and one that does not know an event
 * has not failed at it. Only an object of another apartment or process can be busy, or not be reached. `failed`: at so many
 * of the events. */
static enum answer connection_judge(
        struct connection *connection, const struct event_type *type, HRESULT hr, LONG failed)
{
    enum call_error error = call_error_tell(hr);

    if (SUCCEEDED(hr) && !failed)
        return ANSWER_TAKEN;
    trace(TRACE_COM, "source %lx: connection %lu answers %ls by 0x%08lx", TRACE_ID(connection->source),
            (unsigned long)connection->cookie, type->name, (unsigned long)hr);
    if (error == CALL_ERROR_GONE)
    {
        if (connection_unlist(connection))
            connection_end(connection);
        return ANSWER_TAKEN;
    }
    if (!connection->is_here && error == CALL_ERROR_BUSY)
        return ANSWER_LATER;
    if (!connection->is_here && error == CALL_ERROR_LOST)
        return ANSWER_LOST;
    return hr == DISP_E_MEMBERNOTFOUND || hr == E_NOTIMPL ? ANSWER_TAKEN : ANSWER_FAILED;
}

/* Several events in one call */

static struct connection *connection_of(const struct lane_entry *entry)
{
    return connection_from_receiver(entry->receiver);
}

static HRESULT add_events(struct event_batch *batch, const struct lane_entry *entry, ULONG count)
{
    HRESULT hr = S_OK;

    for (; count && SUCCEEDED(hr); --count, entry = entry->next)
        hr = event_batch_add(batch, connection_of(entry)->events, entry->kept);
    return hr;
}

/* S_OK, E_OUTOFMEMORY */
static HRESULT make_batch(struct event_batch *batch, const struct lane_entry *first, ULONG count)
{
    struct event_batch_size size = {.count = count, .has_labels = connection_of(first)->source->tells_labels};
    const struct lane_entry *entry = first;
    HRESULT hr;

    for (ULONG i = 0; i < count; ++i, entry = entry->next)
    {
        size.argument_count += entry->kept->event.type->param_count;
        size.has_details |= entry->kept->origin.known != NULL;
    }
    if (FAILED(hr = event_batch_begin(batch, &size)))
        return hr;
    if (FAILED(hr = add_events(batch, first, count)))
        event_batch_end(batch);
    return hr;
}

/* A receiver that takes none would be called for ever, and one that says what cannot be is not believed: then all that it
 * was given counts as taken, and none as refused. */
static ULONG sensible_count(LONG taken, LONG refused, ULONG count, LONG *failed)
{
    if (taken < 1 || (ULONG)taken > count)
        taken = (LONG)count;
    *failed = refused < 0 || refused > taken ? 0 : refused;
    return (ULONG)taken;
}

static ULONG connection_call_with_some(const struct lane_entry *first, ULONG count)
{
    struct connection *connection = connection_of(first);
    LONG taken = 0, refused = 0, failed = (LONG)count;
    struct event_batch batch;
    enum answer answer;
    HRESULT hr;

    /* Where there is no memory for many there may be for one. */
    if ((hr = make_batch(&batch, first, count)) == E_OUTOFMEMORY && count > 1)
        hr = make_batch(&batch, first, count = 1);
    if (SUCCEEDED(hr))
    {
        hr = IVMEventReceiver_Receive(
                connection->batches, batch.events, batch.sources, batch.arguments, batch.details, &taken, &refused);
        event_batch_end(&batch);
    }
    if (SUCCEEDED(hr))
        count = sensible_count(taken, refused, count, &failed);
    else
        failed = (LONG)count;
    answer = connection_judge(connection, first->kept->event.type, hr, failed);
    if (answer == ANSWER_LATER)
        return 0;
    /* Which events they were that it has refused is known to it alone; of a call that has failed it is not known which
     * have been heard. */
    if (answer == ANSWER_FAILED || answer == ANSWER_LOST)
        InterlockedExchangeAdd(&connection->source->failed, failed);
    if (answer == ANSWER_LOST || (answer == ANSWER_FAILED && FAILED(hr)))
        lane_lose(&connection->receiver, count);
    return count;
}

static bool connection_call(struct connection *connection, struct kept_event *kept)
{
    struct lane_entry alone = {.receiver = &connection->receiver, .kept = kept};
    EXCEPINFO exception = {0};
    enum answer answer;
    HRESULT hr;

    /* An event that has no more to tell than its arguments goes as it does to everybody. */
    if (connection->batches && (connection->source->tells_labels || kept->origin.known))
        return connection_call_with_some(&alone, 1) == 1;
    error_forget();
    if (connection->relay)
        hr = IEventRelay_Relay(connection->relay, kept);
    else
        hr = connection_pass_on(connection, kept, &exception);
    answer = connection_judge(connection, kept->event.type, hr, FAILED(hr));
    if (answer == ANSWER_LOST)
        lane_lose(&connection->receiver, 1);
    if (answer == ANSWER_FAILED || answer == ANSWER_LOST)
    {
        hr = error_complete(&exception, hr);
        failures_add(connection->source, kept, hr, &exception);
    }
    error_clear(&exception);
    return answer != ANSWER_LATER;
}

bool connection_wake(struct client_waiter *waiter)
{
    struct connection *connection = CONTAINING_RECORD(waiter, struct connection, waiter);
    bool goes_on = lane_wake(&connection->receiver);

    lane_receiver_release(&connection->receiver);
    return goes_on;
}

void connection_wait_no_more(struct connection *connection)
{
    if (connection->client && client_calls_wait_no_more(connection->client, &connection->waiter))
        lane_receiver_release(&connection->receiver);
}

/* False: so many calls to its process are under way that this one has to wait. The lane is woken when one returns, and
 * looks by itself after a while. */
static bool connection_begin_call(struct connection *connection)
{
    enum client_call call;
    ULONGLONG returned;

    if (!connection->client)
        return true;
    lane_receiver_addref(&connection->receiver);
    call = client_calls_begin(connection->client, &connection->waiter, &returned);
    if (call != CLIENT_CALL_WAITS)
        lane_receiver_release(&connection->receiver);
    if (call == CLIENT_CALL_BEGUN)
        return true;
    lane_note_life(&connection->receiver, returned);
    return false;
}

static void connection_end_call(struct connection *connection)
{
    if (connection->client)
        client_calls_end(connection->client);
}

bool connection_deliver(struct lane_receiver *receiver, struct kept_event *kept)
{
    struct connection *connection = connection_from_receiver(receiver);
    bool taken;

    if (!connection_begin_call(connection))
        return false;
    taken = connection_call(connection, kept);
    connection_end_call(connection);
    return taken;
}

ULONG connection_deliver_some(const struct lane_entry *first, ULONG count)
{
    struct connection *connection = connection_of(first);
    ULONG taken;

    if (!connection_begin_call(connection))
        return 0;
    taken = connection_call_with_some(first, count);
    connection_end_call(connection);
    return taken;
}
