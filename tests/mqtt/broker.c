#include "mqtt/broker.h"

#include "support/test.h"

#include <string.h>

#define CLIENT_BYTES (256 << 10)

struct broker_client
{
    struct broker *broker;
    uv_tcp_t tcp;
    unsigned char bytes[CLIENT_BYTES];
    size_t count;
    unsigned int publishes;
    bool deaf; /* it is not read from any more, not even its end */
};

struct answer
{
    uv_write_t write;
    char bytes[];
};

static void on_client_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void end_client(struct broker_client *client)
{
    if (client->broker->client == client)
        client->broker->client = NULL;
    if (!uv_is_closing((uv_handle_t *)&client->tcp))
        uv_close((uv_handle_t *)&client->tcp, on_client_closed);
}

static void on_written(uv_write_t *write, int error)
{
    (void)error;
    free(write->data);
}

static void say(struct broker_client *client, const char *bytes, size_t count)
{
    struct answer *answer = malloc(sizeof(*answer) + count);
    uv_buf_t buffer = uv_buf_init(answer->bytes, (unsigned int)count);

    memcpy(answer->bytes, bytes, count);
    answer->write.data = answer;
    if (uv_write(&answer->write, (uv_stream_t *)&client->tcp, &buffer, 1, on_written))
        free(answer);
}

static unsigned int number_at(const unsigned char *bytes)
{
    return (unsigned int)bytes[0] << 8 | bytes[1];
}

static void take_connect(struct broker_client *client, const unsigned char *bytes, size_t count)
{
    struct broker *broker = client->broker;

    ++broker->connects;
    assert_true(count <= sizeof(broker->connect));
    memcpy(broker->connect, bytes, count);
    broker->connect_count = count;
    if (broker->manner == BROKER_REFUSES)
        say(client, "\x20\2\0\3", 4);
    else if (broker->manner != BROKER_SAYS_NOTHING && broker->manner != BROKER_TALKS)
        say(client, "\x20\2\0\0", 4);
    if (broker->manner == BROKER_TALKS_LATER)
        say(client, broker->words, broker->words_count);
    if (broker->manner == BROKER_STOPS_READING)
    {
        client->deaf = true;
        uv_read_stop((uv_stream_t *)&client->tcp);
    }
}

static void take_publish(struct broker_client *client, unsigned int first, const unsigned char *bytes, size_t count)
{
    struct broker *broker = client->broker;
    size_t topic = number_at(bytes);
    char answer[] = {0x40, 2, (char)bytes[2 + topic], (char)bytes[3 + topic]};

    assert_int_equal(first & 0x06, 0x02);
    ++broker->publishes;
    if (broker->published)
        broker->published(broker, first & 0x08, (const char *)bytes + 2, topic, (const char *)bytes + 4 + topic,
                count - 4 - topic);
    if (broker->manner == BROKER_HANGS_UP_LATER && ++client->publishes >= broker->publishes_before_end)
        end_client(client);
    else if (broker->manner == BROKER_ANSWERS || broker->manner == BROKER_HANGS_UP_LATER)
        say(client, answer, sizeof(answer));
}

/* A code for each filter. */
static void take_subscribe(struct broker_client *client, const unsigned char *bytes, size_t size)
{
    char answer[64] = {(char)0x90, 0, (char)bytes[0], (char)bytes[1]};
    size_t count = 4;

    for (size_t i = 2; i < size; i += 3 + number_at(bytes + i))
    {
        assert_true(count < sizeof(answer));
        answer[count++] = client->broker->refuses ? (char)0x80 : 1;
        ++client->broker->filters;
    }
    answer[1] = (char)(count - 2);
    ++client->broker->subscribes;
    if (client->broker->manner == BROKER_ANSWERS)
        say(client, answer, count);
}

static void take_packet(struct broker_client *client, unsigned int first, const unsigned char *bytes, size_t count)
{
    switch (first >> 4)
    {
        case 1:
            take_connect(client, bytes, count);
            break;
        case 3:
            take_publish(client, first, bytes, count);
            break;
        case 4:
            ++client->broker->acknowledgements;
            break;
        case 8:
            take_subscribe(client, bytes, count);
            break;
        case 12:
            ++client->broker->pings;
            if (client->broker->manner == BROKER_ANSWERS)
                say(client, "\xd0\0", 2);
            break;
        case 14:
            ++client->broker->disconnects;
            break;
        default:
            fail_msg("the client has sent a packet of type %u", first >> 4);
    }
}

/* How many bytes a packet has that begins so, and how many of those are its head; 0: it is not complete. */
static size_t measure(const struct broker_client *client, size_t *head)
{
    size_t length = 0;

    for (*head = 1; *head < client->count && *head < 5;)
    {
        length |= (size_t)(client->bytes[*head] & 0x7f) << 7 * (*head - 1);
        if (!(client->bytes[(*head)++] & 0x80))
            return *head + length <= client->count ? *head + length : 0;
    }
    return 0;
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct broker_client *client = handle->data;

    (void)suggested;
    *buffer = uv_buf_init((char *)client->bytes + client->count, (unsigned int)(CLIENT_BYTES - client->count));
}

static void on_bytes(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct broker_client *client = stream->data;
    size_t size, head;

    (void)buffer;
    if (count < 0)
    {
        end_client(client);
        return;
    }
    client->count += (size_t)count;
    while (!uv_is_closing((uv_handle_t *)stream) && (size = measure(client, &head)))
    {
        take_packet(client, client->bytes[0], client->bytes + head, size - head);
        client->count -= size;
        memmove(client->bytes, client->bytes + size, client->count);
    }
}

static void on_client(uv_stream_t *stream, int error)
{
    struct broker *broker = stream->data;
    struct broker_client *client = calloc(1, sizeof(*client));

    assert_true(client && !error);
    ++broker->clients;
    if (broker->client && broker->client->deaf)
        end_client(broker->client);
    client->broker = broker;
    broker->client = client;
    uv_tcp_init(stream->loop, &client->tcp);
    client->tcp.data = client;
    assert_int_equal(uv_accept(stream, (uv_stream_t *)&client->tcp), 0);
    if (broker->manner == BROKER_HANGS_UP)
    {
        end_client(client);
        return;
    }
    uv_read_start((uv_stream_t *)&client->tcp, on_allocate, on_bytes);
    if (broker->manner == BROKER_TALKS)
        say(client, broker->words, broker->words_count);
}

void broker_listen(struct broker *broker, uv_loop_t *loop)
{
    struct sockaddr_in address;
    int size = sizeof(address);

    *broker = (struct broker){.manner = BROKER_ANSWERS};
    uv_tcp_init(loop, &broker->server);
    broker->server.data = broker;
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(uv_tcp_bind(&broker->server, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&broker->server, 8, on_client), 0);
    assert_int_equal(uv_tcp_getsockname(&broker->server, (struct sockaddr *)&address, &size), 0);
    broker->port = ntohs(address.sin_port);
}

void broker_stop_listening(struct broker *broker)
{
    if (!uv_is_closing((uv_handle_t *)&broker->server))
        uv_close((uv_handle_t *)&broker->server, NULL);
}

void broker_drop(struct broker *broker)
{
    if (broker->client)
        end_client(broker->client);
}

void broker_say(struct broker *broker, const char *bytes, size_t count)
{
    assert_non_null(broker->client);
    say(broker->client, bytes, count);
}
