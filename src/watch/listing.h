/* Lists: of the host's machines, and of the events that there are. */
#ifndef VMEVENTS_WATCH_LISTING_H
#define VMEVENTS_WATCH_LISTING_H

#include "watch/exit_code.h"
#include "watch/options.h"

/* --list: each machine with its state, its address and what is wrong with it. */
enum exit_code list_machines(const struct options *options);

/* --events: each event with its interface, its number, its parameters and what is legal for them. */
enum exit_code list_events(const struct options *options);

#endif
