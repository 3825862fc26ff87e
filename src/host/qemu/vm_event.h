/* Where the events go that the model of a QEMU machine fires. */
#ifndef VMEVENTS_HOST_VM_EVENT_H
#define VMEVENTS_HOST_VM_EVENT_H

#include "host/live/live_event.h"

/* Where the events of a machine go. */
struct vm_outlet
{
    void (*fire)(void *context, const struct vm_event *event);
    void *context;
};

static inline void vm_fire(const struct vm_outlet *outlet, enum vm_event_type type, int64_t number)
{
    outlet->fire(outlet->context, &(struct vm_event){.type = type, .number = number});
}

static inline void vm_fire_text(const struct vm_outlet *outlet, enum vm_event_type type, const char *text)
{
    outlet->fire(outlet->context, &(struct vm_event){.type = type, .text = text});
}

/* With something that is known besides; `text` NULL: it is not. */
static inline void vm_fire_knowing(
        const struct vm_outlet *outlet, enum vm_event_type type, int64_t number, const char *name, const char *text)
{
    outlet->fire(outlet->context, &(struct vm_event){.type = type, .number = number, .details = {{name, text}}});
}

#endif
