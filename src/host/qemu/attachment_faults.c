#include "host/qemu/attachment_faults.h"

const char *attachment_describe_refusal(const struct attachment *attachment, const struct link *link)
{
    if (!attachment->credentials || link->progress != LINK_OPEN)
        return NULL;
    if (*attachment->address->tls_certificate)
        return "it has ended the connection right behind the TLS handshake, as QEMU does with a certificate that it "
               "does not take; ours has to be signed by the ca-cert.pem in the folder of tls-creds-x509, and let in by "
               "tls-authz";
    return "it has ended the connection right behind the TLS handshake, as QEMU does with verify-peer=yes when it is "
           "shown no certificate; name one by tls-cert=THUMBPRINT";
}

const char *attachment_describe_end(const struct attachment *attachment, int error)
{
    if (attachment->vm.qmp.state == QMP_GREETING)
        return "it has ended the connection before a greeting, as a forwarder does behind which nobody listens";
    if (error == UV_EOF)
        return "it has ended the connection";
    if (error == UV_ECONNREFUSED)
        return "nobody listens there; QEMU does when it is started with -qmp tcp:HOST:PORT,server=on,wait=off";
    return uv_strerror(error);
}

const char attachment_no_handshake[] =
        "it does not go on with the TLS handshake; another program may be connected to it, since it serves one, or it "
        "speaks no TLS, as without tls-creds=ID";

const char *attachment_describe_silence(const struct attachment *attachment)
{
    if (attachment->qmp.progress == LINK_CONNECTED || attachment->qmp.progress == LINK_ANSWERED)
        return attachment_no_handshake;
    if (attachment->vm.qmp.state == QMP_CLOSED)
        return "no connection to it can be made";
    if (attachment->vm.qmp.state != QMP_GREETING)
        return "it does not answer";
    if (attachment->credentials)
        return "it sends no greeting; it may be the guest agent's channel";
    return "it sends no greeting; another program may be connected to the monitor, which serves one, it is the guest "
           "agent's channel, or it waits for TLS (tls in the address)";
}
