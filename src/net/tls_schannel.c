/*
 * TLS by Schannel.
 *
 * What comes from the peer is gathered until there is a whole record, and Schannel is given one record at a time, or
 * more of them where a message of the handshake goes on in the next. So it is never asked twice about the same half
 * record, and what is held is bounded. What speaks no TLS is found by its first byte.
 *
 * Any callback may close the connection. It is freed when the outermost function that calls them returns.
 */
#include "net/tls.h"

#include "net/tls_credentials.h"
#include "net/tls_records.h"
#include "net/tls_verify.h"
#include "platform/memory.h"
#include "platform/wine.h"

#include <stdio.h>
#include <string.h>

/* A message of the handshake may go on in more records: a server's certificates may have that size together. */
#define INCOMING_MAX (2 * TLS_RECORD_MAX)

#define REQUEST                                                                                                        \
    (ISC_REQ_SEQUENCE_DETECT | ISC_REQ_REPLAY_DETECT | ISC_REQ_CONFIDENTIALITY | ISC_REQ_ALLOCATE_MEMORY               \
            | ISC_REQ_STREAM | ISC_REQ_MANUAL_CRED_VALIDATION)

enum state
{
    SHAKING_HANDS,
    OPEN,
    ENDED
};

struct tls
{
    struct tls_credentials *credentials;
    const struct tls_callbacks *callbacks;
    void *context;
    char name[TLS_NAME_MAX + 1];
    WCHAR wide_name[TLS_NAME_MAX + 1];

    enum state state;
    unsigned int depth; /* of functions that call back */
    bool closed;

    CtxtHandle handle;
    bool has_handle;
    DWORD request;
    bool is_tls12;                   /* once the handshake is done */
    SecPkgContext_StreamSizes sizes; /* once it is open */
    size_t record_max;               /* of what is sent; 0: the protocol's */

    bool was_heard; /* at least one record */
    bool peer_has_changed_cipher;
    bool was_asked; /* for a certificate */
    size_t given;   /* of what has come, to be given to the handshake at once */
    size_t count;
    char incoming[INCOMING_MAX];
};

struct tls *tls_open(
        struct tls_credentials *credentials, const char *name, const struct tls_callbacks *callbacks, void *context)
{
    struct tls *tls = strlen(name) <= TLS_NAME_MAX ? memory_alloc(sizeof(*tls)) : NULL;

    if (!tls)
        return NULL;
    tls_credentials_addref(credentials);
    tls->credentials = credentials;
    tls->callbacks = callbacks;
    tls->context = context;
    tls->request = REQUEST;
    memcpy(tls->name, name, strlen(name) + 1);
    MultiByteToWideChar(CP_UTF8, 0, name, -1, tls->wide_name, ARRAYSIZE(tls->wide_name));
    return tls;
}

static void destroy(struct tls *tls)
{
    if (tls->has_handle)
        tls_windows.security->DeleteSecurityContext(&tls->handle);
    tls_credentials_release(tls->credentials);
    memory_free(tls);
}

void tls_close(struct tls *tls)
{
    if (!tls)
        return;
    tls->closed = true;
    tls->state = ENDED;
    if (!tls->depth)
        destroy(tls);
}

static void enter(struct tls *tls)
{
    ++tls->depth;
}

static void leave(struct tls *tls)
{
    if (!--tls->depth && tls->closed)
        destroy(tls);
}

static void end(struct tls *tls)
{
    if (tls->state == ENDED)
        return;
    tls->state = ENDED;
    tls->callbacks->ended(tls->context);
}

static void fail(struct tls *tls, const char *fault)
{
    if (tls->state == ENDED)
        return;
    tls->state = ENDED;
    tls->callbacks->failed(tls->context, fault);
}

/* What Schannel says */

static const struct
{
    SECURITY_STATUS status;
    const char *fault;
} status_faults[] = {
        {(SECURITY_STATUS)SEC_E_ALGORITHM_MISMATCH, "it has no cipher in common with this computer"},
        {(SECURITY_STATUS)SEC_E_UNSUPPORTED_FUNCTION,
                "it has no version of TLS in common with this computer; here 1.2 is the least"},
        {(SECURITY_STATUS)SEC_E_INSUFFICIENT_MEMORY, "there is no memory for TLS"},
        {(SECURITY_STATUS)SEC_E_CERT_EXPIRED,
                "it takes our certificate for expired; name a new one by tls-cert=THUMBPRINT"},
        {(SECURITY_STATUS)SEC_E_UNTRUSTED_ROOT,
                "it does not know who has signed our certificate; its own file of CAs must have that one"},
        {(SECURITY_STATUS)SEC_E_CERT_UNKNOWN, "it does not take our certificate"},
        {(SECURITY_STATUS)SEC_E_NO_CREDENTIALS,
                "Windows cannot use our certificate: the user that the host runs as may have no right to its private "
                "key"},
        {(SECURITY_STATUS)SEC_E_DECRYPT_FAILURE, "what it has sent has been changed on its way"},
        {(SECURITY_STATUS)SEC_E_MESSAGE_ALTERED, "what it has sent has been changed on its way"},
        {(SECURITY_STATUS)SEC_E_OUT_OF_SEQUENCE, "what it has sent has been changed on its way"},
};

static void fail_by_status(struct tls *tls, SECURITY_STATUS status)
{
    char fault[TLS_FAULT_SIZE];

    for (size_t i = 0; i < ARRAYSIZE(status_faults); ++i)
    {
        if (status_faults[i].status != status)
            continue;
        fail(tls, status_faults[i].fault);
        return;
    }
    snprintf(fault, sizeof(fault), "what it says is no proper TLS (Windows says 0x%08lx)", (unsigned long)status);
    fail(tls, fault);
}

/* For the peer */

static void send_token(struct tls *tls, const SecBuffer *token)
{
    bool sent = true;

    if (!token->pvBuffer)
        return;
    if (token->cbBuffer)
        sent = tls->callbacks->send(tls->context, token->pvBuffer, token->cbBuffer);
    tls_windows.security->FreeContextBuffer(token->pvBuffer);
    if (!sent)
        fail(tls, "it does not read what is sent to it");
}

/* The handshake */

static void drop(struct tls *tls, size_t count)
{
    tls->count -= count;
    memmove(tls->incoming, tls->incoming + count, tls->count);
}

/* Gives Schannel these bytes, and sends what it answers; if that cannot be sent the state is ENDED afterwards. rest:
 * how many of them it has not taken. */
static SECURITY_STATUS step(struct tls *tls, char *bytes, size_t count, size_t *rest)
{
    SecBuffer in[] = {{(ULONG)count, SECBUFFER_TOKEN, bytes}, {0, SECBUFFER_EMPTY, NULL}};
    SecBuffer out[] = {{0, SECBUFFER_TOKEN, NULL}};
    SecBufferDesc in_all = {SECBUFFER_VERSION, ARRAYSIZE(in), in}, out_all = {SECBUFFER_VERSION, ARRAYSIZE(out), out};
    ULONG attributes = 0;
    SECURITY_STATUS status;

    status = tls_windows.security->InitializeSecurityContextW(&tls->credentials->handle,
            tls->has_handle ? &tls->handle : NULL, tls->wide_name, tls->request, 0, 0, bytes ? &in_all : NULL, 0,
            &tls->handle, &out_all, &attributes, NULL);
    tls->has_handle = tls->has_handle || status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED;
    *rest = in[1].BufferType == SECBUFFER_EXTRA && in[1].cbBuffer < count ? in[1].cbBuffer : 0;
    send_token(tls, out);
    return status;
}

void tls_start(struct tls *tls)
{
    SECURITY_STATUS status;
    size_t rest;

    enter(tls);
    status = step(tls, NULL, 0, &rest);
    if (status != SEC_I_CONTINUE_NEEDED)
        fail_by_status(tls, status);
    leave(tls);
}

static bool verify(struct tls *tls, char fault[TLS_FAULT_SIZE])
{
    PCCERT_CONTEXT certificate = NULL;
    SECURITY_STATUS status = tls_windows.security->QueryContextAttributesW(
            &tls->handle, SECPKG_ATTR_REMOTE_CERT_CONTEXT, &certificate);
    bool verified;

    if (status || !certificate)
    {
        snprintf(fault, TLS_FAULT_SIZE, "it shows no certificate");
        return false;
    }
    verified = tls_verify(tls->credentials, certificate, tls->name, fault);
    tls_windows.CertFreeCertificateContext_(certificate);
    return verified;
}

static bool learn_version(struct tls *tls)
{
    SecPkgContext_ConnectionInfo info = {0};

    if (tls_windows.security->QueryContextAttributesW(&tls->handle, SECPKG_ATTR_CONNECTION_INFO, &info))
        return false;
    tls->is_tls12 = info.dwProtocol & SP_PROT_TLS1_2_CLIENT;
    return info.dwProtocol & (SP_PROT_TLS1_2_CLIENT | SP_PROT_TLS1_3_CLIENT);
}

/* The handshake has succeeded; it remains to be seen with whom. */
static void finish(struct tls *tls)
{
    char fault[TLS_FAULT_SIZE];
    SECURITY_STATUS status;

    if (!learn_version(tls))
        fail(tls, "it has no version of TLS in common with this computer; here 1.2 is the least");
    else if (!verify(tls, fault))
        fail(tls, fault);
    else if ((status = tls_windows.security->QueryContextAttributesW(
                      &tls->handle, SECPKG_ATTR_STREAM_SIZES, &tls->sizes)))
        fail_by_status(tls, status);
    if (tls->state == ENDED)
        return;
    tls->state = OPEN;
    tls->callbacks->opened(tls->context);
}

/* Looks at a record before Schannel does. False: it has ended the connection. */
static bool look_at(struct tls *tls, const char *record, size_t size)
{
    bool has_certificate = tls->credentials->certificate != NULL;
    char fault[TLS_FAULT_SIZE];
    unsigned int alert;

    if (tls->peer_has_changed_cipher)
        return true;
    if (tls_record_is_fatal_alert(record, size, &alert))
    {
        if (tls->was_asked && !has_certificate)
            alert = TLS_ALERT_CERTIFICATE_REQUIRED;
        tls_alert_describe(alert, has_certificate, fault, sizeof(fault));
        fail(tls, fault);
        return false;
    }
    tls->peer_has_changed_cipher = record[0] == TLS_RECORD_CHANGE_CIPHER_SPEC;
    if (tls_record_asks_for_certificate(record, size))
        tls->was_asked = true;
    return true;
}

/* size: of the record that stands behind what has been given already. False: more has to come first. */
static bool shake_hands(struct tls *tls, size_t size)
{
    SECURITY_STATUS status;
    size_t rest;

    if (!look_at(tls, tls->incoming + tls->given, size))
        return false;
    tls->given += size;
    status = step(tls, tls->incoming, tls->given, &rest);
    if (status == SEC_I_INCOMPLETE_CREDENTIALS)
    {
        /* It is asked for a certificate; without one the handshake may succeed all the same. */
        tls->was_asked = true;
        tls->request |= ISC_REQ_USE_SUPPLIED_CREDS;
        status = step(tls, tls->incoming, tls->given, &rest);
    }
    if (tls->state == ENDED)
        return false;
    if (status == (SECURITY_STATUS)SEC_E_INCOMPLETE_MESSAGE)
        return true;
    if (status != SEC_E_OK && status != SEC_I_CONTINUE_NEEDED)
    {
        fail_by_status(tls, status);
        return false;
    }
    drop(tls, tls->given - rest);
    tls->given = 0;
    if (status == SEC_E_OK)
        finish(tls);
    return tls->state != ENDED;
}

/* Once it is open */

static const SecBuffer *find(const SecBuffer *buffers, size_t count, ULONG type)
{
    for (size_t i = 0; i < count; ++i)
        if (buffers[i].BufferType == type && buffers[i].cbBuffer)
            return &buffers[i];
    return NULL;
}

/* A message of the handshake behind it: new tickets and keys of TLS 1.3. In TLS 1.2 the peer wants another handshake,
 * in which it could become somebody else. That is refused; QEMU and brokers do not ask for it. */
static bool go_on_with_handshake(struct tls *tls, const SecBuffer *message)
{
    SECURITY_STATUS status = SEC_E_OK;
    size_t rest;

    if (tls->is_tls12)
        fail(tls, "it wants another handshake (a renegotiation of TLS 1.2), which is not done");
    else if (message)
        status = step(tls, message->pvBuffer, message->cbBuffer, &rest);
    if (status != SEC_E_OK)
        fail_by_status(tls, status);
    return tls->state != ENDED;
}

/* Wine answers the peer's orderly end as it does an empty record. */
static bool is_end_in_wine(SECURITY_STATUS status, unsigned int type, const SecBuffer *data)
{
    return status == SEC_E_OK && type == TLS_RECORD_ALERT && !data && is_wine();
}

static bool decrypt(struct tls *tls, size_t size)
{
    unsigned int type = (unsigned char)tls->incoming[0];
    SecBuffer buffers[] = {{(ULONG)size, SECBUFFER_DATA, tls->incoming}, {0, SECBUFFER_EMPTY, NULL},
            {0, SECBUFFER_EMPTY, NULL}, {0, SECBUFFER_EMPTY, NULL}};
    SecBufferDesc all = {SECBUFFER_VERSION, ARRAYSIZE(buffers), buffers};
    SECURITY_STATUS status = tls_windows.security->DecryptMessage(&tls->handle, &all, 0, NULL);
    const SecBuffer *data = find(buffers, ARRAYSIZE(buffers), SECBUFFER_DATA), *extra;

    if (status == SEC_I_CONTEXT_EXPIRED || is_end_in_wine(status, type, data))
    {
        end(tls);
        return false;
    }
    if (status != SEC_E_OK && status != SEC_I_RENEGOTIATE)
    {
        fail_by_status(tls, status);
        return false;
    }
    if (data)
        tls->callbacks->bytes(tls->context, data->pvBuffer, data->cbBuffer);
    if (tls->state != OPEN)
        return false;
    extra = find(buffers, ARRAYSIZE(buffers), SECBUFFER_EXTRA);
    if (status == SEC_I_RENEGOTIATE && !go_on_with_handshake(tls, extra))
        return false;
    drop(tls, size);
    return true;
}

/* What comes from the peer */

/* Whether there was a whole record, and there may be another. */
static bool take_record(struct tls *tls)
{
    const char *next = tls->incoming + tls->given;
    size_t left = tls->count - tls->given, size;

    if (!left)
        return false;
    if (!tls_record_begins(next, left))
    {
        fail(tls,
                tls->state == OPEN || tls->given || tls->was_heard ? "what it says is no proper TLS"
                                                                   : tls_describe_stranger(next, left));
        return false;
    }
    size = tls_record_size(next, left);
    if (!size || size > left)
        return false;
    tls->was_heard = true;
    return tls->state == OPEN ? decrypt(tls, size) : shake_hands(tls, size);
}

void tls_take(struct tls *tls, const char *bytes, size_t count)
{
    size_t part;

    enter(tls);
    while (count && tls->state != ENDED)
    {
        part = sizeof(tls->incoming) - tls->count;
        part = part < count ? part : count;
        memcpy(tls->incoming + tls->count, bytes, part);
        tls->count += part;
        bytes += part;
        count -= part;
        while (take_record(tls))
            ;
        if (tls->state != ENDED && tls->count == sizeof(tls->incoming))
            fail(tls, "its handshake has a message that is longer than any can be");
    }
    leave(tls);
}

void tls_take_end(struct tls *tls)
{
    enter(tls);
    if (tls->state == OPEN)
        end(tls);
    else if (tls->was_asked && !tls->credentials->certificate)
        fail(tls,
                "it has ended the connection in the TLS handshake; it wants a certificate of ours, which is named by "
                "tls-cert=THUMBPRINT");
    else
        fail(tls, "it has ended the connection in the TLS handshake");
    leave(tls);
}

/* What goes to the peer */

/* Makes a record of these bytes. room: for them, and for the head and the tail of a record. 0: it has failed. */
static size_t encrypt(struct tls *tls, const char *bytes, size_t count, char *room)
{
    const SecPkgContext_StreamSizes *sizes = &tls->sizes;
    SecBuffer buffers[] = {{sizes->cbHeader, SECBUFFER_STREAM_HEADER, room},
            {(ULONG)count, SECBUFFER_DATA, room + sizes->cbHeader},
            {sizes->cbTrailer, SECBUFFER_STREAM_TRAILER, room + sizes->cbHeader + count}, {0, SECBUFFER_EMPTY, NULL}};
    SecBufferDesc all = {SECBUFFER_VERSION, ARRAYSIZE(buffers), buffers};

    memcpy(room + sizes->cbHeader, bytes, count);
    if (tls_windows.security->EncryptMessage(&tls->handle, 0, &all, 0))
        return 0;
    return (size_t)buffers[0].cbBuffer + buffers[1].cbBuffer + buffers[2].cbBuffer;
}

/* Of all that is sent, one record behind the other. 0: one has failed. */
static size_t encrypt_all(struct tls *tls, const char *bytes, size_t count, size_t part, char *room)
{
    size_t size = 0, record;

    for (; count; bytes += part, count -= part, size += record)
    {
        part = part < count ? part : count;
        if (!(record = encrypt(tls, bytes, part, room + size)))
            return 0;
    }
    return size;
}

bool tls_send(struct tls *tls, const char *bytes, size_t count)
{
    size_t part = tls->sizes.cbMaximumMessage, records, size;
    bool sent = false;
    char *room;

    if (tls->state != OPEN)
        return false;
    if (tls->record_max && tls->record_max < part)
        part = tls->record_max;
    records = (count + part - 1) / part;
    if (!count || !(room = memory_alloc(count + records * (tls->sizes.cbHeader + tls->sizes.cbTrailer))))
        return !count;
    enter(tls);
    if ((size = encrypt_all(tls, bytes, count, part, room)))
        sent = tls->callbacks->send(tls->context, room, size);
    leave(tls);
    memory_free(room);
    return sent;
}

void tls_limit_records(struct tls *tls, size_t count)
{
    tls->record_max = count;
}

void tls_end(struct tls *tls)
{
    DWORD shutdown = SCHANNEL_SHUTDOWN;
    SecBuffer token = {sizeof(shutdown), SECBUFFER_TOKEN, &shutdown};
    SecBufferDesc all = {SECBUFFER_VERSION, 1, &token};
    size_t rest;

    if (tls->state != OPEN)
        return;
    enter(tls);
    tls->state = ENDED;
    if (!tls_windows.security->ApplyControlToken(&tls->handle, &all))
        step(tls, NULL, 0, &rest);
    leave(tls);
}
