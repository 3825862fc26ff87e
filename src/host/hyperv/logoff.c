#include "host/hyperv/logoff.h"

#include <stdio.h>
#include <string.h>

void hv_logoff_init(struct hv_logoff *logoff,
        void (*ended)(void *context, enum vm_logoff_result result, const char *text), void *context)
{
    *logoff = (struct hv_logoff){.ended = ended, .context = context};
}

void hv_logoff_take_summary(struct hv_logoff *logoff, const struct guest_summary *summary)
{
    memcpy(logoff->boot, summary ? summary->boot : "", summary ? GUEST_BOOT_SIZE : 1);
}

bool hv_logoff_begin(struct hv_logoff *logoff, bool runs, uint64_t number, uint64_t now_ms)
{
    logoff->active = true;
    logoff->asked = false;
    logoff->until_ms = now_ms + HV_LOGOFF_MS;
    logoff->request.number = number;
    memcpy(logoff->request.boot, logoff->boot, GUEST_BOOT_SIZE);
    if (!runs)
        hv_logoff_end(logoff, VM_LOGOFF_NOT_RUNNING, NULL);
    else if (!*logoff->boot)
        hv_logoff_end(logoff, VM_LOGOFF_NO_AGENT, NULL);
    logoff->written |= logoff->active;
    return logoff->active;
}

bool hv_logoff_take_back(struct hv_logoff *logoff)
{
    bool over = logoff->written && !logoff->active;

    logoff->written &= !over;
    return over;
}

void hv_logoff_end(struct hv_logoff *logoff, enum vm_logoff_result result, const char *text)
{
    if (!logoff->active)
        return;
    logoff->active = false;
    logoff->ended(logoff->context, result, text);
}

void hv_logoff_take_answer(struct hv_logoff *logoff, const struct guest_answer *answer)
{
    char text[GUEST_REASON_MAX + 64];

    if (!logoff->active || answer->request.number != logoff->request.number
            || strcmp(answer->request.boot, logoff->request.boot))
        return;
    switch (answer->word)
    {
        case GUEST_ANSWER_ASKED:
            logoff->asked = true;
            break;
        case GUEST_ANSWER_DONE:
            hv_logoff_end(logoff, VM_LOGOFF_DONE, NULL);
            break;
        case GUEST_ANSWER_REFUSED:
            snprintf(text, sizeof(text), "the guest's part refuses: %s", answer->reason);
            hv_logoff_end(logoff, VM_LOGOFF_REFUSED, text);
            break;
    }
}

void hv_logoff_tick(struct hv_logoff *logoff, uint64_t now_ms)
{
    if (logoff->active && now_ms >= logoff->until_ms)
        hv_logoff_end(logoff, logoff->asked ? VM_LOGOFF_TIMED_OUT : VM_LOGOFF_NO_AGENT, NULL);
}

uint64_t hv_logoff_due_ms(const struct hv_logoff *logoff)
{
    return logoff->active ? logoff->until_ms : UINT64_MAX;
}
