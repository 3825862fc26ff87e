/* The connections of a live machine: made, lost, made again, and ended at every moment. The peer is in the same loop. */
#include "host/qemu/attachment.h"

#include "host/qemu/json_reader.h"
#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* What the peer does with who connects. */
enum manner
{
    ANSWERS,
    HANGS_UP,
    TALKS_NONSENSE,
    SAYS_NOTHING
};

static uv_loop_t loop;
static uv_tcp_t server;
static unsigned int port, clients;
static enum manner manner;
static const char *nonsense;

static struct attachment attachment;
static unsigned int attached_times, lost_times, states_learnt;
static bool tried, closed;
static char events[1024], fault[512];

/* The peer */

struct client
{
    uv_tcp_t tcp;
    char bytes[4096];
    size_t count;
};

static struct client *last_client;

static void on_client_closed(uv_handle_t *handle)
{
    if (handle->data == last_client)
        last_client = NULL;
    free(handle->data);
}

static void say(struct client *client, const char *text)
{
    uv_buf_t buffer = uv_buf_init((char *)text, (unsigned int)strlen(text));

    uv_try_write((uv_stream_t *)&client->tcp, &buffer, 1);
}

static void answer(struct client *client, const char *line)
{
    const char *id = strstr(line, "\"id\":");
    char text[256];

    assert_non_null(id);
    snprintf(text, sizeof(text), "{\"return\": %s, \"id\": %ld}\n",
            strstr(line, "query-status") ? "{\"status\": \"running\", \"running\": true}" : "[]",
            strtol(id + 5, NULL, 10));
    say(client, text);
}

static void on_client_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct client *client = handle->data;

    (void)suggested;
    *buffer = uv_buf_init(client->bytes + client->count, (unsigned int)(sizeof(client->bytes) - 1 - client->count));
}

static void on_client_bytes(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct client *client = stream->data;
    char *end;

    (void)buffer;
    if (count < 0)
    {
        uv_close((uv_handle_t *)stream, on_client_closed);
        return;
    }
    client->count += (size_t)count;
    client->bytes[client->count] = 0;
    while ((end = strchr(client->bytes, '\n')))
    {
        *end = 0;
        if (manner == ANSWERS)
            answer(client, client->bytes);
        client->count -= (size_t)(end + 1 - client->bytes);
        memmove(client->bytes, end + 1, client->count + 1);
    }
}

static void on_client(uv_stream_t *stream, int error)
{
    struct client *client = calloc(1, sizeof(*client));

    assert_true(client && !error);
    ++clients;
    uv_tcp_init(&loop, &client->tcp);
    client->tcp.data = last_client = client;
    assert_int_equal(uv_accept(stream, (uv_stream_t *)&client->tcp), 0);
    if (manner == HANGS_UP)
    {
        uv_close((uv_handle_t *)&client->tcp, on_client_closed);
        return;
    }
    uv_read_start((uv_stream_t *)&client->tcp, on_client_allocate, on_client_bytes);
    if (manner != SAYS_NOTHING)
        say(client, manner == ANSWERS ? "{\"QMP\": {}}\n" : nonsense);
}

static void listen_at(unsigned int wanted)
{
    struct sockaddr_in address;
    int size = sizeof(address);

    uv_tcp_init(&loop, &server);
    uv_ip4_addr("127.0.0.1", (int)wanted, &address);
    assert_int_equal(uv_tcp_bind(&server, (const struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&server, 8, on_client), 0);
    assert_int_equal(uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size), 0);
    port = ntohs(address.sin_port);
}

static void stop_listening(void)
{
    uv_close((uv_handle_t *)&server, NULL);
}

static void drop_client(void)
{
    if (last_client)
        uv_close((uv_handle_t *)&last_client->tcp, on_client_closed);
    last_client = NULL;
}

/* What the attachment calls */

static void on_event(void *context, const struct vm_event *event)
{
    size_t length = strlen(events);

    (void)context;
    snprintf(events + length, sizeof(events) - length, "%d:%d ", (int)event->type, (int)event->number);
}

static void on_state(void *context, enum vm_state state)
{
    (void)context;
    states_learnt = states_learnt * 10 + (unsigned int)state;
}

static void on_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    (void)context, (void)result, (void)text;
}

static void on_connection(void *context, bool connected, const char *what)
{
    (void)context;
    if (connected)
        ++attached_times;
    else
        ++lost_times;
    snprintf(fault, sizeof(fault), "%s", what ? what : "");
}

static void on_tried(void *context, bool has_memory)
{
    (void)context;
    assert_true(has_memory);
    assert_false(tried);
    tried = true;
}

static void on_closed(void *context)
{
    (void)context;
    closed = true;
}

static const struct live_callbacks callbacks = {
        .event = on_event,
        .state = on_state,
        .connection = on_connection,
        .tried = on_tried,
        .logged_off = on_logged_off,
        .closed = on_closed,
};

/* Time */

static void open_at(const char *host, const char *options)
{
    static struct address address; /* the attachment has no copy */
    char text[128], complaint[256];

    snprintf(text, sizeof(text), "qemu:%s:%u%s", host, port, options);
    assert_null(address_parse(&address, text, complaint));
    assert_true(attachment_open(&attachment, &loop, &callbacks, NULL, &address, NULL));
}

/* Runs the loop until the count is reached. A test that waits in vain ends by CTest's time limit. */
static void run_until(const unsigned int *count, unsigned int wanted)
{
    while (*count < wanted)
        uv_run(&loop, UV_RUN_ONCE);
}

static int set_up(void **state)
{
    (void)state;
    json_reader_init();
    assert_int_equal(uv_loop_init(&loop), 0);
    attached_times = lost_times = states_learnt = clients = 0;
    tried = closed = false;
    last_client = NULL;
    *events = *fault = 0;
    manner = ANSWERS;
    nonsense = "SSH-2.0-OpenSSH_9.2\r\n";
    listen_at(0);
    return 0;
}

/* Nothing is left in the loop. */
static int tear_down(void **state)
{
    (void)state;
    attachment_close(&attachment);
    drop_client();
    if (!uv_is_closing((uv_handle_t *)&server))
        stop_listening();
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(closed);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}

static void test_attached(void **state)
{
    (void)state;
    open_at("127.0.0.1", "");
    run_until(&attached_times, 1);
    assert_true(tried);
    assert_int_equal(states_learnt, VM_RUNNING);
    assert_string_equal(fault, "");
    assert_string_equal(events, "");
}

static void test_lost_and_made_again(void **state)
{
    (void)state;
    open_at("localhost", "");
    run_until(&attached_times, 1);
    drop_client();
    run_until(&lost_times, 1);
    assert_non_null(strstr(fault, "has ended the connection"));
    run_until(&attached_times, 2);
    assert_string_equal(events, "");
}

/* Nobody listens any more, and later somebody does. */
static void test_gone_and_there_again(void **state)
{
    (void)state;
    open_at("127.0.0.1", "");
    run_until(&attached_times, 1);
    stop_listening();
    drop_client();
    run_until(&lost_times, 2);
    assert_non_null(strstr(fault, "nobody listens there"));
    assert_string_equal(events, "0:1 ");
    listen_at(port);
    run_until(&attached_times, 2);
    assert_string_equal(events, "0:1 0:5 ");
}

/* The forwarder still takes connections; later there is a QEMU behind it again. */
static void test_gone_behind_a_forwarder(void **state)
{
    (void)state;
    open_at("127.0.0.1", "");
    run_until(&attached_times, 1);
    manner = HANGS_UP;
    drop_client();
    run_until(&lost_times, ATTACHMENT_ENDS);
    assert_string_equal(events, "");
    run_until(&lost_times, ATTACHMENT_ENDS + 1);
    assert_string_equal(events, "0:1 ");
    run_until(&lost_times, ATTACHMENT_ENDS + 2);
    manner = ANSWERS;
    run_until(&attached_times, 2);
    assert_string_equal(events, "0:1 0:5 ");
}

/* It has greeted in between: a forwarder that is started anew. */
static void test_lost_now_and_then_behind_a_forwarder(void **state)
{
    (void)state;
    open_at("127.0.0.1", "");
    for (unsigned int i = 1; i <= 3; ++i)
    {
        manner = ANSWERS;
        run_until(&attached_times, i);
        manner = HANGS_UP;
        drop_client();
        run_until(&lost_times, i * ATTACHMENT_ENDS);
    }
    assert_string_equal(events, "");
    manner = ANSWERS;
    run_until(&attached_times, 4);
}

static void test_nobody_from_the_start(void **state)
{
    (void)state;
    stop_listening();
    open_at("127.0.0.1", "");
    run_until(&lost_times, 1);
    assert_true(tried);
    assert_int_equal(states_learnt, VM_TURNED_OFF);
    assert_string_equal(events, "");
}

static void test_peers_that_are_no_qemu(void **state)
{
    static const char *const faults[] = {
            [HANGS_UP] = "has ended the connection before a greeting", [TALKS_NONSENSE] = "no JSON object"};

    (void)state;
    for (manner = HANGS_UP; manner <= TALKS_NONSENSE; ++manner)
    {
        closed = false;
        tried = false;
        lost_times = 0;
        open_at("127.0.0.1", ",agent=1");
        /* The waits grow: these take 0.1 and 0.2 seconds. */
        run_until(&lost_times, 3);
        assert_non_null(strstr(fault, faults[manner]));
        assert_int_equal(attached_times, 0);
        /* As if nobody listened behind a forwarder. */
        assert_int_equal(states_learnt, manner == HANGS_UP ? VM_TURNED_OFF : 0);
        states_learnt = 0;
        if (manner == HANGS_UP)
        {
            attachment_close(&attachment);
            while (!closed)
                uv_run(&loop, UV_RUN_ONCE);
        }
    }
}

static void test_monitors_that_are_no_qmp(void **state)
{
    static const char *const greetings[][2] = {
            {"QEMU 7.2.22 monitor - type 'help' for more information\r\n(qemu) ", "made by -qmp"},
            {"\xff\xfb\x01\xff\xfb\x03\xff\xfb{\"QMP\": {}}\r\n", "without telnet=on"},
            {"\xff\xfb\x01\xff\xfb\x03QEMU 7.2.22 monitor", "without telnet=on"},
            {"RFB 003.008\n", "is this the port of QEMU's -qmp option?"},
    };

    (void)state;
    manner = TALKS_NONSENSE;
    for (size_t i = 0; i < sizeof(greetings) / sizeof(greetings[0]); ++i)
    {
        nonsense = greetings[i][0];
        closed = tried = false;
        lost_times = 0;
        open_at("127.0.0.1", "");
        run_until(&lost_times, 1);
        if (!strstr(fault, greetings[i][1]))
            fail_msg("%s", fault);
        attachment_close(&attachment);
        while (!closed)
            uv_run(&loop, UV_RUN_ONCE);
    }
}

/* At each step of the loop from the first on. */
static void test_closed_at_every_moment(void **state)
{
    (void)state;
    for (int steps = 0; !attached_times || steps < 8; ++steps)
    {
        open_at("127.0.0.1", ",agent=1");
        for (int i = 0; i < steps; ++i)
            uv_run(&loop, UV_RUN_ONCE);
        attachment_close(&attachment);
        attachment_close(&attachment);
        while (!closed)
            uv_run(&loop, UV_RUN_ONCE);
        closed = tried = false;
    }
    open_at("127.0.0.1", "");
}

static void test_closed_while_a_name_is_looked_up(void **state)
{
    (void)state;
    open_at("vmevents.invalid", ",allow-remote");
    uv_run(&loop, UV_RUN_NOWAIT);
    uv_run(&loop, UV_RUN_NOWAIT);
}

static void test_a_name_that_nobody_has(void **state)
{
    (void)state;
    open_at("vmevents.invalid", ",allow-remote");
    run_until(&lost_times, 1);
    assert_true(tried);
    /* Not to be found is not turned off. */
    assert_int_equal(states_learnt, 0);
}

/* It does not read, and is sent no more than is reasonable. */
static void test_a_peer_that_does_not_read(void **state)
{
    static char text[65536];
    struct link link;
    static const struct link_callbacks nobody = {NULL, NULL, NULL};
    unsigned int sent = 0;

    (void)state;
    manner = SAYS_NOTHING;
    memset(text, ' ', sizeof(text));
    open_at("127.0.0.1", "");
    link_init(&link, &loop, &nobody, NULL);
    assert_false(link_send(&link, text, sizeof(text)));
    run_until(&clients, 1);
    uv_read_stop((uv_stream_t *)&last_client->tcp);
    while (link_send(&attachment.qmp, text, sizeof(text)))
        assert_true(++sent < 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
            TEST(attached),
            TEST(lost_and_made_again),
            TEST(gone_and_there_again),
            TEST(gone_behind_a_forwarder),
            TEST(lost_now_and_then_behind_a_forwarder),
            TEST(nobody_from_the_start),
            TEST(peers_that_are_no_qemu),
            TEST(monitors_that_are_no_qmp),
            TEST(closed_at_every_moment),
            TEST(closed_while_a_name_is_looked_up),
            TEST(a_name_that_nobody_has),
            TEST(a_peer_that_does_not_read),
    };

#ifdef SIGPIPE
    /* On POSIX systems a peer that is gone would end the program. */
    signal(SIGPIPE, SIG_IGN);
#endif
    return cmocka_run_group_tests_name("attachments", tests, NULL, NULL);
}
