/* Methods of Hyper-V's that are called by WMI: what hands items to a machine's guest. */
#ifndef VMEVENTS_HOST_HYPERV_WMI_METHOD_H
#define VMEVENTS_HOST_HYPERV_WMI_METHOD_H

#include "host/hyperv/source.h"

/* As change_item of struct hv_source; the context is a struct wmi_source that is connected. */
int32_t wmi_change_item(void *context, enum hv_item_change change, const struct hv_guid *machine, const char *item);

#endif
