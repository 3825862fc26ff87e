/* The records of TLS (RFC 5246, 6.2.1 and RFC 8446, 5.1), as far as they can be read without any key. */
#ifndef VMEVENTS_NET_TLS_RECORDS_H
#define VMEVENTS_NET_TLS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The head, what a record may carry, and what encryption may add to it. */
#define TLS_RECORD_HEAD 5
#define TLS_RECORD_MAX (TLS_RECORD_HEAD + (16 << 10) + 2048)

enum tls_record_type
{
    TLS_RECORD_CHANGE_CIPHER_SPEC = 20,
    TLS_RECORD_ALERT = 21,
    TLS_RECORD_HANDSHAKE = 22,
    TLS_RECORD_DATA = 23
};

#define TLS_ALERT_CERTIFICATE_REQUIRED 116

/* Whether these bytes, one at least, can be the beginning of a record. */
bool tls_record_begins(const char *bytes, size_t count);

/* The size of the record that begins there, with its head; 0: its head is not all there. */
size_t tls_record_size(const char *bytes, size_t count);

/* Whether it is an alert in the clear that ends the connection with an error; its number. */
bool tls_record_is_fatal_alert(const char *record, size_t size, unsigned int *number);

/* What the peer means by an alert, a plain sentence that begins with "it"; for those without one of their own a general
 * one, with the number. */
void tls_alert_describe(unsigned int number, bool has_certificate, char *text, size_t size);

/* Whether it is a part of the handshake in the clear (before the peer has changed to its cipher) that asks for a
 * certificate. */
bool tls_record_asks_for_certificate(const char *record, size_t size);

/* What the first bytes of a peer that speaks no TLS look like: a plain sentence. */
const char *tls_describe_stranger(const char *bytes, size_t count);

#endif
