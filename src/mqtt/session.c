#include "mqtt/session.h"

#include "platform/backoff.h"

#include <stdio.h>

/* What TLS adds to a window that is sent as a whole has room beside it. */
_Static_assert(MQTT_WINDOW_BYTES + (MQTT_WINDOW_BYTES >> 2) < LINK_UNSENT_MAX, "a window can be sent");

static void on_timer(uv_timer_t *timer);

static uint64_t now_ms(const struct mqtt_session *session)
{
    return uv_now(session->link.loop);
}

static const struct mqtt_broker *broker_of(const struct mqtt_session *session)
{
    return &session->options->brokers[session->broker];
}

static void wait_for(struct mqtt_session *session, uint64_t ms)
{
    uv_timer_start(&session->timer, on_timer, ms, 0);
}

/* After everything that may change what the client waits for. */
static void schedule(struct mqtt_session *session)
{
    uint64_t due = mqtt_client_due_ms(&session->client), now = now_ms(session);

    if (session->step != MQTT_SESSION_IS_OPEN)
        return;
    if (due == UINT64_MAX)
        uv_timer_stop(&session->timer);
    else
        wait_for(session, due > now ? due - now : 0);
}

/* Losing a connection */

static uint64_t longest_wait(const struct mqtt_session *session)
{
    return session->options->retry_longest_ms ? session->options->retry_longest_ms : MQTT_RETRY_LONGEST_MS;
}

/* Goes on to the next place; how long to wait before that. */
static uint64_t next_wait(struct mqtt_session *session, bool has_lasted)
{
    const struct mqtt_session_options *options = session->options;
    uint64_t first = options->retry_first_ms ? options->retry_first_ms : MQTT_RETRY_FIRST_MS;

    if (has_lasted)
    {
        session->retry_ms = 0;
        session->tries = 0;
    }
    session->broker = (session->broker + 1) % options->broker_count;
    if (++session->tries % options->broker_count)
        return 0;
    return session->retry_ms = backoff_next(session->retry_ms, first, longest_wait(session));
}

static void lose(struct mqtt_session *session, const char *fault)
{
    bool has_lasted = session->connected && now_ms(session) - session->connected_ms >= longest_wait(session);
    char text[MQTT_FAULT_SIZE];

    snprintf(text, sizeof(text), "the broker at %s, port %u: %s", broker_of(session)->host, broker_of(session)->port,
            fault);
    link_close(&session->link);
    mqtt_client_close(&session->client);
    session->connected = false;
    session->step = MQTT_SESSION_WAITS;
    wait_for(session, next_wait(session, has_lasted));
    session->callbacks->fault(session->context, text);
}

static const char *describe_end(const struct mqtt_session *session, int error)
{
    if (error == UV_ECONNREFUSED)
        return "nobody listens there";
    if (error != UV_EOF)
        return uv_strerror(error);
    if (session->client.state == MQTT_CLIENT_CONNECTING)
        return "it has ended the connection without an answer to CONNECT, as brokers do that want TLS at that port";
    return "it has ended the connection";
}

static const char *describe_delay(const struct mqtt_session *session)
{
    switch (session->link.progress)
    {
        case LINK_CONNECTED:
            return "it has not answered the TLS handshake in time; it may speak no TLS at that port";
        case LINK_ANSWERED:
            return "it has not gone on with the TLS handshake in time";
        default:
            return "it has not been reached in time";
    }
}

/* The connection */

static void on_opened(void *context)
{
    struct mqtt_session *session = context;

    session->step = MQTT_SESSION_IS_OPEN;
    mqtt_client_open(&session->client, now_ms(session));
    schedule(session);
}

static void on_bytes(void *context, const char *bytes, size_t count)
{
    struct mqtt_session *session = context;
    const char *fault = mqtt_client_take(&session->client, bytes, count, now_ms(session));

    if (fault)
        lose(session, fault);
    else
        schedule(session);
}

static void on_link_closed(void *context, int error, const char *fault)
{
    struct mqtt_session *session = context;

    lose(session, fault ? fault : describe_end(session, error));
}

static const struct link_callbacks link_callbacks = {on_opened, on_bytes, on_link_closed};

static bool open_link(struct mqtt_session *session)
{
    const struct mqtt_broker *broker = broker_of(session);
    struct tls_credentials *credentials = session->options->credentials;

    if (!credentials)
        return link_open(&session->link, broker->host, broker->port);
    return link_open_tls(&session->link, broker->host, broker->port, credentials,
            broker->tls_name ? broker->tls_name : broker->host);
}

static void try_next(struct mqtt_session *session)
{
    session->step = MQTT_SESSION_OPENS;
    wait_for(session, session->client.limits.connect_ms);
    if (!open_link(session))
        lose(session, "the connection could not be begun");
}

static void tick(struct mqtt_session *session)
{
    const char *fault = mqtt_client_tick(&session->client, now_ms(session));

    if (fault)
        lose(session, fault);
    else
        schedule(session);
}

static void on_timer(uv_timer_t *timer)
{
    struct mqtt_session *session = timer->data;

    switch (session->step)
    {
        case MQTT_SESSION_WAITS:
            try_next(session);
            break;
        case MQTT_SESSION_OPENS:
            lose(session, describe_delay(session));
            break;
        case MQTT_SESSION_IS_OPEN:
            tick(session);
            break;
        case MQTT_SESSION_IS_CLOSED:
            break;
    }
}

/* What the client calls */

static bool client_sends(void *context, const char *bytes, size_t count)
{
    struct mqtt_session *session = context;

    return link_send(&session->link, bytes, count);
}

static void client_connected(void *context, bool session_present)
{
    struct mqtt_session *session = context;

    session->connected = true;
    session->connected_ms = now_ms(session);
    session->callbacks->connected(session->context, session->broker, session_present);
}

static void client_subscribed(void *context)
{
    struct mqtt_session *session = context;

    session->callbacks->subscribed(session->context);
}

static bool client_refused(void *context, size_t subscription)
{
    struct mqtt_session *session = context;

    if (!session->callbacks->refused)
        return false;
    session->callbacks->refused(session->context, subscription);
    return true;
}

static void client_acknowledged(void *context, uint64_t number)
{
    struct mqtt_session *session = context;

    session->callbacks->acknowledged(session->context, number);
}

static bool client_received(void *context, const struct mqtt_message *message)
{
    struct mqtt_session *session = context;

    return session->callbacks->received(session->context, message);
}

static void client_too_large(void *context, struct mqtt_bytes topic, size_t size)
{
    struct mqtt_session *session = context;

    if (session->callbacks->too_large)
        session->callbacks->too_large(session->context, topic, size);
}

static const struct mqtt_client_callbacks client_callbacks = {client_sends, client_connected, client_subscribed,
        client_refused, client_acknowledged, client_received, client_too_large};

/* Beginning and end */

const char *mqtt_session_open(struct mqtt_session *session, uv_loop_t *loop, const struct mqtt_callbacks *callbacks,
        void *context, const struct mqtt_session_options *options)
{
    const char *fault;

    if (!options->broker_count)
        return "there is no broker to connect to";
    *session = (struct mqtt_session){.callbacks = callbacks, .context = context, .options = options};
    if ((fault = mqtt_client_init(&session->client, &client_callbacks, session, &options->client)))
        return fault;
    if (options->credentials)
        tls_credentials_addref(options->credentials);
    link_init(&session->link, loop, &link_callbacks, session);
    uv_timer_init(loop, &session->timer);
    session->timer.data = session;
    wait_for(session, 0);
    return NULL;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct mqtt_session *session = handle->data;

    mqtt_client_cleanup(&session->client);
    if (session->options->credentials)
        tls_credentials_release(session->options->credentials);
    session->callbacks->closed(session->context);
}

void mqtt_session_close(struct mqtt_session *session)
{
    if (session->step == MQTT_SESSION_IS_CLOSED)
        return;
    session->step = MQTT_SESSION_IS_CLOSED;
    mqtt_client_disconnect(&session->client);
    link_close(&session->link);
    uv_close((uv_handle_t *)&session->timer, on_handle_closed);
}

const char *mqtt_session_publish(struct mqtt_session *session, const struct mqtt_message *message, uint64_t number)
{
    const char *fault = mqtt_client_publish(&session->client, message, number, now_ms(session));

    schedule(session);
    return fault;
}

const char *mqtt_session_subscribe(struct mqtt_session *session, size_t more)
{
    const char *fault = mqtt_client_subscribe(&session->client, more, now_ms(session));

    schedule(session);
    return fault;
}

bool mqtt_session_take_back(struct mqtt_session *session, size_t place)
{
    return mqtt_client_take_back(&session->client, place);
}

void mqtt_session_forget(struct mqtt_session *session)
{
    mqtt_client_forget(&session->client);
}
