/* What is wrong with the connections of a live machine, in plain sentences without their full stop. */
#ifndef VMEVENTS_HOST_ATTACHMENT_FAULTS_H
#define VMEVENTS_HOST_ATTACHMENT_FAULTS_H

#include "host/qemu/attachment.h"

/* How QEMU ends a connection by TLS whose certificate it does not take: behind the handshake, without a word. NULL:
 * this is none that has ended so. */
const char *attachment_describe_refusal(const struct attachment *attachment, const struct link *link);

/* That the connection to QEMU has ended by that error of libuv's; that it has been waited for in vain. */
const char *attachment_describe_end(const struct attachment *attachment, int error);
const char *attachment_describe_silence(const struct attachment *attachment);

/* Who listens has taken the connection; it is the handshake that does not end. */
extern const char attachment_no_handshake[];

#endif
