/* QEMU as a kind of live machine: docs/qemu.md. */
#ifndef VMEVENTS_HOST_QEMU_KIND_H
#define VMEVENTS_HOST_QEMU_KIND_H

#include "host/live/live_kind.h"

extern const struct live_kind qemu_kind;

#endif
