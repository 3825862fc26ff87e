/* A QEMU that a test pretends: a monitor on a port of this machine, which greets, answers, and says what the test wants. */
#ifndef VMEVENTS_TESTS_HOST_PEER_H
#define VMEVENTS_TESTS_HOST_PEER_H

#include <stdbool.h>

/* Listens on a free port, and returns that. */
unsigned int peer_start(void);

/* One that takes connections and says nothing. */
unsigned int peer_start_silent(void);

/* Waits until the host is connected and has asked all that it asks at first. */
void peer_await_client(void);

/* Sends the text as it is. */
void peer_say(const char *text);

/* An event of QEMU's, happening now; data: JSON, or NULL. */
void peer_say_event(const char *event, const char *data);

/* Ends the connection; with gone nobody listens any more. */
void peer_hang_up(bool gone);

#endif
