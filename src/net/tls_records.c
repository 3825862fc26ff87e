#include "net/tls_records.h"

#include <stdio.h>
#include <string.h>

static unsigned int byte_at(const char *bytes, size_t i)
{
    return (unsigned char)bytes[i];
}

bool tls_record_begins(const char *bytes, size_t count)
{
    if (byte_at(bytes, 0) < TLS_RECORD_CHANGE_CIPHER_SPEC || byte_at(bytes, 0) > TLS_RECORD_DATA)
        return false;
    if (count > 1 && byte_at(bytes, 1) != 3)
        return false;
    return count < TLS_RECORD_HEAD || tls_record_size(bytes, count) <= TLS_RECORD_MAX;
}

size_t tls_record_size(const char *bytes, size_t count)
{
    return count < TLS_RECORD_HEAD ? 0 : TLS_RECORD_HEAD + (byte_at(bytes, 3) << 8 | byte_at(bytes, 4));
}

bool tls_record_is_fatal_alert(const char *record, size_t size, unsigned int *number)
{
    enum
    {
        FATAL = 2
    };

    /* An encrypted one is longer. */
    if (size != TLS_RECORD_HEAD + 2 || byte_at(record, 0) != TLS_RECORD_ALERT
            || byte_at(record, TLS_RECORD_HEAD) != FATAL)
        return false;
    *number = byte_at(record, TLS_RECORD_HEAD + 1);
    return true;
}

/* RFC 8446, 6. */
static const struct
{
    unsigned int number;
    const char *without_certificate, *with_certificate; /* with: NULL if the same */
} alerts[] = {
        {40,
                "it refuses the handshake: perhaps it wants a certificate of ours, which is named by "
                "tls-cert=THUMBPRINT, or has no cipher in common with this computer",
                "it refuses the handshake: perhaps it does not take our certificate, or has no cipher in common with "
                "this computer"},
        {42, "it cannot read our certificate", NULL},
        {43, "it does not take certificates of our kind; one with an RSA key is taken by all", NULL},
        {44, "it takes our certificate for revoked; name another by tls-cert=THUMBPRINT", NULL},
        {45, "it takes our certificate for expired; name a new one by tls-cert=THUMBPRINT", NULL},
        {46, "it does not take our certificate", NULL},
        {48, "it does not know who has signed our certificate; its own file of CAs must have that one", NULL},
        {49, "it does not let the owner of our certificate in", NULL},
        {70, "it has no version of TLS in common with this computer; here 1.2 is the least", NULL},
        {71, "it wants something safer than this computer can do", NULL},
        {80, "it has an internal error", NULL},
        {112, "it does not know the name by which it is spoken to; tls-name=NAME may say another", NULL},
        {TLS_ALERT_CERTIFICATE_REQUIRED, "it wants a certificate of ours; one is named by tls-cert=THUMBPRINT",
                "it wants a certificate of ours, and this one is none of those that it takes"},
};

void tls_alert_describe(unsigned int number, bool has_certificate, char *text, size_t size)
{
    for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); ++i)
    {
        if (alerts[i].number != number)
            continue;
        snprintf(text, size, "%s",
                has_certificate && alerts[i].with_certificate ? alerts[i].with_certificate
                                                              : alerts[i].without_certificate);
        return;
    }
    snprintf(text, size, "it ends the TLS handshake with alert %u", number);
}

bool tls_record_asks_for_certificate(const char *record, size_t size)
{
    enum
    {
        CERTIFICATE_REQUEST = 13,
        HEAD = 4
    };
    size_t at = TLS_RECORD_HEAD;

    if (size < at || byte_at(record, 0) != TLS_RECORD_HANDSHAKE)
        return false;
    while (size - at >= HEAD)
    {
        size_t length = (size_t)byte_at(record, at + 1) << 16 | byte_at(record, at + 2) << 8 | byte_at(record, at + 3);

        if (byte_at(record, at) == CERTIFICATE_REQUEST)
            return true;
        if (length > size - at - HEAD)
            return false;
        at += HEAD + length;
    }
    return false;
}

static bool begin_with(const char *bytes, size_t count, const char *beginning)
{
    size_t length = strlen(beginning);

    return !memcmp(bytes, beginning, count < length ? count : length);
}

const char *tls_describe_stranger(const char *bytes, size_t count)
{
    if (begin_with(bytes, count, "{\"QMP\""))
        return "it speaks QMP in the clear; start QEMU with tls-creds=ID for that socket, or leave tls out of the "
               "address";
    if (begin_with(bytes, count, "QEMU "))
        return "it is QEMU's monitor for people, in the clear; the one for programs is made by -mon …,mode=control";
    if (begin_with(bytes, count, "HTTP/"))
        return "it is a web server without TLS";
    if (begin_with(bytes, count, "SSH-"))
        return "it is an SSH server";
    return "it speaks no TLS; a socket of QEMU's does with tls-creds=ID";
}
