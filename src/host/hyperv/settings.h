/* The settings of the machine that events tell of, and what they were when one was last fired for each. */
#ifndef VMEVENTS_HOST_HYPERV_SETTINGS_H
#define VMEVENTS_HOST_HYPERV_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/hyperv/classes.h"
#include "host/hyperv/outlet.h"

#define HV_SETTING_COUNT 16

/* What instances said of them, or what is known. */
struct hv_settings
{
    struct hv_setting
    {
        bool known;
        int64_t number;
    } settings[HV_SETTING_COUNT];
};

/* Reads those that the class has. */
void hv_settings_read(struct hv_settings *settings, enum hv_class class_, const struct hv_row *row);

/* Fires what is another than is known, and knows it. What is known for the first time is no news. */
void hv_settings_take(struct hv_settings *known, const struct hv_settings *said, const struct hv_outlet *outlet);

#endif
