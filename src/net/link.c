#include "net/link.h"

#include "platform/memory.h"
#include "platform/trace.h"

#include <stdio.h>
#include <string.h>

/* As much as most messages of a monitor and records of a broker are; longer ones take several reads. */
#define READ_BYTES 2048

/* A peer on another machine may vanish without a word. After so long without one the system asks whether it is
 * there. */
#define KEEPALIVE_SECONDS 15

/* One connection of a link. When the link is closed it goes on without it, until libuv has closed the socket: a link
 * may be opened again at once, and then has another. */
struct connection
{
    struct link *link; /* NULL: it has been closed */
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_getaddrinfo_t lookup;
    struct addrinfo *addresses;  /* of the name, until one of them is connected to */
    const struct addrinfo *next; /* of these, the one to try when the present one is none; NULL: there is no other */
    bool looking_up, has_tcp, connected;
    bool is_changing;                    /* to the next address, when libuv has closed the socket of the last one */
    struct tls_credentials *credentials; /* NULL: it is without TLS */
    const char *name;                    /* whom TLS has to find */
    struct tls *tls;                     /* once it is connected */
    bool ended;                          /* no more comes from the peer */
    char bytes[READ_BYTES];
};

struct sending
{
    uv_write_t write;
    char bytes[];
};

void link_init(struct link *link, uv_loop_t *loop, const struct link_callbacks *callbacks, void *context)
{
    *link = (struct link){loop, callbacks, context, NULL, LINK_NOT_CONNECTED, 0};
}

static void forget_addresses(struct connection *connection)
{
    uv_freeaddrinfo(connection->addresses);
    connection->addresses = NULL;
    connection->next = NULL;
}

static void connection_free(struct connection *connection)
{
    forget_addresses(connection);
    memory_free(connection);
}

static void on_closed(uv_handle_t *handle)
{
    connection_free(handle->data);
}

/* The link has let go of it. A look-up that is under way cannot be taken back, only be cancelled: this is called again
 * when it ends, and so it is behind the closing of a socket. */
static void connection_end(struct connection *connection)
{
    connection->link = NULL;
    if (connection->looking_up)
        uv_cancel((uv_req_t *)&connection->lookup);
    else if (connection->is_changing)
        return;
    else if (connection->has_tcp)
        uv_close((uv_handle_t *)&connection->tcp, on_closed);
    else
        connection_free(connection);
}

void link_close(struct link *link)
{
    struct connection *connection = link->connection;

    if (!connection)
        return;
    if (connection->tls)
    {
        tls_end(connection->tls);
        tls_close(connection->tls);
        connection->tls = NULL;
    }
    link->connection = NULL;
    connection_end(connection);
}

static void fail(struct connection *connection, int error, const char *fault)
{
    struct link *link = connection->link;

    trace(TRACE_QEMU, "a connection ends: %s", fault ? fault : uv_strerror(error));
    link_close(link);
    link->callbacks->closed(link->context, error, fault);
}

/* Sending */

static void on_written(uv_write_t *write, int error)
{
    (void)error;
    memory_free(write->data);
}

static bool queue_rest(uv_stream_t *stream, const char *text, size_t size)
{
    struct sending *sending;
    uv_buf_t buffer;

    if (uv_stream_get_write_queue_size(stream) + size > LINK_UNSENT_MAX
            || !(sending = memory_alloc(sizeof(*sending) + size)))
        return false;
    memcpy(sending->bytes, text, size);
    sending->write.data = sending;
    buffer = uv_buf_init(sending->bytes, (unsigned int)size);
    if (!uv_write(&sending->write, stream, &buffer, 1, on_written))
        return true;
    memory_free(sending);
    return false;
}

/* What goes over the wire. */
static bool send_raw(struct connection *connection, const char *text, size_t size)
{
    uv_buf_t buffer = uv_buf_init((char *)text, (unsigned int)size);
    uv_stream_t *stream = (uv_stream_t *)&connection->tcp;
    int sent;

    /* Most texts go at once. Only what is left of one is copied. */
    if ((sent = uv_try_write(stream, &buffer, 1)) < 0)
        sent = 0;
    return (size_t)sent == size || queue_rest(stream, text + sent, size - (size_t)sent);
}

bool link_send(struct link *link, const char *text, size_t size)
{
    struct connection *connection = link->connection;

    if (!connection || !connection->connected)
        return false;
    return connection->tls ? tls_send(connection->tls, text, size) : send_raw(connection, text, size);
}

/* Receiving */

static void opened(struct connection *connection)
{
    struct link *link = connection->link;

    link->progress = LINK_OPEN;
    link->callbacks->opened(link->context);
}

static void take_plain(struct connection *connection, const char *bytes, size_t count)
{
    struct link *link = connection->link;

    link->progress = LINK_TALKING;
    link->callbacks->bytes(link->context, bytes, count);
}

static bool tls_sends(void *context, const char *bytes, size_t count)
{
    return send_raw(context, bytes, count);
}

static void tls_opened(void *context)
{
    opened(context);
}

static void tls_has_bytes(void *context, const char *bytes, size_t count)
{
    take_plain(context, bytes, count);
}

static void tls_ended(void *context)
{
    fail(context, UV_EOF, NULL);
}

static void tls_failed(void *context, const char *fault)
{
    struct connection *connection = context;

    fail(connection, connection->ended ? UV_EOF : UV_EPROTO, fault);
}

static const struct tls_callbacks tls_connection = {tls_sends, tls_opened, tls_has_bytes, tls_ended, tls_failed};

static void start_tls(struct connection *connection)
{
    connection->tls = tls_open(connection->credentials, connection->name, &tls_connection, connection);
    if (!connection->tls)
    {
        fail(connection, UV_ENOMEM, NULL);
        return;
    }
    tls_limit_records(connection->tls, connection->link->tls_record_max);
    tls_start(connection->tls);
}

static void take_tls(struct connection *connection, const char *bytes, size_t count)
{
    if (connection->link->progress == LINK_CONNECTED)
        connection->link->progress = LINK_ANSWERED;
    tls_take(connection->tls, bytes, count);
}

static void end_reading(struct connection *connection, int error)
{
    connection->ended = true;
    if (error == UV_EOF && connection->tls)
        tls_take_end(connection->tls);
    else
        fail(connection, error, NULL);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct connection *connection = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(connection->bytes, sizeof(connection->bytes));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct connection *connection = stream->data;
    struct link *link = connection->link;

    if (!link)
        return;
    if (count < 0)
        end_reading(connection, (int)count);
    else if (count > 0 && connection->tls)
        take_tls(connection, buffer->base, (size_t)count);
    else if (count > 0)
        take_plain(connection, buffer->base, (size_t)count);
}

/* Addresses: a name may have several (localhost often has ::1 and 127.0.0.1), and the peer need not listen at each. They
 * are tried in the order in which the system gives them. */

static void try_next_address(struct connection *connection);

static void on_address_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;

    connection->has_tcp = connection->is_changing = false;
    if (connection->link)
        try_next_address(connection);
    else
        connection_end(connection);
}

static void address_failed(struct connection *connection, int error)
{
    if (!connection->next || !connection->has_tcp)
    {
        fail(connection, error, NULL);
        return;
    }
    trace(TRACE_QEMU, "at one address of the name: %s; there is another", uv_strerror(error));
    connection->is_changing = true;
    uv_close((uv_handle_t *)&connection->tcp, on_address_closed);
}

static void on_connected(uv_connect_t *connect, int error)
{
    struct connection *connection = connect->data;

    if (!connection->link || connection->is_changing)
        return;
    if (error)
    {
        address_failed(connection, error);
        return;
    }
    forget_addresses(connection);
    if ((error = uv_read_start((uv_stream_t *)&connection->tcp, on_allocate, on_read)))
    {
        fail(connection, error, NULL);
        return;
    }
    trace(TRACE_QEMU, "is connected from port %u", link_local_port(connection->link));
    connection->connected = true;
    connection->link->progress = LINK_CONNECTED;
    uv_tcp_nodelay(&connection->tcp, 1);
    uv_tcp_keepalive(&connection->tcp, 1, KEEPALIVE_SECONDS);
    if (connection->credentials)
        start_tls(connection);
    else
        opened(connection);
}

static int connect_to(struct connection *connection, const struct sockaddr *address)
{
    int error = uv_tcp_init(connection->link->loop, &connection->tcp);

    if (error)
        return error;
    connection->has_tcp = true;
    connection->tcp.data = connection->connect.data = connection;
    return uv_tcp_connect(&connection->connect, &connection->tcp, address, on_connected);
}

/* There is one. */
static void try_next_address(struct connection *connection)
{
    const struct addrinfo *address = connection->next;
    int error;

    connection->next = address->ai_next;
    if ((error = connect_to(connection, address->ai_addr)))
        address_failed(connection, error);
}

static void on_looked_up(uv_getaddrinfo_t *lookup, int error, struct addrinfo *found)
{
    struct connection *connection = lookup->data;

    connection->looking_up = false;
    connection->next = connection->addresses = found;
    if (!connection->link)
        connection_end(connection);
    else if (error)
        fail(connection, error, NULL);
    else
        try_next_address(connection);
}

static int start(struct connection *connection, const char *host, uint16_t port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct sockaddr_in address;
    struct sockaddr_in6 address6;
    char service[8];
    int error;

    if (!uv_ip4_addr(host, port, &address))
        return connect_to(connection, (const struct sockaddr *)&address);
    if (!uv_ip6_addr(host, port, &address6))
        return connect_to(connection, (const struct sockaddr *)&address6);
    snprintf(service, sizeof(service), "%u", port);
    connection->lookup.data = connection;
    error = uv_getaddrinfo(connection->link->loop, &connection->lookup, on_looked_up, host, service, &hints);
    connection->looking_up = !error;
    return error;
}

bool link_open(struct link *link, const char *host, uint16_t port)
{
    return link_open_tls(link, host, port, NULL, NULL);
}

bool link_open_tls(
        struct link *link, const char *host, uint16_t port, struct tls_credentials *credentials, const char *name)
{
    struct connection *connection = memory_alloc(sizeof(*connection));

    link->progress = LINK_NOT_CONNECTED;
    if (!connection)
        return false;
    trace(TRACE_QEMU, "connects to %s:%u%s", host, port, credentials ? " by TLS" : "");
    connection->link = link;
    connection->credentials = credentials;
    connection->name = name;
    link->connection = connection;
    if (!start(connection, host, port))
        return true;
    link_close(link);
    return false;
}

uint16_t link_local_port(const struct link *link)
{
    struct sockaddr_storage address;
    int size = sizeof(address);

    if (!link->connection || !link->connection->has_tcp
            || uv_tcp_getsockname(&link->connection->tcp, (struct sockaddr *)&address, &size))
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}
