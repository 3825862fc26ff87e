#include "support/many_qemus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <uv.h>

#define NEEDS(condition) ((condition) ? (void)0 : fail(#condition))

struct peer
{
    uv_tcp_t tcp;
    struct peer *next, **link;
    size_t count;
    char bytes[8192]; /* of the line that is not complete yet */
};

struct answer
{
    uv_write_t write;
    char text[];
};

static uv_loop_t loop;
static uv_tcp_t server;
static uv_async_t resets;
static uv_thread_t thread;
static struct peer *peers;
static unsigned int port;
static volatile long connected, answered;

static void fail(const char *what)
{
    fprintf(stderr, "a pretended QEMU: %s does not hold\n", what);
    exit(3);
}

static void on_written(uv_write_t *write, int status)
{
    (void)status;
    free(write->data);
}

static void say(struct peer *peer, const char *text)
{
    size_t length = strlen(text);
    struct answer *answer = malloc(sizeof(*answer) + length + 1);
    uv_buf_t buffer;

    NEEDS(answer);
    memcpy(answer->text, text, length + 1);
    answer->write.data = answer;
    buffer = uv_buf_init(answer->text, (unsigned int)length);
    if (uv_write(&answer->write, (uv_stream_t *)&peer->tcp, &buffer, 1, on_written))
        free(answer);
}

static void take_line(struct peer *peer, const char *line)
{
    const char *id = strstr(line, "\"id\":");
    char text[256];

    NEEDS(id);
    snprintf(text, sizeof(text), "{\"return\": %s, \"id\": %ld}\r\n",
            strstr(line, "\"query-status\"") ? "{\"status\": \"running\", \"running\": true}" : "[]",
            strtol(id + 5, NULL, 10));
    say(peer, text);
    ++answered;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void let_go(struct peer *peer)
{
    if ((*peer->link = peer->next))
        peer->next->link = peer->link;
    --connected;
    uv_close((uv_handle_t *)&peer->tcp, on_closed);
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    struct peer *peer = handle->data;

    (void)wanted;
    *buffer = uv_buf_init(peer->bytes + peer->count, (unsigned int)(sizeof(peer->bytes) - 1 - peer->count));
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct peer *peer = stream->data;
    char *line = peer->bytes, *end;

    (void)buffer;
    if (count < 0)
    {
        let_go(peer);
        return;
    }
    peer->count += (size_t)count;
    peer->bytes[peer->count] = 0;
    for (; (end = strchr(line, '\n')); line = end + 1)
    {
        *end = 0;
        take_line(peer, line);
    }
    peer->count -= (size_t)(line - peer->bytes);
    memmove(peer->bytes, line, peer->count);
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct peer *peer = calloc(1, sizeof(*peer));

    NEEDS(peer && !status && !uv_tcp_init(&loop, &peer->tcp));
    peer->tcp.data = peer;
    NEEDS(!uv_accept(stream, (uv_stream_t *)&peer->tcp));
    if ((peer->next = peers))
        peers->link = &peer->next;
    peer->link = &peers;
    peers = peer;
    ++connected;
    say(peer, "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n");
    NEEDS(!uv_read_start((uv_stream_t *)&peer->tcp, on_room, on_read));
}

static void on_reset(uv_async_t *async)
{
    uv_timeval64_t now;
    char text[256];

    (void)async;
    NEEDS(!uv_gettimeofday(&now));
    snprintf(text, sizeof(text),
            "{\"event\": \"RESET\", \"data\": {\"guest\": false, \"reason\": \"host-qmp-system-reset\"}, "
            "\"timestamp\": {\"seconds\": %lld, \"microseconds\": %ld}}\r\n",
            (long long)now.tv_sec, (long)now.tv_usec);
    for (struct peer *peer = peers; peer; peer = peer->next)
        say(peer, text);
}

static void serve(void *context)
{
    (void)context;
    uv_run(&loop, UV_RUN_DEFAULT);
}

void many_qemus_start(void)
{
    struct sockaddr_in address;
    int size = sizeof(address);

    NEEDS(!uv_loop_init(&loop) && !uv_tcp_init(&loop, &server) && !uv_async_init(&loop, &resets, on_reset));
    NEEDS(!uv_ip4_addr("0.0.0.0", 0, &address));
    NEEDS(!uv_tcp_bind(&server, (const struct sockaddr *)&address, 0));
    NEEDS(!uv_listen((uv_stream_t *)&server, 512, on_connection));
    NEEDS(!uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size));
    port = ntohs(address.sin_port);
    NEEDS(!uv_thread_create(&thread, serve, NULL));
}

void many_qemus_address(unsigned int number, wchar_t *address, size_t size)
{
    swprintf(address, size, L"qemu:127.0.%u.%u:%u", number / 200, number % 200 + 1, port);
}

long many_qemus_connected(void)
{
    return connected;
}

long many_qemus_answered(void)
{
    return answered;
}

void many_qemus_reset(void)
{
    uv_async_send(&resets);
}
