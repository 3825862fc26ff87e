/*
 * The client's side of TLS, by the system's own implementation: bytes in, bytes out. There is no socket in here, and no
 * waiting; whoever has the connection hands over what comes from the peer and sends what is for it.
 *
 * A connection ends by itself only through `failed` or `ended`, once. The peer may send anything: what is held for it
 * is bounded, and how long it may take is for the owner to decide.
 *
 * The peer has to show a certificate for the name that the owner wants, signed by whom the credentials trust. Nothing
 * is fetched from the network for that: the revocations that the system knows already count, others do not.
 *
 * Only Windows has this (Schannel). Elsewhere tls_credentials_open refuses, so that nothing else is ever reached.
 */
#ifndef VMEVENTS_NET_TLS_H
#define VMEVENTS_NET_TLS_H

#include <stdbool.h>
#include <stddef.h>

/* A plain sentence without its full stop, in UTF-8. */
#define TLS_FAULT_SIZE 400

#define TLS_NAME_MAX 255

/* Whom a connection trusts, and as whom it comes. */
struct tls_credentials;

struct tls_credentials_options
{
    /* The path of a file with certificates, PEM or DER: only what one of them has signed, or is, is trusted. Empty:
     * whom the system trusts is. */
    const char *ca;

    /* The SHA-1 thumbprint, as 40 hexadecimal digits, of the client's certificate in the user's or the computer's store
     * of own certificates. Empty: the client shows none. */
    const char *certificate;
};

/* Reads files and stores, and may wait for them: not for a thread that others wait for. It has one reference. NULL: the
 * fault says why; an empty one that there is no memory. */
struct tls_credentials *tls_credentials_open(const struct tls_credentials_options *options, char fault[TLS_FAULT_SIZE]);

/* Any thread may call these two. */
void tls_credentials_addref(struct tls_credentials *credentials);
void tls_credentials_release(struct tls_credentials *credentials);

/* All of these are called inside tls_start, tls_take and tls_take_end, but for send, which tls_send and tls_end call
 * too. Each of them may call any function here, tls_close too. */
struct tls_callbacks
{
    /* These bytes are for the peer. False: it cannot be sent to, and nothing is gone on with. */
    bool (*send)(void *context, const char *bytes, size_t count);

    /* The peer is who it has to be. From now on tls_send may be called. */
    void (*opened)(void *context);

    /* What the peer has sent, in the clear. */
    void (*bytes)(void *context, const char *bytes, size_t count);

    /* The peer has ended the connection; in an orderly way, or by being gone. */
    void (*ended)(void *context);

    /* What is wrong with the peer or its certificate, and what would be right. */
    void (*failed)(void *context, const char *fault);
};

struct tls;

/* name: a host's, or an IP address, which the peer's certificate has to be for. NULL: out of memory. */
struct tls *tls_open(
        struct tls_credentials *credentials, const char *name, const struct tls_callbacks *callbacks, void *context);

/* So many bytes at most are sent in one record, for a peer that cannot cope with more. */
void tls_limit_records(struct tls *tls, size_t count);

/* Says the first words of the handshake. */
void tls_start(struct tls *tls);

/* The peer has sent these bytes; any number at a time. */
void tls_take(struct tls *tls, const char *bytes, size_t count);

/* No more bytes will come. */
void tls_take_end(struct tls *tls);

/* Sends this to the peer. False: it is not open, out of memory, or `send` has refused. */
bool tls_send(struct tls *tls, const char *bytes, size_t count);

/* Tells the peer that nothing more will be sent, if it is open. */
void tls_end(struct tls *tls);

/* May be called inside a callback; none is called afterwards. */
void tls_close(struct tls *tls);

#endif
