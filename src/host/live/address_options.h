/* What the addresses of all kinds have in common: options behind commas, `name` or `name=value`. */
#ifndef VMEVENTS_HOST_LIVE_ADDRESS_OPTIONS_H
#define VMEVENTS_HOST_LIVE_ADDRESS_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static inline bool address_option_is(const char *option, const char *name, size_t length)
{
    return strcspn(option, "=,") == length && !strncmp(option, name, length);
}

/* Of two options of one name one would win unseen, so no name comes twice but these, up to a NULL. The first option is
 * behind the text's first comma. NULL, or a sentence that says which is there twice, in description. */
static inline const char *address_options_check(const char *text, const char *const *may_repeat, char description[256])
{
    for (const char *option = strchr(text, ','); option; option = strchr(option, ','))
    {
        size_t length = strcspn(++option, "=,");
        const char *const *repeated = may_repeat;

        while (*repeated && !address_option_is(option, *repeated, strlen(*repeated)))
            ++repeated;
        if (*repeated)
            continue;
        for (const char *other = strchr(option, ','); other; other = strchr(other, ','))
        {
            if (!address_option_is(++other, option, length))
                continue;
            snprintf(description, 256, "%.*s is given twice; an address has it once", (int)length, option);
            return description;
        }
    }
    return NULL;
}

#endif
