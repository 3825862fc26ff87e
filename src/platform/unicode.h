/* What a character does, for those who show what others have sent. */
#ifndef VMEVENTS_PLATFORM_UNICODE_H
#define VMEVENTS_PLATFORM_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool is_high_surrogate(uint32_t c)
{
    return (c & 0xfffffc00) == 0xd800;
}

static inline bool is_low_surrogate(uint32_t c)
{
    return (c & 0xfffffc00) == 0xdc00;
}

/* Whether the character does something where it is shown: control characters, separators of lines, and what turns the
 * direction of writing. */
static inline bool is_acting(uint32_t c)
{
    static const struct
    {
        uint16_t first, last;
    } ranges[] = {{0, 0x1f}, {0x7f, 0x9f}, {0x61c, 0x61c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x206f},
            {0xfeff, 0xfeff}, {0xfff9, 0xfffb}};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); ++i)
    {
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    }
    return false;
}

#endif
