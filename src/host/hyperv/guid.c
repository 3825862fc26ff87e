#include "host/hyperv/guid.h"

#include <string.h>

static bool is_hyphen_place(size_t place)
{
    return place == 8 || place == 13 || place == 18 || place == 23;
}

/* The digit in capitals; 0: it is none. */
static char digit_of(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'))
        return c;
    return (char)(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : 0);
}

bool hv_guid_parse_start(struct hv_guid *guid, const char *text)
{
    struct hv_guid parsed = {""};

    for (size_t i = 0; i < HV_GUID_LENGTH; ++i)
    {
        char c = (char)(is_hyphen_place(i) ? (text[i] == '-' ? '-' : 0) : digit_of(text[i]));

        if (!c)
            return false;
        parsed.text[i] = c;
    }
    if (guid)
        *guid = parsed;
    return true;
}

bool hv_guid_parse(struct hv_guid *guid, const char *text)
{
    bool braces = *text == '{';
    const char *end;

    text += braces;
    if (!hv_guid_parse_start(guid, text))
        return false;
    end = text + HV_GUID_LENGTH;
    return braces ? !strcmp(end, "}") : !*end;
}

bool hv_guid_equals(const struct hv_guid *one, const struct hv_guid *other)
{
    return *one->text && !memcmp(one->text, other->text, HV_GUID_LENGTH);
}
