/* The objects that a pretended WMI answers with, and what they have of it. */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_PRETENDED_WMI_OBJECTS_H
#define VMEVENTS_TESTS_HOST_HYPERV_PRETENDED_WMI_OBJECTS_H

#include <windows.h>

#include <wbemcli.h>

#include "host/hyperv/source.h"
#include "pretended_wmi_counts.h"

/* The world, whose lock is held from the one to the other, after what has been said meanwhile is taken. */
struct world *pretended_wmi_enter(void);
void pretended_wmi_leave(void);

struct wmi_counts *pretended_wmi_counts(void);

/* A call that a real WMI would refuse is counted. Returns the code. */
HRESULT pretended_wmi_refuse(HRESULT code, const char *what);

/* The system's time of something that the world has a time for. */
int64_t pretended_wmi_wall_us(int64_t world_us);

/* An instance of a class, of which these properties were asked for: names with commas between, or *. The row is copied. */
HRESULT wmi_object_create(
        const char *class_name, const char *properties, const struct hv_row *row, IWbemClassObject **object);

/* A notification of that, with the reference to the instance. */
HRESULT wmi_event_create(
        const struct hv_notification *notification, IWbemClassObject *instance, IWbemClassObject **event);

/* What a query finds: objects with their references, which become the enumerator's if it succeeds. It takes so long until
 * there is anything, and ends by that code. */
HRESULT wmi_answer_create(
        IWbemClassObject **objects, ULONG count, DWORD slow_ms, HRESULT code, IEnumWbemClassObject **answer);

/* The notifications that there are from now on. */
HRESULT wmi_notifications_create(IEnumWbemClassObject **notifications);

#endif
