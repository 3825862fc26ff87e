/* Hyper-V, a kind of live machines: `hyperv:<name or {guid}>[,host=<computer>,allow-remote]` (docs/hyperv.md). */
#ifndef VMEVENTS_HOST_HYPERV_KIND_H
#define VMEVENTS_HOST_HYPERV_KIND_H

#include "host/live/live_kind.h"

extern const struct live_kind hyperv_kind;

#endif
