/*
 * For whom a certificate is: its extension subjectAltName (RFC 5280, 4.2.1.6), as it stands there. The certificate's
 * subject is never looked at (RFC 9525).
 */
#ifndef VMEVENTS_NET_TLS_NAMES_H
#define VMEVENTS_NET_TLS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the name is among them: an IP address among the addresses, any other name among the DNS names, where "*" may
 * stand for the whole first part. What is no proper extension has no names. */
bool tls_names_have(const unsigned char *extension, size_t size, const char *name);

/* Lists them, as far as they fit, parted by commas; what is no character of a host's name is shown as a question mark.
 * The text is empty when there is none. */
void tls_names_list(const unsigned char *extension, size_t size, char *text, size_t text_size);

#endif
