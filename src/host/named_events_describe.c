#include "host/named_events_describe.h"

#include "event/text.h"

#include <wchar.h>

/* Each name of theirs once, "OnMediaInsert, OnMediaEject". */
static void append_names(struct text *text, bool of_host)
{
    uint32_t named = 0;

    for (UINT i = 0; i < EVENT_COUNT; ++i)
    {
        const struct event_type *type = &event_types[i];

        if (event_type_is_of_host(type) != of_host || (named & type->mask))
            continue;
        text_append(text, named ? L", " : L"");
        text_append(text, type->name);
        named |= event_mask_from_name(type->name, wcslen(type->name));
    }
}

static void append_machine_names(struct text *text)
{
    append_names(text, false);
    text_append(text, L"; IVMDVDDriveEvents.OnMediaEject is that of the DVD drive alone");
}

static void append_where_named(struct text *text, enum named_at at, bool elsewhere)
{
    switch (at)
    {
        case NAMED_AT_MACHINE:
            text_append(text,
                    elsewhere ? L" is an event of the host, not of a machine; a machine has "
                              : L" is no event of a machine; it has ");
            append_machine_names(text);
            break;
        case NAMED_AT_HOST:
            text_append(text,
                    elsewhere ? L" is an event of a machine, not of the host; the host has "
                              : L" is no event of the host; it has ");
            append_names(text, true);
            break;
        case NAMED_IN_SCENARIO:
            text_append(text, L" is no event of a machine or of the host; a machine has ");
            append_machine_names(text);
            text_append(text, L"; the host has ");
            append_names(text, true);
            text_append(text, L"; IVMVirtualPCEvents.OnHeartbeatStopped is that of the host alone");
            break;
    }
}

BSTR named_events_describe_name(BSTR name, enum named_at at)
{
    struct text text = {0};

    text_append_quote(&text, name ? name : L"", SysStringLen(name), TEXT_QUOTE_MAX);
    text_append(&text, string_has_nul(name) ? L", with a NUL character in it," : L"");
    append_where_named(&text, at, event_mask_from_name(name, SysStringLen(name)) != 0);
    return text_finish(&text);
}
