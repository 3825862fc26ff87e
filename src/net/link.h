/* A TCP connection, in a loop of libuv's, by TLS or without: opened, written to, closed, and opened again. */
#ifndef VMEVENTS_NET_LINK_H
#define VMEVENTS_NET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "net/tls.h"

/* So many bytes may wait to be sent to a peer that does not read. */
#define LINK_UNSENT_MAX (256 << 10)

struct connection;

struct link_callbacks
{
    void (*opened)(void *context);

    void (*bytes)(void *context, const char *bytes, size_t count);

    /* The connection could not be opened, or the peer has ended it. error: of libuv's, UV_EOF for an ordinary end.
     * fault: a plain sentence where TLS knows what is wrong (UV_EPROTO where there is no better error), or NULL. The
     * link is closed then, and may be opened again. Not called after link_close. */
    void (*closed)(void *context, int error, const char *fault);
};

/* How far it has come. */
enum link_progress
{
    LINK_NOT_CONNECTED,
    LINK_CONNECTED, /* the peer has not said anything yet */
    LINK_ANSWERED,  /* to the handshake of TLS */
    LINK_OPEN,
    LINK_TALKING /* the peer has said something since it is open */
};

struct link
{
    uv_loop_t *loop;
    const struct link_callbacks *callbacks;
    void *context;
    struct connection *connection; /* NULL: closed */
    enum link_progress progress;   /* of the present connection, or the last one */
    size_t tls_record_max;         /* what may be sent in one record of TLS; 0: what it allows. The owner sets it. */
};

void link_init(struct link *link, uv_loop_t *loop, const struct link_callbacks *callbacks, void *context);

/* Starts to open it; host is an address, or a name, whose addresses are tried one after the other. Ends by opened or closed.
 * False: out of memory. */
bool link_open(struct link *link, const char *host, uint16_t port);

/* The same by TLS, where the peer has to be the one of that name. The credentials and the name stay until it is
 * closed. */
bool link_open_tls(
        struct link *link, const char *host, uint16_t port, struct tls_credentials *credentials, const char *name);

void link_close(struct link *link);

/* False: it is not open, out of memory, or the peer does not read. */
bool link_send(struct link *link, const char *text, size_t size);

/* The port of our end; 0: not known. */
uint16_t link_local_port(const struct link *link);

#endif
