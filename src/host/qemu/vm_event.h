/* Where the events go that the model of a QEMU machine fires. */
#ifndef VMEVENTS_HOST_VM_EVENT_H
#define VMEVENTS_HOST_VM_EVENT_H

#include "host/live/live_event.h"

/* Where the events of a machine go. */
struct vm_outlet
{
    void (*tell)(void *context, const struct vm_event *event);
    void *context;
};

static inline void vm_tell(const struct vm_outlet *outlet, enum vm_event_type type, int64_t number)
{
    outlet->tell(outlet->context, &(struct vm_event){.type = type, .number = number});
}

static inline void vm_tell_text(const struct vm_outlet *outlet, enum vm_event_type type, const char *text)
{
    outlet->tell(outlet->context, &(struct vm_event){.type = type, .text = text});
}

#endif
