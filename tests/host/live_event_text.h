/* What a kind of live machines says has happened, as text for tests. */
#ifndef VMEVENTS_TESTS_HOST_LIVE_EVENT_TEXT_H
#define VMEVENTS_TESTS_HOST_LIVE_EVENT_TEXT_H

#include <stddef.h>

#include "host/live/live_event.h"

/* "OnGuestLogoff(Normal)" */
void vm_event_text(const struct vm_event *event, char *text, size_t size);

/* What is known of it besides: "user=alice domain=OFFICE"; nothing when nothing is. */
void vm_event_details_text(const struct vm_event *event, char *text, size_t size);

/* "Running" */
const char *vm_state_text(enum vm_state state);

#endif
