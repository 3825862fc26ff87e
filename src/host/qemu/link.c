#include "host/qemu/link.h"

#include "platform/memory.h"
#include "platform/trace.h"

#include <stdio.h>
#include <string.h>

#define READ_BYTES 8192

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
    bool looking_up, has_tcp, open;
    char bytes[READ_BYTES];
};

struct sending
{
    uv_write_t write;
    char bytes[];
};

void link_init(struct link *link, uv_loop_t *loop, const struct link_callbacks *callbacks, void *context)
{
    *link = (struct link){loop, callbacks, context, NULL};
}

static void on_closed(uv_handle_t *handle)
{
    memory_free(handle->data);
}

/* The link has let go of it. A look-up that is under way cannot be taken back, only be cancelled: this is called again
 * when it ends. */
static void connection_end(struct connection *connection)
{
    connection->link = NULL;
    if (connection->looking_up)
        uv_cancel((uv_req_t *)&connection->lookup);
    else if (connection->has_tcp)
        uv_close((uv_handle_t *)&connection->tcp, on_closed);
    else
        memory_free(connection);
}

void link_close(struct link *link)
{
    struct connection *connection = link->connection;

    link->connection = NULL;
    if (connection)
        connection_end(connection);
}

static void fail(struct connection *connection, int error)
{
    struct link *link = connection->link;

    trace(TRACE_QEMU, "a connection ends: %s", uv_strerror(error));
    link_close(link);
    link->callbacks->closed(link->context, error);
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
        fail(connection, (int)count);
    else if (count > 0)
        link->callbacks->bytes(link->context, buffer->base, (size_t)count);
}

static void on_connected(uv_connect_t *connect, int error)
{
    struct connection *connection = connect->data;

    if (!connection->link)
        return;
    if (!error)
        error = uv_read_start((uv_stream_t *)&connection->tcp, on_allocate, on_read);
    if (error)
    {
        fail(connection, error);
        return;
    }
    trace(TRACE_QEMU, "is connected from port %u", link_local_port(connection->link));
    connection->open = true;
    uv_tcp_nodelay(&connection->tcp, 1);
    uv_tcp_keepalive(&connection->tcp, 1, KEEPALIVE_SECONDS);
    connection->link->callbacks->opened(connection->link->context);
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

static void on_looked_up(uv_getaddrinfo_t *lookup, int error, struct addrinfo *found)
{
    struct connection *connection = lookup->data;

    connection->looking_up = false;
    if (!connection->link)
        connection_end(connection);
    else if (error || (error = connect_to(connection, found->ai_addr)))
        fail(connection, error);
    uv_freeaddrinfo(found);
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
    struct connection *connection = memory_alloc(sizeof(*connection));

    if (!connection)
        return false;
    trace(TRACE_QEMU, "connects to %s:%u", host, port);
    connection->link = link;
    link->connection = connection;
    if (!start(connection, host, port))
        return true;
    link_close(link);
    return false;
}

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

bool link_send(struct link *link, const char *text, size_t size)
{
    struct connection *connection = link->connection;
    uv_buf_t buffer = uv_buf_init((char *)text, (unsigned int)size);
    uv_stream_t *stream;
    int sent;

    if (!connection || !connection->open)
        return false;
    stream = (uv_stream_t *)&connection->tcp;
    /* Most texts go at once. Only what is left of one is copied. */
    if ((sent = uv_try_write(stream, &buffer, 1)) < 0)
        sent = 0;
    return (size_t)sent == size || queue_rest(stream, text + sent, size - (size_t)sent);
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
