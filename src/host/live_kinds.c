/* A library of its own, so that a test can have others in their place. */
#include "host/live_kinds.h"

#include "host/hyperv/kind.h"
#include "host/mqtt/kind.h"
#include "host/qemu/kind.h"

const struct live_kind *const live_kinds[] = {
        &qemu_kind,
        &hyperv_kind,
        &mqtt_kind,
};

const size_t live_kind_count = sizeof(live_kinds) / sizeof(*live_kinds);
