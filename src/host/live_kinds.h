/* The kinds of live machines that there are. */
#ifndef VMEVENTS_HOST_LIVE_KINDS_H
#define VMEVENTS_HOST_LIVE_KINDS_H

#include "host/live/live_kind.h"

#include <stddef.h>

extern const struct live_kind *const live_kinds[];
extern const size_t live_kind_count;

#endif
