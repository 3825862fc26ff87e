/* live_kind's list of Hyper-V's machines on this computer. */
#ifndef VMEVENTS_HOST_HYPERV_LIST_H
#define VMEVENTS_HOST_HYPERV_LIST_H

#include "host/live/live_kind.h"

enum live_list_result hv_list(
        void (*take)(void *taker, const struct live_listed *listed), void *taker, char fault[LIVE_FAULT_SIZE]);

#endif
