#include "host/hyperv/settings.h"

static const struct
{
    enum hv_class class_;
    const char *property;
    const char *key;
    bool is_truth;
} settings_table[HV_SETTING_COUNT] = {
        {HV_CLASS_MEMORY, "VirtualQuantity", "hardware/memory/ram_size", false},
        {HV_CLASS_MEMORY, "DynamicMemoryEnabled", "hardware/memory/dynamic", true},
        {HV_CLASS_MEMORY, "Reservation", "hardware/memory/minimum", false},
        {HV_CLASS_MEMORY, "Limit", "hardware/memory/maximum", false},
        {HV_CLASS_MEMORY, "Weight", "hardware/memory/weight", false},
        {HV_CLASS_PROCESSOR, "VirtualQuantity", "hardware/processor/count", false},
        {HV_CLASS_PROCESSOR, "Reservation", "hardware/processor/reservation", false},
        {HV_CLASS_PROCESSOR, "Limit", "hardware/processor/limit", false},
        {HV_CLASS_PROCESSOR, "Weight", "hardware/processor/weight", false},
        {HV_CLASS_PROCESSOR, "ExposeVirtualizationExtensions", "hardware/processor/nested", true},
        {HV_CLASS_SETTINGS, "AutomaticStartupAction", "settings/automatic_startup", false},
        {HV_CLASS_SETTINGS, "AutomaticShutdownAction", "settings/automatic_shutdown", false},
        {HV_CLASS_SETTINGS, "AutomaticRecoveryAction", "settings/automatic_recovery", false},
        {HV_CLASS_SETTINGS, "LockOnDisconnect", "settings/lock_on_disconnect", true},
        {HV_CLASS_SETTINGS, "BIOSNumLock", "hardware/bios/num_lock", true},
        {HV_CLASS_SETTINGS, "SecureBootEnabled", "hardware/bios/secure_boot", true},
};

void hv_settings_read(struct hv_settings *settings, enum hv_class class_, const struct hv_row *row)
{
    int64_t number;

    for (unsigned int i = 0; i < HV_SETTING_COUNT; ++i)
    {
        if (settings_table[i].class_ == class_ && hv_row_number(row, settings_table[i].property, 0, &number))
            settings->settings[i] = (struct hv_setting){true, settings_table[i].is_truth ? number != 0 : number};
    }
}

void hv_settings_take(struct hv_settings *known, const struct hv_settings *said, const struct hv_outlet *outlet)
{
    for (unsigned int i = 0; i < HV_SETTING_COUNT; ++i)
    {
        struct hv_setting *setting = &known->settings[i];
        bool is_news = setting->known && setting->number != said->settings[i].number;

        if (!said->settings[i].known)
            continue;
        *setting = said->settings[i];
        if (is_news)
            outlet->fire(outlet->context,
                    &(struct vm_event){.type = VM_EVENT_CONFIGURATION_CHANGED,
                            .number = setting->number,
                            .is_truth = settings_table[i].is_truth,
                            .text = settings_table[i].key});
    }
}
