/* Where there is no Schannel: no credentials, and so no connection. */
#include "net/tls.h"

#include <stdio.h>

struct tls_credentials *tls_credentials_open(const struct tls_credentials_options *options, char fault[TLS_FAULT_SIZE])
{
    (void)options;
    snprintf(fault, TLS_FAULT_SIZE, "TLS is spoken by Windows itself, and this program is none of Windows'");
    return NULL;
}

void tls_credentials_addref(struct tls_credentials *credentials)
{
    (void)credentials;
}

void tls_credentials_release(struct tls_credentials *credentials)
{
    (void)credentials;
}

struct tls *tls_open(
        struct tls_credentials *credentials, const char *name, const struct tls_callbacks *callbacks, void *context)
{
    (void)credentials, (void)name, (void)callbacks, (void)context;
    return NULL;
}

void tls_limit_records(struct tls *tls, size_t count)
{
    (void)tls, (void)count;
}

void tls_start(struct tls *tls)
{
    (void)tls;
}

void tls_take(struct tls *tls, const char *bytes, size_t count)
{
    (void)tls, (void)bytes, (void)count;
}

void tls_take_end(struct tls *tls)
{
    (void)tls;
}

bool tls_send(struct tls *tls, const char *bytes, size_t count)
{
    (void)tls, (void)bytes, (void)count;
    return false;
}

void tls_end(struct tls *tls)
{
    (void)tls;
}

void tls_close(struct tls *tls)
{
    (void)tls;
}
