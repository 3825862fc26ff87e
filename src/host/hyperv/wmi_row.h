/* Rows of what WMI's objects say. */
#ifndef VMEVENTS_HOST_HYPERV_WMI_ROW_H
#define VMEVENTS_HOST_HYPERV_WMI_ROW_H

#include <windows.h>

#include <wbemcli.h>

#include "host/hyperv/classes.h"
#include "host/hyperv/source.h"

/* Adds the properties of the class that the object has. S_OK, E_OUTOFMEMORY; what the object does not say is left out. */
HRESULT wmi_row_read(struct hv_row *row, IWbemClassObject *object, enum hv_class class_);

/* Reads a notification, with its row; the time is UINT64_MAX where it says none. S_OK, S_FALSE: it is about nothing that
 * is watched, E_OUTOFMEMORY */
HRESULT wmi_notification_read(struct hv_notification *notification, struct hv_row *row, IWbemClassObject *event);

#endif
