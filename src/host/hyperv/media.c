#include "host/hyperv/media.h"

#include "platform/memory.h"

#include <string.h>

void hv_media_cleanup(struct hv_media *media)
{
    for (size_t i = 0; i < media->count; ++i)
        memory_free(media->media[i].path);
    media->count = 0;
}

bool hv_media_add(struct hv_media *media, const struct hv_row *row)
{
    const char *type = hv_row_text(row, "ResourceSubType", 0), *path = hv_row_text(row, "HostResource", 0);
    bool is_floppy = type && !strcmp(type, "Microsoft:Hyper-V:Virtual Floppy Disk");
    bool is_dvd = type && !strcmp(type, "Microsoft:Hyper-V:Virtual CD/DVD Disk");
    size_t size;
    char *copy;

    if ((!is_floppy && !is_dvd) || !path || !*path || media->count == HV_MEDIA_MAX)
        return true;
    size = strlen(path) + 1;
    if (!(copy = memory_alloc(size)))
        return false;
    memcpy(copy, path, size);
    media->media[media->count].is_floppy = is_floppy;
    media->media[media->count++].path = copy;
    return true;
}

static bool is_same(const struct hv_medium *one, const struct hv_medium *other)
{
    return one->is_floppy == other->is_floppy && !strcmp(one->path, other->path);
}

/* Fires for each medium that the one has and the other has not; for one that is there twice in the one and once in the
 * other, once. */
static void fire_missing(const struct hv_media *one, const struct hv_media *other, enum vm_event_type dvd,
        enum vm_event_type floppy, const struct hv_outlet *outlet)
{
    bool used[HV_MEDIA_MAX] = {false};
    size_t j;

    for (size_t i = 0; i < one->count; ++i)
    {
        for (j = 0; j < other->count && (used[j] || !is_same(&one->media[i], &other->media[j])); ++j)
            ;
        if (j < other->count)
            used[j] = true;
        else
            hv_fire_text(outlet, one->media[i].is_floppy ? floppy : dvd, one->media[i].path);
    }
}

void hv_media_replace(struct hv_media *known, struct hv_media *present)
{
    hv_media_cleanup(known);
    *known = *present;
    present->count = 0;
}

void hv_media_take(struct hv_media *known, struct hv_media *present, const struct hv_outlet *outlet)
{
    fire_missing(known, present, VM_EVENT_DVD_EJECT, VM_EVENT_FLOPPY_EJECT, outlet);
    fire_missing(present, known, VM_EVENT_DVD_INSERT, VM_EVENT_FLOPPY_INSERT, outlet);
    hv_media_replace(known, present);
}
