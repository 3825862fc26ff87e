/*
 * A name with several addresses, at some of which nobody listens. What the name stands for is said by this file's
 * getaddrinfo, which libuv calls.
 */
#include "net/link.h"

#include "support/test.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const *addresses; /* up to NULL */

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    struct addrinfo **end = found;

    CHECK(!strcmp(name, "broker.example") && hints->ai_socktype == SOCK_STREAM);
    for (const char *const *address = addresses; *address; ++address)
    {
        struct
        {
            struct addrinfo info;
            struct sockaddr_in address;
        } *one = calloc(1, sizeof(*one));

        CHECK(one && inet_pton(AF_INET, *address, &one->address.sin_addr) == 1);
        one->address.sin_family = AF_INET;
        one->address.sin_port = htons((uint16_t)atoi(service));
        one->info.ai_family = AF_INET;
        one->info.ai_addr = (struct sockaddr *)&one->address;
        one->info.ai_addrlen = sizeof(one->address);
        *end = &one->info;
        end = &one->info.ai_next;
    }
    *end = NULL;
    return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
    while (info)
    {
        struct addrinfo *next = info->ai_next;

        free(info);
        info = next;
    }
}

/* Listens at 127.0.0.1 alone. Returns the socket. */
static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    int listening = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(listening >= 0);
    assert_int_equal(bind(listening, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listening, 5), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return listening;
}

struct outcome
{
    int opened, closed, error;
    struct link *link;
};

static void on_opened(void *context)
{
    struct outcome *outcome = context;

    ++outcome->opened;
    link_close(outcome->link);
}

static void on_bytes(void *context, const char *bytes, size_t count)
{
    (void)context, (void)bytes, (void)count;
}

static void on_closed(void *context, int error, const char *fault)
{
    struct outcome *outcome = context;

    (void)fault;
    ++outcome->closed;
    outcome->error = error;
}

static const struct link_callbacks callbacks = {on_opened, on_bytes, on_closed};

/* Opens a link to the name, to its end; after so many turns of the loop, if there are any, it is closed. */
static struct outcome open_link(const char *const *those, uint16_t port, int turns)
{
    struct outcome outcome = {0};
    struct link link;
    uv_loop_t loop;

    addresses = those;
    outcome.link = &link;
    assert_int_equal(uv_loop_init(&loop), 0);
    link_init(&link, &loop, &callbacks, &outcome);
    assert_true(link_open(&link, "broker.example", port));
    for (int i = 0; i < turns; ++i)
        uv_run(&loop, UV_RUN_ONCE);
    if (turns)
        link_close(&link);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return outcome;
}

static void test_the_one_that_listens_is_found(void **state)
{
    static const char *const first[] = {"127.0.0.1", "127.0.0.2", NULL};
    static const char *const second[] = {"127.0.0.2", "127.0.0.1", NULL};
    static const char *const last[] = {"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.1", NULL};
    static const char *const *const names[] = {first, second, last};
    uint16_t port;
    int listening = listen_somewhere(&port);

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); ++i)
    {
        struct outcome outcome = open_link(names[i], port, 0);

        assert_int_equal(outcome.opened, 1);
        assert_int_equal(outcome.closed, 0);
    }
    close(listening);
}

static void test_nobody_listens(void **state)
{
    static const char *const names[] = {"127.0.0.2", "127.0.0.3", NULL};
    uint16_t port;
    int listening = listen_somewhere(&port);
    struct outcome outcome = open_link(names, port, 0);

    (void)state;
    assert_int_equal(outcome.opened, 0);
    assert_int_equal(outcome.closed, 1);
    assert_int_equal(outcome.error, UV_ECONNREFUSED);
    close(listening);
}

/* An address at which no connection can even be begun: a broadcast. */
static void test_what_cannot_be_begun(void **state)
{
    static const char *const second[] = {"255.255.255.255", "127.0.0.1", NULL};
    static const char *const both[] = {"255.255.255.255", "255.255.255.255", NULL};
    uint16_t port;
    int listening = listen_somewhere(&port);
    struct outcome outcome = open_link(second, port, 0);

    (void)state;
    assert_int_equal(outcome.opened, 1);
    assert_int_equal(outcome.closed, 0);
    outcome = open_link(both, port, 0);
    assert_int_equal(outcome.opened, 0);
    assert_int_equal(outcome.closed, 1);
    close(listening);
}

/* At every step that there is. */
static void test_closed_meanwhile(void **state)
{
    static const char *const names[] = {"127.0.0.2", "127.0.0.3", "127.0.0.4", NULL};
    uint16_t port;
    int listening = listen_somewhere(&port);

    (void)state;
    for (int turns = 1; turns < 12; ++turns)
    {
        struct outcome outcome = open_link(names, port, turns);

        assert_int_equal(outcome.opened, 0);
        assert_true(outcome.closed <= 1);
    }
    close(listening);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_the_one_that_listens_is_found),
            cmocka_unit_test(test_nobody_listens),
            cmocka_unit_test(test_what_cannot_be_begun),
            cmocka_unit_test(test_closed_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
