#include "host/qemu/attachment.h"

#include "platform/trace.h"

#include <stdio.h>

/* QEMU before 8.0 reads a monitor byte by byte, and looks for the next when its socket has something; by TLS the rest
 * of a record is not in the socket any more, and it waits for ever. So each byte has a record of its own. */
#define QEMU_RECORD_MAX 1

static void try_qmp(uv_timer_t *timer);

static uint64_t now_ms(const struct attachment *attachment)
{
    return uv_now(attachment->qmp.loop);
}

static void on_due(uv_timer_t *timer);

/* After everything that may change what the machine waits for. */
static void schedule(struct attachment *attachment)
{
    uint64_t due = vm_due_ms(&attachment->vm), now = now_ms(attachment);

    if (due == UINT64_MAX)
        uv_timer_stop(&attachment->vm_timer);
    else
        uv_timer_start(&attachment->vm_timer, on_due, due > now ? due - now : 0, 0);
}

static void report(struct attachment *attachment, bool connected, const char *fault)
{
    trace(TRACE_QEMU, "%s:%u: %s: %s", attachment->address.host, attachment->address.qmp_port,
            connected ? "attached" : "not attached", fault ? fault : "nothing is wrong");
    attachment->callbacks->connection(attachment->context, connected, fault);
}

static void finish_try(struct attachment *attachment)
{
    if (!attachment->has_tried)
        attachment->callbacks->tried(attachment->context, true);
    attachment->has_tried = true;
}

/* The wait before another try, given the one before the last. */
static uint64_t next_wait(uint64_t *wait)
{
    uint64_t now = *wait;

    if (!now)
        *wait = ATTACHMENT_RETRY_FIRST_MS;
    else
        *wait = now * 2 < ATTACHMENT_RETRY_LONGEST_MS ? now * 2 : ATTACHMENT_RETRY_LONGEST_MS;
    return now;
}

static bool open_link(struct attachment *attachment, struct link *link, uint16_t port)
{
    const struct address *address = &attachment->address;

    if (!attachment->credentials)
        return link_open(link, address->host, port);
    return link_open_tls(link, address->host, port, attachment->credentials, address->tls_name);
}

/* How QEMU ends a connection by TLS whose certificate it does not take: behind the handshake, without a word. NULL:
 * this is none that has ended so. */
static const char *describe_refusal(const struct attachment *attachment, const struct link *link)
{
    if (!attachment->credentials || link->progress != LINK_OPEN)
        return NULL;
    if (*attachment->address.tls_certificate)
        return "it has ended the connection right behind the TLS handshake, as QEMU does with a certificate that it "
               "does not take; ours has to be signed by the ca-cert.pem in the folder of tls-creds-x509, and let in by "
               "tls-authz";
    return "it has ended the connection right behind the TLS handshake, as QEMU does with verify-peer=yes when it is "
           "shown no certificate; name one by tls-cert=THUMBPRINT";
}

/* QEMU's monitor */

/* Who has said something in a handshake of TLS is there, even without a greeting. */
static bool has_ended_unheard(const struct attachment *attachment, int error)
{
    if (attachment->credentials)
        return attachment->qmp.progress == LINK_CONNECTED && (error == UV_EOF || error == UV_ECONNRESET);
    return error && attachment->vm.qmp.state == QMP_GREETING;
}

/* The connection has ended. error: one of libuv's, or 0 when we have ended it; fault says why. */
static void lose_qmp(struct attachment *attachment, int error, const char *fault)
{
    bool no_greeting = has_ended_unheard(attachment, error);
    char text[512];

    /* A forwarder takes the connection before it finds that nobody listens behind it. */
    attachment->ends_before_greeting = no_greeting ? attachment->ends_before_greeting + 1 : 0;
    if (attachment->vm.attached && now_ms(attachment) - attachment->attached_ms >= ATTACHMENT_RETRY_LONGEST_MS)
        attachment->qmp_retry_ms = 0;
    link_close(&attachment->qmp);
    link_close(&attachment->agent);
    uv_timer_stop(&attachment->agent_timer);
    vm_close_agent(&attachment->vm, now_ms(attachment));
    vm_close_qmp(&attachment->vm, now_ms(attachment));
    if (error == UV_ECONNREFUSED || attachment->ends_before_greeting >= ATTACHMENT_ENDS)
        vm_end(&attachment->vm, now_ms(attachment));
    snprintf(text, sizeof(text), "QEMU at %s, port %u: %s", attachment->address.host, attachment->address.qmp_port,
            fault);
    report(attachment, false, text);
    finish_try(attachment);
    uv_timer_start(&attachment->qmp_timer, try_qmp, next_wait(&attachment->qmp_retry_ms), 0);
    schedule(attachment);
}

static const char *describe_end(const struct attachment *attachment, int error)
{
    if (attachment->vm.qmp.state == QMP_GREETING)
        return "it has ended the connection before a greeting, as a forwarder does behind which nobody listens";
    if (error == UV_EOF)
        return "it has ended the connection";
    if (error == UV_ECONNREFUSED)
        return "nobody listens there; QEMU does when it is started with -qmp tcp:HOST:PORT,server=on,wait=off";
    return uv_strerror(error);
}

static void qmp_closed(void *context, int error, const char *fault)
{
    const struct attachment *attachment = context;

    if (!fault)
        fault = describe_refusal(attachment, &attachment->qmp);
    lose_qmp(context, error, fault ? fault : describe_end(attachment, error));
}

/* Who listens has taken the connection; it is the handshake that does not end. */
static const char no_handshake[] =
        "it does not go on with the TLS handshake; another program may be connected to it, since it serves one, or it "
        "speaks no TLS, as without tls-creds=ID";

static const char *describe_silence(const struct attachment *attachment)
{
    if (attachment->qmp.progress == LINK_CONNECTED || attachment->qmp.progress == LINK_ANSWERED)
        return no_handshake;
    if (attachment->vm.qmp.state == QMP_CLOSED)
        return "no connection to it can be made";
    if (attachment->vm.qmp.state != QMP_GREETING)
        return "it does not answer";
    if (attachment->credentials)
        return "it sends no greeting; it may be the guest agent's channel";
    return "it sends no greeting; another program may be connected to the monitor, which serves one, it is the guest "
           "agent's channel, or it waits for TLS (tls in the address)";
}

static void qmp_late(uv_timer_t *timer)
{
    const struct attachment *attachment = timer->data;

    lose_qmp(timer->data, 0, describe_silence(attachment));
}

static void qmp_opened(void *context)
{
    struct attachment *attachment = context;

    attachment->fault = NULL;
    vm_open_qmp(&attachment->vm, now_ms(attachment));
}

static void qmp_bytes(void *context, const char *bytes, size_t count)
{
    struct attachment *attachment = context;
    const char *fault = vm_take_qmp(&attachment->vm, bytes, count, now_ms(attachment));

    if (fault)
        lose_qmp(attachment, 0, fault);
    else
        schedule(attachment);
}

static const struct link_callbacks qmp_link = {qmp_opened, qmp_bytes, qmp_closed};

static void try_qmp(uv_timer_t *timer)
{
    struct attachment *attachment = timer->data;

    uv_timer_start(&attachment->qmp_timer, qmp_late, ATTACHMENT_ANSWER_MS, 0);
    if (!open_link(attachment, &attachment->qmp, attachment->address.qmp_port))
        lose_qmp(attachment, 0, "the connection could not be begun");
}

/* The guest agent */

static void try_agent(uv_timer_t *timer);

static void lose_agent(struct attachment *attachment, const char *fault)
{
    char text[512];

    link_close(&attachment->agent);
    if (vm_has_agent(&attachment->vm)
            && now_ms(attachment) - attachment->agent_opened_ms >= ATTACHMENT_RETRY_LONGEST_MS)
        attachment->agent_retry_ms = 0;
    vm_close_agent(&attachment->vm, now_ms(attachment));
    snprintf(text, sizeof(text), "the guest agent at %s, port %u: %s", attachment->address.host,
            attachment->address.agent_port, fault);
    report(attachment, true, text);
    uv_timer_start(&attachment->agent_timer, try_agent, next_wait(&attachment->agent_retry_ms), 0);
    schedule(attachment);
}

static void agent_closed(void *context, int error, const char *fault)
{
    struct attachment *attachment = context;

    if (!fault)
        fault = describe_refusal(attachment, &attachment->agent);
    if (!fault)
        fault = error == UV_EOF ? "it has ended the connection" : uv_strerror(error);
    lose_agent(attachment, fault);
}

/* Only a handshake is waited for: who listens takes the connection at once, and the agent may answer when it likes. */
static void agent_late(uv_timer_t *timer)
{
    lose_agent(timer->data, no_handshake);
}

static void agent_opened(void *context)
{
    struct attachment *attachment = context;

    uv_timer_stop(&attachment->agent_timer);
    attachment->agent_opened_ms = now_ms(attachment);
    vm_open_agent(&attachment->vm, link_local_port(&attachment->agent), now_ms(attachment));
    schedule(attachment);
}

static void agent_bytes(void *context, const char *bytes, size_t count)
{
    struct attachment *attachment = context;
    const char *fault = vm_take_agent(&attachment->vm, bytes, count, now_ms(attachment));

    if (fault)
        lose_agent(attachment, fault);
    else
        schedule(attachment);
}

static const struct link_callbacks agent_link = {agent_opened, agent_bytes, agent_closed};

static void try_agent(uv_timer_t *timer)
{
    struct attachment *attachment = timer->data;

    if (attachment->credentials)
        uv_timer_start(&attachment->agent_timer, agent_late, ATTACHMENT_ANSWER_MS, 0);
    if (!open_link(attachment, &attachment->agent, attachment->address.agent_port))
        lose_agent(attachment, "the connection could not be begun");
}

/* What the machine calls */

static bool vm_send(void *context, enum vm_channel channel, const char *text, size_t size)
{
    struct attachment *attachment = context;

    return link_send(channel == VM_QMP ? &attachment->qmp : &attachment->agent, text, size);
}

static void vm_tells(void *context, const struct vm_event *event)
{
    struct attachment *attachment = context;

    attachment->callbacks->event(attachment->context, event);
}

static void vm_learns_state(void *context, enum vm_state state)
{
    struct attachment *attachment = context;

    attachment->callbacks->state(attachment->context, state);
}

static void vm_attached(void *context)
{
    struct attachment *attachment = context;

    uv_timer_stop(&attachment->qmp_timer);
    attachment->attached_ms = now_ms(attachment);
    report(attachment, true, attachment->fault);
    if (attachment->address.agent_port)
        uv_timer_start(&attachment->agent_timer, try_agent, 0, 0);
    finish_try(attachment);
}

static void vm_has_fault(void *context, const char *fault)
{
    struct attachment *attachment = context;

    attachment->fault = fault;
    if (attachment->vm.attached)
        report(attachment, true, fault);
}

static void vm_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    struct attachment *attachment = context;

    attachment->callbacks->logged_off(attachment->context, result, text);
}

static const struct vm_callbacks vm_attachment = {
        vm_send, vm_tells, vm_learns_state, vm_attached, vm_has_fault, vm_logged_off};

static void on_due(uv_timer_t *timer)
{
    struct attachment *attachment = timer->data;
    const char *fault = vm_tick(&attachment->vm, now_ms(attachment));

    if (fault)
        lose_qmp(attachment, 0, fault);
    else
        schedule(attachment);
}

/* Beginning and end */

static void on_handle_closed(uv_handle_t *handle)
{
    struct attachment *attachment = handle->data;

    if (--attachment->open_handles)
        return;
    vm_cleanup(&attachment->vm);
    tls_credentials_release(attachment->credentials);
    attachment->callbacks->closed(attachment->context);
}

static void add_timer(struct attachment *attachment, uv_timer_t *timer)
{
    uv_timer_init(attachment->qmp.loop, timer);
    timer->data = attachment;
    ++attachment->open_handles;
}

bool attachment_open(struct attachment *attachment, uv_loop_t *loop, const struct live_callbacks *callbacks,
        void *context, const struct address *address, struct tls_credentials *credentials)
{
    *attachment = (struct attachment){.callbacks = callbacks, .context = context, .address = *address};
    if (!vm_init(&attachment->vm, &vm_attachment, attachment, &attachment->address))
    {
        vm_cleanup(&attachment->vm);
        return false;
    }
    if (credentials)
        tls_credentials_addref(credentials);
    attachment->credentials = credentials;
    link_init(&attachment->qmp, loop, &qmp_link, attachment);
    link_init(&attachment->agent, loop, &agent_link, attachment);
    attachment->qmp.tls_record_max = attachment->agent.tls_record_max = QEMU_RECORD_MAX;
    add_timer(attachment, &attachment->vm_timer);
    add_timer(attachment, &attachment->qmp_timer);
    add_timer(attachment, &attachment->agent_timer);
    uv_timer_start(&attachment->qmp_timer, try_qmp, 0, 0);
    return true;
}

void attachment_close(struct attachment *attachment)
{
    if (attachment->closing)
        return;
    attachment->closing = true;
    link_close(&attachment->qmp);
    link_close(&attachment->agent);
    uv_close((uv_handle_t *)&attachment->vm_timer, on_handle_closed);
    uv_close((uv_handle_t *)&attachment->qmp_timer, on_handle_closed);
    uv_close((uv_handle_t *)&attachment->agent_timer, on_handle_closed);
}

void attachment_logoff(struct attachment *attachment)
{
    vm_logoff(&attachment->vm, now_ms(attachment));
    schedule(attachment);
}
