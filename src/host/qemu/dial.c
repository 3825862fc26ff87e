#include "host/qemu/dial.h"

/* QEMU before 8.0 reads a monitor byte by byte, and looks for the next when its socket has something; by TLS the rest
 * of a record is not in the socket any more, and it waits for ever. So each byte has a record of its own. */
#define QEMU_RECORD_MAX 1

void dial_init(struct link *link, uv_loop_t *loop, const struct link_callbacks *callbacks, void *context)
{
    link_init(link, loop, callbacks, context);
    link->tls_record_max = QEMU_RECORD_MAX;
}

bool dial(struct link *link, const struct address_place *place, uint16_t port, struct tls_credentials *credentials)
{
    if (!credentials)
        return link_open(link, place->host, port);
    return link_open_tls(link, place->host, port, credentials, place->tls_name);
}
