/* Watching machines: their events are shown as they arrive, until the end that was asked for. */
#ifndef VMEVENTS_WATCH_WATCHING_H
#define VMEVENTS_WATCH_WATCHING_H

#include "watch/exit_code.h"
#include "watch/options.h"

enum exit_code watch_machines(const struct options *options);

#endif
