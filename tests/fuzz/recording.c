/* Fuzzes the scanner of recordings: what it takes for JSON can be gone through, and its strings become characters. */
#include "fuzz/target.h"
#include "json/scan.h"

static void go_through(const struct scan_value *value)
{
    struct scan scan = scan_inside(value);
    struct scan_value name, inner;

    switch (value->kind)
    {
        case SCAN_STRING:
        {
            uint16_t *characters = malloc((value->length + 1) * sizeof(*characters));

            REQUIRE(characters && scan_copy(value, characters) <= value->length);
            free(characters);
            return;
        }
        case SCAN_OBJECT:
            while (scan_member(&scan, &name, &inner))
            {
                go_through(&name);
                go_through(&inner);
            }
            break;
        case SCAN_ARRAY:
            while (scan_element(&scan, &inner))
                go_through(&inner);
            break;
        default:
            return;
    }
    /* All of what was read as a whole can be read part by part. */
    while (scan.next < scan.end
            && (*scan.next == ' ' || *scan.next == '\t' || *scan.next == '\n' || *scan.next == '\r'))
        ++scan.next;
    REQUIRE(scan.next == scan.end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scan_value value, found;

    if (scan_text((const char *)data, size, &value))
    {
        go_through(&value);
        if (scan_find(&value, "exact", &found))
            go_through(&found);
    }
    return 0;
}
