#include "host/qemu/attachment.h"

#include "host/qemu/attachment_faults.h"
#include "host/qemu/dial.h"
#include "host/qemu/retry.h"
#include "platform/trace.h"

#include <stdio.h>

static void try_qmp(uv_timer_t *timer);

/* How many attachments there are, and have been. They are all of one loop. */
static unsigned int attachment_count, last_number;

static uint64_t now_ms(const struct attachment *attachment)
{
    return uv_now(attachment->qmp.loop);
}

static const struct address_place *place_of(const struct attachment *attachment)
{
    return &attachment->address->places[attachment->place];
}

static bool has_other_places(const struct attachment *attachment)
{
    return attachment->address->place_count > 1;
}

/* Whether the machine is not at its place, as far as is known. */
static bool may_be_elsewhere(const struct attachment *attachment)
{
    enum vm_state state = vm_state(&attachment->vm);

    if (!has_other_places(attachment))
        return false;
    return attachment->lost || (attachment->vm.attached && (state == VM_SAVED || state == VM_RESTORING));
}

/* Another machine where this one may go outweighs all else. Nobody there is worth a word only when nothing else is wrong:
 * the machine may just have been saved. */
static const char *worst_fault(const struct attachment *attachment, const char *fault)
{
    const char *elsewhere = search_fault(&attachment->search);

    return elsewhere && (!fault || search_met_other(&attachment->search)) ? elsewhere : fault;
}

static void show(struct attachment *attachment)
{
    const char *fault = *attachment->reported ? attachment->reported : NULL;

    attachment->callbacks->connection(attachment->context, attachment->connected, worst_fault(attachment, fault));
}

/* Looks for the machine while it may be elsewhere, and no longer. */
static void look_around(struct attachment *attachment)
{
    bool at_fault = search_fault(&attachment->search) != NULL;

    if (may_be_elsewhere(attachment))
    {
        search_begin(&attachment->search, attachment->place, vm_uuid(&attachment->vm));
        return;
    }
    search_end(&attachment->search);
    if (at_fault)
        show(attachment);
}

static void on_due(uv_timer_t *timer);

/* After everything that may change what the machine waits for, or where it is. */
static void schedule(struct attachment *attachment)
{
    uint64_t due = vm_due_ms(&attachment->vm), now = now_ms(attachment);

    look_around(attachment);
    if (due == UINT64_MAX)
        uv_timer_stop(&attachment->vm_timer);
    else
        uv_timer_start(&attachment->vm_timer, on_due, due > now ? due - now : 0, 0);
}

static void report(struct attachment *attachment, bool connected, const char *fault)
{
    trace(TRACE_QEMU, "%s:%u: %s: %s", place_of(attachment)->host, place_of(attachment)->qmp_port,
            connected ? "attached" : "not attached", fault ? fault : "nothing is wrong");
    attachment->connected = connected;
    snprintf(attachment->reported, sizeof(attachment->reported), "%s", fault ? fault : "");
    show(attachment);
}

static void finish_try(struct attachment *attachment)
{
    if (!attachment->has_tried)
        attachment->callbacks->tried(attachment->context, true);
    attachment->has_tried = true;
}

/* QEMU's monitor */

/* Who has said something in a handshake of TLS is there, even without a greeting. */
static bool has_ended_unheard(const struct attachment *attachment, int error)
{
    if (attachment->credentials)
        return attachment->qmp.progress == LINK_CONNECTED && (error == UV_EOF || error == UV_ECONNRESET);
    return error && attachment->vm.qmp.state == QMP_GREETING;
}

static void disconnect(struct attachment *attachment)
{
    link_close(&attachment->qmp);
    link_close(&attachment->agent);
    uv_timer_stop(&attachment->qmp_timer);
    uv_timer_stop(&attachment->agent_timer);
    vm_close_agent(&attachment->vm, now_ms(attachment));
    vm_close_qmp(&attachment->vm, now_ms(attachment));
}

/* Its QEMU has ended, and it is at no other place. */
static void end_machine(struct attachment *attachment)
{
    vm_end(&attachment->vm, now_ms(attachment));
    attachment->ended = false;
}

/* What a search has under way is of before, and does not count for what is to be decided now. */
static void note_loss(struct attachment *attachment)
{
    if (attachment->lost)
        return;
    attachment->lost = true;
    attachment->lost_ms = now_ms(attachment);
    search_end(&attachment->search);
}

/* The connection has ended. error: one of libuv's, or 0 when we have ended it; fault says why. */
static void lose_qmp(struct attachment *attachment, int error, const char *fault)
{
    bool no_greeting = has_ended_unheard(attachment, error);
    char text[LIVE_FAULT_SIZE];

    /* A forwarder takes the connection before it finds that nobody listens behind it. */
    attachment->ends_before_greeting = no_greeting ? attachment->ends_before_greeting + 1 : 0;
    if (attachment->vm.attached && now_ms(attachment) - attachment->attached_ms >= RETRY_LONGEST_MS)
        attachment->qmp_retry_ms = 0;
    note_loss(attachment);
    disconnect(attachment);
    if (error == UV_ECONNREFUSED || attachment->ends_before_greeting >= ATTACHMENT_ENDS || vm_has_left(&attachment->vm))
        attachment->ended = true;
    if (attachment->ended && !has_other_places(attachment))
        end_machine(attachment);
    snprintf(text, sizeof(text), "QEMU at %s, port %u: %s", place_of(attachment)->host, place_of(attachment)->qmp_port,
            fault);
    report(attachment, false, text);
    if (!has_other_places(attachment))
        finish_try(attachment);
    uv_timer_start(&attachment->qmp_timer, try_qmp, retry_next(&attachment->qmp_retry_ms), 0);
    schedule(attachment);
}

static void qmp_closed(void *context, int error, const char *fault)
{
    const struct attachment *attachment = context;

    if (!fault)
        fault = attachment_describe_refusal(attachment, &attachment->qmp);
    lose_qmp(context, error, fault ? fault : attachment_describe_end(attachment, error));
}

static void qmp_late(uv_timer_t *timer)
{
    const struct attachment *attachment = timer->data;

    lose_qmp(timer->data, 0, attachment_describe_silence(attachment));
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

    uv_timer_start(&attachment->qmp_timer, qmp_late, DIAL_ANSWER_MS, 0);
    if (!dial(&attachment->qmp, place_of(attachment), place_of(attachment)->qmp_port, attachment->credentials))
        lose_qmp(attachment, 0, "the connection could not be begun");
}

/* The guest agent */

static void try_agent(uv_timer_t *timer);

static void lose_agent(struct attachment *attachment, const char *fault)
{
    char text[512];

    link_close(&attachment->agent);
    if (vm_has_agent(&attachment->vm) && now_ms(attachment) - attachment->agent_opened_ms >= RETRY_LONGEST_MS)
        attachment->agent_retry_ms = 0;
    vm_close_agent(&attachment->vm, now_ms(attachment));
    snprintf(text, sizeof(text), "the guest agent at %s, port %u: %s", place_of(attachment)->host,
            place_of(attachment)->agent_port, fault);
    report(attachment, true, text);
    uv_timer_start(&attachment->agent_timer, try_agent, retry_next(&attachment->agent_retry_ms), 0);
    schedule(attachment);
}

static void agent_closed(void *context, int error, const char *fault)
{
    struct attachment *attachment = context;

    if (!fault)
        fault = attachment_describe_refusal(attachment, &attachment->agent);
    if (!fault)
        fault = error == UV_EOF ? "it has ended the connection" : uv_strerror(error);
    lose_agent(attachment, fault);
}

/* Only a handshake is waited for: who listens takes the connection at once, and the agent may answer when it likes. */
static void agent_late(uv_timer_t *timer)
{
    lose_agent(timer->data, attachment_no_handshake);
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
        uv_timer_start(&attachment->agent_timer, agent_late, DIAL_ANSWER_MS, 0);
    if (!dial(&attachment->agent, place_of(attachment), place_of(attachment)->agent_port, attachment->credentials))
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
    attachment->lost = attachment->ended = false;
    report(attachment, true, attachment->fault);
    if (place_of(attachment)->agent_port)
        uv_timer_start(&attachment->agent_timer, try_agent, 0, 0);
    if (!may_be_elsewhere(attachment))
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

/* Other places */

static void found_elsewhere(void *context, unsigned int place, bool came)
{
    struct attachment *attachment = context;
    bool first = !place;

    trace(TRACE_QEMU, "%s:%u: the machine is at %s:%u, where it has %s", place_of(attachment)->host,
            place_of(attachment)->qmp_port, attachment->address->places[place].host,
            attachment->address->places[place].qmp_port, came ? "come from another QEMU" : "been started");
    disconnect(attachment);
    /* Where it was still expected it has not been: nothing has ended there. */
    if (attachment->has_tried && !came && vm_state(&attachment->vm) != VM_RESTORING)
        vm_end(&attachment->vm, now_ms(attachment));
    if (attachment->has_tried)
        vm_move(&attachment->vm, first, now_ms(attachment));
    else
        vm_find(&attachment->vm, first, now_ms(attachment));
    attachment->place = place;
    attachment->lost = attachment->ended = false;
    attachment->ends_before_greeting = 0;
    attachment->qmp_retry_ms = attachment->agent_retry_ms = 0;
    uv_timer_start(&attachment->qmp_timer, try_qmp, 0, 0);
    schedule(attachment);
}

/* Whether a place that waits for a machine may still get this one: what its QEMU had to send may all be on the way. */
static bool may_still_arrive(const struct attachment *attachment)
{
    enum vm_state state = vm_state(&attachment->vm);

    return (state == VM_SAVING || state == VM_SAVED)
            && now_ms(attachment) - attachment->lost_ms < ATTACHMENT_ARRIVAL_MS;
}

static void found_nowhere(void *context, bool coming)
{
    struct attachment *attachment = context;

    if (attachment->ended && coming && may_still_arrive(attachment))
        return;
    if (attachment->ended)
        end_machine(attachment);
    show(attachment);
    finish_try(attachment);
    schedule(attachment);
}

static const struct search_callbacks search_callbacks = {found_elsewhere, found_nowhere};

static void on_due(uv_timer_t *timer)
{
    struct attachment *attachment = timer->data;
    const char *fault;

    vm_share_polls(&attachment->vm, attachment_count, attachment->number);
    if ((fault = vm_tick(&attachment->vm, now_ms(attachment))))
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
    --attachment_count;
    vm_cleanup(&attachment->vm);
    search_cleanup(&attachment->search);
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
    *attachment = (struct attachment){.callbacks = callbacks, .context = context, .address = address};
    if (!vm_init(&attachment->vm, &vm_attachment, attachment, attachment->address))
    {
        vm_cleanup(&attachment->vm);
        return false;
    }
    ++attachment_count;
    attachment->number = ++last_number;
    if (credentials)
        tls_credentials_addref(credentials);
    attachment->credentials = credentials;
    dial_init(&attachment->qmp, loop, &qmp_link, attachment);
    dial_init(&attachment->agent, loop, &agent_link, attachment);
    search_init(&attachment->search, loop, &search_callbacks, attachment, attachment->address, credentials);
    add_timer(attachment, &attachment->vm_timer);
    add_timer(attachment, &attachment->qmp_timer);
    add_timer(attachment, &attachment->agent_timer);
    add_timer(attachment, &attachment->search.timer);
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
    search_end(&attachment->search);
    uv_close((uv_handle_t *)&attachment->search.timer, on_handle_closed);
    uv_close((uv_handle_t *)&attachment->vm_timer, on_handle_closed);
    uv_close((uv_handle_t *)&attachment->qmp_timer, on_handle_closed);
    uv_close((uv_handle_t *)&attachment->agent_timer, on_handle_closed);
}

void attachment_logoff(struct attachment *attachment)
{
    vm_logoff(&attachment->vm, now_ms(attachment));
    schedule(attachment);
}
