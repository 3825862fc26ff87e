/*
 * A TLS client for the tests: connects, and prints what the connection tells, a line each.
 *
 *     client HOST PORT NAME [OPTION...]
 *
 *     --ca PATH, --certificate THUMBPRINT   its credentials
 *     --say TEXT                            sent once it is open
 *     --echo COUNT                          so many bytes are sent once it is open, which have to come back; then it ends
 *     --record COUNT                        so many bytes at most are sent in one record
 *     --piece COUNT                         the bytes of the peer are handed over in pieces of so many
 *     --times COUNT                         so many connections, one after the other
 *     --refuse-each                         connects again and again, each time with the next request for memory refused
 *     --close-in send|opened|bytes|ended|failed   closes inside that callback
 *     client --import PFX PASSWORD [--without-key]   puts a certificate into the user's store; prints its thumbprint
 *     client --forget THUMBPRINT            takes it and its key out
 */
/* First: Winsock's header has to come before windows.h. */
#include <winsock2.h>

#include <ws2tcpip.h>

#include "net/tls.h"

#include "store.h"
#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

#define COUNT_MAX (1 << 20)

static struct
{
    const char *host, *port, *name, *say, *close_in;
    struct tls_credentials_options credentials;
    size_t echo, piece, record;
    unsigned int times;
    bool refuse_each;
} options = {.credentials = {"", ""}, .say = "", .close_in = "", .piece = COUNT_MAX, .times = 1};

static SOCKET peer;
static struct tls *tls;
static bool over;
static size_t echoed;

static unsigned long requests, refused_number;
static bool refused;

static bool allow(void)
{
    if (++requests != refused_number)
        return true;
    refused = true;
    return false;
}

static unsigned char pattern(size_t i)
{
    return (unsigned char)(i * 7 + i / 256);
}

/* What is told is told once, and nothing behind a close. */
static void tell(const char *what, const char *text)
{
    CHECK(tls);
    printf("%s%s%s\n", what, *text ? " " : "", text);
    if (strcmp(options.close_in, what))
        return;
    tls_close(tls);
    tls = NULL;
    over = true;
}

static bool on_send(void *context, const char *bytes, size_t count)
{
    (void)context;
    CHECK(tls);
    if (!strcmp(options.close_in, "send"))
    {
        tell("send", "");
        return true;
    }
    return send(peer, bytes, (int)count, 0) == (int)count;
}

static void send_pattern(void)
{
    char *bytes = malloc(options.echo);

    for (size_t i = 0; i < options.echo; ++i)
        bytes[i] = (char)pattern(i);
    if (!tls_send(tls, bytes, options.echo))
    {
        printf("not sent\n");
        over = true;
    }
    free(bytes);
}

static void on_opened(void *context)
{
    (void)context;
    tell("opened", "");
    if (!tls)
        return;
    if (options.echo)
        send_pattern();
    else if (*options.say && !tls_send(tls, options.say, strlen(options.say)))
        over = true;
}

static void on_bytes(void *context, const char *bytes, size_t count)
{
    char text[1024];

    (void)context;
    if (!options.echo)
    {
        snprintf(text, sizeof(text), "%.*s", (int)count, bytes);
        tell("bytes", text);
        return;
    }
    for (size_t i = 0; i < count; ++i)
        CHECK((unsigned char)bytes[i] == pattern(echoed + i));
    if ((echoed += count) < options.echo)
        return;
    CHECK(echoed == options.echo);
    printf("echoed\n");
    tls_end(tls);
    over = true;
}

static void on_ended(void *context)
{
    (void)context;
    over = true;
    tell("ended", "");
}

static void on_failed(void *context, const char *fault)
{
    (void)context;
    CHECK(strlen(fault) < TLS_FAULT_SIZE - 1);
    over = true;
    tell("failed", fault);
}

static const struct tls_callbacks callbacks = {on_send, on_opened, on_bytes, on_ended, on_failed};

static bool connect_to_peer(void)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
    bool connected;

    CHECK(!getaddrinfo(options.host, options.port, &hints, &found));
    peer = socket(AF_INET, SOCK_STREAM, 0);
    connected = !connect(peer, found->ai_addr, (int)found->ai_addrlen);
    freeaddrinfo(found);
    return connected;
}

static void follow(void)
{
    static char bytes[65536];
    int count = 0;

    while (!over && (count = recv(peer, bytes, sizeof(bytes), 0)) > 0)
    {
        for (int at = 0; !over && at < count;)
        {
            size_t part = (size_t)(count - at) < options.piece ? (size_t)(count - at) : options.piece;

            tls_take(tls, bytes + at, part);
            at += (int)part;
        }
    }
    if (!over && tls)
        tls_take_end(tls);
}

static void live(void)
{
    char fault[TLS_FAULT_SIZE];
    struct tls_credentials *credentials = tls_credentials_open(&options.credentials, fault);

    over = false;
    echoed = 0;
    if (!credentials)
    {
        printf("no credentials: %s\n", *fault ? fault : "no memory");
        return;
    }
    if (!connect_to_peer())
        printf("nobody listens\n");
    else if (!(tls = tls_open(credentials, options.name, &callbacks, NULL)))
        printf("not opened\n");
    else
    {
        tls_limit_records(tls, options.record);
        tls_start(tls);
        follow();
    }
    closesocket(peer);
    tls_close(tls);
    tls = NULL;
    tls_credentials_release(credentials);
    fflush(stdout);
}

static void live_with_refusals(void)
{
    do
    {
        requests = 0;
        refused = false;
        ++refused_number;
        live();
    } while (refused);
    printf("%lu refused\n", refused_number - 1);
}

static void read_options(int argc, char **argv)
{
    for (int i = 4; i < argc; ++i)
    {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        if (!strcmp(argv[i], "--refuse-each"))
        {
            options.refuse_each = true;
            continue;
        }
        ++i;
        if (!strcmp(argv[i - 1], "--ca"))
            options.credentials.ca = value;
        else if (!strcmp(argv[i - 1], "--certificate"))
            options.credentials.certificate = value;
        else if (!strcmp(argv[i - 1], "--say"))
            options.say = value;
        else if (!strcmp(argv[i - 1], "--close-in"))
            options.close_in = value;
        else if (!strcmp(argv[i - 1], "--echo"))
            options.echo = strtoul(value, NULL, 10);
        else if (!strcmp(argv[i - 1], "--record"))
            options.record = strtoul(value, NULL, 10);
        else if (!strcmp(argv[i - 1], "--piece"))
            options.piece = strtoul(value, NULL, 10);
        else if (!strcmp(argv[i - 1], "--times"))
            options.times = (unsigned int)strtoul(value, NULL, 10);
        else
            CHECK(!"an option that is known");
    }
}

int main(int argc, char **argv)
{
    WSADATA data;

    if (argc >= 4 && !strcmp(argv[1], "--import"))
        return store_import(argv[2], argv[3], argc == 4);
    if (argc == 3 && !strcmp(argv[1], "--forget"))
        return store_forget(argv[2]);
    CHECK(argc >= 4 && !WSAStartup(MAKEWORD(2, 2), &data));
    options.host = argv[1];
    options.port = argv[2];
    options.name = argv[3];
    read_options(argc, argv);
    counted_memory_get()->set_gate(allow);
    if (options.refuse_each)
        live_with_refusals();
    else
        for (unsigned int i = 0; i < options.times; ++i)
            live();
    return 0;
}
