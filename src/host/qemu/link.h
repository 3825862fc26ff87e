/* A TCP connection, in a loop of libuv's: opened, written to, closed, and opened again. */
#ifndef VMEVENTS_HOST_LINK_H
#define VMEVENTS_HOST_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

/* What may wait to be sent to a peer that does not read. */
#define LINK_UNSENT_MAX (256 << 10)

struct connection;

struct link_callbacks
{
    void (*opened)(void *context);

    void (*bytes)(void *context, const char *bytes, size_t count);

    /* It could not be opened, or the peer has ended it: an error of libuv's, UV_EOF for an ordinary end. Not called
     * after link_close. */
    void (*closed)(void *context, int error);
};

struct link
{
    uv_loop_t *loop;
    const struct link_callbacks *callbacks;
    void *context;
    struct connection *connection; /* NULL: closed */
};

void link_init(struct link *link, uv_loop_t *loop, const struct link_callbacks *callbacks, void *context);

/* Starts to open it; host is an address or a name. False: out of memory. */
bool link_open(struct link *link, const char *host, uint16_t port);

void link_close(struct link *link);

/* False: it is not open, out of memory, or the peer does not read. */
bool link_send(struct link *link, const char *text, size_t size);

/* Our own port; 0: not known. */
uint16_t link_local_port(const struct link *link);

#endif
