#include "places.h"

#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

uv_loop_t places_loop;
struct place places[PLACES];

struct place_client
{
    uv_tcp_t tcp;
    struct place *place;
    unsigned int channel; /* 0: the monitor, 1: the agent */
    char bytes[8192];
    size_t count;
};

static void on_client_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void drop(struct place_client *client)
{
    if (client->place->clients[client->channel] == client)
        client->place->clients[client->channel] = NULL;
    if (!uv_is_closing((uv_handle_t *)&client->tcp))
        uv_close((uv_handle_t *)&client->tcp, on_client_closed);
}

static void say(struct place_client *client, const char *text)
{
    uv_buf_t buffer = uv_buf_init((char *)text, (unsigned int)strlen(text));

    if (client)
        uv_try_write((uv_stream_t *)&client->tcp, &buffer, 1);
}

static const char *qom_property(json_t *command)
{
    const char *property = json_string_value(json_object_get(json_object_get(command, "arguments"), "property"));

    if (!strcmp(property, "name"))
        return "\"org.qemu.guest_agent.0\"";
    return strcmp(property, "type") ? "\"agent\"" : "\"ide-cd\"";
}

static void describe(const struct place *place, const char *name, json_t *command, char *result, size_t size)
{
    if (!strcmp(name, "query-status"))
        snprintf(result, size, "{\"status\": \"%s\", \"running\": %s}", place->run_state,
                strcmp(place->run_state, "running") ? "false" : "true");
    else if (!strcmp(name, "query-uuid"))
        snprintf(result, size, "{\"UUID\": \"%s\"}", place->uuid);
    else if (!strcmp(name, "query-migrate"))
        snprintf(result, size, *place->migration ? "{\"status\": \"%s\"}" : "{%s}", place->migration);
    else if (!strcmp(name, "query-cpus-fast"))
        snprintf(result, size, "[{\"thread-id\": %d}]", place->process);
    else if (!strcmp(name, "query-block"))
        snprintf(result, size, "%s", place->drives);
    else if (!strcmp(name, "qom-list"))
        snprintf(result, size, "[{\"name\": \"agent0\", \"type\": \"child<virtserialport>\"}]");
    else if (!strcmp(name, "qom-get"))
        snprintf(result, size, "%s", qom_property(command));
    else if (!strcmp(name, "query-chardev"))
        snprintf(result, size, "[{\"label\": \"agent\", \"frontend-open\": %s, \"filename\": \"\"}]",
                place->port_open ? "true" : "false");
    else
        snprintf(result, size, "[]");
}

static void answer_as_monitor(struct place_client *client, json_t *command)
{
    char result[1024], text[1200];

    describe(client->place, json_string_value(json_object_get(command, "execute")), command, result, sizeof(result));
    snprintf(text, sizeof(text), "{\"return\": %s, \"id\": %ld}\n", result,
            (long)json_integer_value(json_object_get(command, "id")));
    say(client, text);
}

static void answer_as_agent(struct place_client *client, json_t *command)
{
    const char *name = json_string_value(json_object_get(command, "execute"));
    char text[1024];

    if (!strcmp(name, "guest-sync-delimited"))
        snprintf(text, sizeof(text), "\xff{\"return\": %ld}\n",
                (long)json_integer_value(json_object_get(json_object_get(command, "arguments"), "id")));
    else if (!strcmp(name, "guest-get-users"))
        snprintf(text, sizeof(text), "{\"return\": %s}\n", client->place->users);
    else
        snprintf(text, sizeof(text), "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\"}}\n");
    if (!strcmp(name, "guest-get-users"))
        ++client->place->asked_users;
    say(client, text);
}

static void take_line(struct place_client *client, const char *line)
{
    json_t *command = json_loads(*line == '\xff' ? line + 1 : line, 0, NULL);

    assert_non_null(command);
    if (client->channel)
        answer_as_agent(client, command);
    else
        answer_as_monitor(client, command);
    json_decref(command);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct place_client *client = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(client->bytes + client->count, (unsigned int)(sizeof(client->bytes) - 1 - client->count));
}

static void on_bytes(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct place_client *client = stream->data;
    char *end;

    (void)buffer;
    if (count < 0)
    {
        drop(client);
        return;
    }
    client->count += (size_t)count;
    client->bytes[client->count] = 0;
    while ((end = strchr(client->bytes, '\n')))
    {
        *end = 0;
        if (!client->place->is_mute)
            take_line(client, client->bytes);
        client->count -= (size_t)(end + 1 - client->bytes);
        memmove(client->bytes, end + 1, client->count + 1);
    }
}

static void on_client(uv_stream_t *stream, int error)
{
    struct place *place = stream->data;
    unsigned int channel = stream == (uv_stream_t *)place->servers[1];
    struct place_client *client = calloc(1, sizeof(*client));

    assert_true(client && !error);
    client->place = place;
    client->channel = channel;
    uv_tcp_init(&places_loop, &client->tcp);
    client->tcp.data = client;
    assert_int_equal(uv_accept(stream, (uv_stream_t *)&client->tcp), 0);
    place->clients[channel] = client;
    uv_read_start((uv_stream_t *)&client->tcp, on_allocate, on_bytes);
    if (channel || place->is_mute)
        return;
    ++place->greeted;
    say(client, "{\"QMP\": {}}\n");
}

static unsigned int listen_at(struct place *place, unsigned int channel, unsigned int port)
{
    uv_tcp_t *server = place->servers[channel] = malloc(sizeof(*server));
    struct sockaddr_in address;
    int size = sizeof(address);

    assert_non_null(server);
    uv_tcp_init(&places_loop, server);
    server->data = place;
    uv_ip4_addr("127.0.0.1", (int)port, &address);
    assert_int_equal(uv_tcp_bind(server, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)server, 8, on_client), 0);
    assert_int_equal(uv_tcp_getsockname(server, (struct sockaddr *)&address, &size), 0);
    return ntohs(address.sin_port);
}

void place_start(struct place *place)
{
    place->port = listen_at(place, 0, place->port);
    place->agent_port = listen_at(place, 1, place->agent_port);
    place->listens = true;
    place->process += 10;
}

static void on_server_closed(uv_handle_t *handle)
{
    free(handle);
}

void place_kill(struct place *place)
{
    for (unsigned int channel = 0; channel < 2; ++channel)
    {
        if (place->listens)
            uv_close((uv_handle_t *)place->servers[channel], on_server_closed);
        if (place->clients[channel])
            drop(place->clients[channel]);
    }
    place->listens = false;
}

void place_say(struct place *place, const char *event, const char *data)
{
    uv_timeval64_t now;
    char text[1024];

    uv_gettimeofday(&now);
    snprintf(text, sizeof(text),
            "{\"event\": \"%s\", \"data\": %s, \"timestamp\": {\"seconds\": %ld, \"microseconds\": %ld}}\n", event,
            data ? data : "{}", (long)now.tv_sec, (long)now.tv_usec);
    say(place->clients[0], text);
}

bool place_has_client(const struct place *place)
{
    return place->clients[0] != NULL;
}

static void on_timer(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

void places_wait(unsigned int ms)
{
    bool over = false;
    uv_timer_t timer;

    uv_timer_init(&places_loop, &timer);
    timer.data = &over;
    uv_update_time(&places_loop);
    uv_timer_start(&timer, on_timer, ms, 0);
    while (!over)
        uv_run(&places_loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&places_loop, UV_RUN_NOWAIT);
}

void places_set_up(void)
{
    assert_int_equal(uv_loop_init(&places_loop), 0);
    for (int i = 0; i < PLACES; ++i)
    {
        places[i] = (struct place){.run_state = "running",
                .uuid = "11111111-2222-3333-4444-555555555555",
                .migration = "",
                .users = "[]",
                .drives = "[]",
                .port_open = true,
                .process = 100 * (i + 1)};
        place_start(&places[i]);
    }
}

void places_tear_down(void)
{
    for (int i = 0; i < PLACES; ++i)
        place_kill(&places[i]);
    uv_run(&places_loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&places_loop), 0);
}
