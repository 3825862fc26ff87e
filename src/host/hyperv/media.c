#include "host/hyperv/media.h"

#include "host/hyperv/plain_text.h"
#include "platform/memory.h"

#include <string.h>

/* A longer id is none. */
#define DRIVE_MAX 255

void hv_media_cleanup(struct hv_media *media)
{
    for (size_t i = 0; i < media->count; ++i)
        memory_free(media->media[i].path);
    media->count = 0;
}

static const char *drive_of(const struct hv_medium *medium)
{
    return medium->path + strlen(medium->path) + 1;
}

/*
 * The id of the drive that the medium's Parent refers to:
 * \\HOST\root\virtualization\v2:Msvm_ResourceAllocationSettingData.InstanceID="Microsoft:GUID\\CONTROLLER\\1\\0\\D". In the
 * reference a backslash stands before a quote or a backslash.
 */
static void read_drive(const char *parent, char drive[DRIVE_MAX + 1])
{
    static const char key[] = ".InstanceID=\"";
    const char *text = parent ? strstr(parent, key) : NULL;
    size_t length = 0;

    *drive = 0;
    if (!text)
        return;
    for (text += strlen(key); *text && *text != '"' && length < DRIVE_MAX; ++text)
    {
        text += *text == '\\' && text[1];
        drive[length++] = *text;
    }
    drive[*text == '"' ? length : 0] = 0;
    hv_text_tidy(drive);
}

bool hv_media_add(struct hv_media *media, const struct hv_row *row)
{
    const char *type = hv_row_text(row, "ResourceSubType", 0), *path = hv_row_text(row, "HostResource", 0);
    bool is_floppy = type && !strcmp(type, "Microsoft:Hyper-V:Virtual Floppy Disk");
    bool is_dvd = type && !strcmp(type, "Microsoft:Hyper-V:Virtual CD/DVD Disk");
    char drive[DRIVE_MAX + 1], *copy;
    size_t size;

    if ((!is_floppy && !is_dvd) || !path || !*path || media->count == HV_MEDIA_MAX)
        return true;
    read_drive(hv_row_text(row, "Parent", 0), drive);
    size = strlen(path) + 1;
    if (!(copy = memory_alloc(size + strlen(drive) + 1)))
        return false;
    memcpy(copy, path, size);
    memcpy(copy + size, drive, strlen(drive) + 1);
    media->media[media->count].is_floppy = is_floppy;
    media->media[media->count++].path = copy;
    return true;
}

/* Where the drive is: its id ends by \CONTROLLER\LOCATION\D, both in digits. They are empty where it does not. */
struct place
{
    char controller[4], location[4];
};

/* The part in front of the end, which moves there. False: it is no number of so many digits. */
static bool read_part(const char *id, size_t *end, char digits[4])
{
    size_t begin = *end;

    while (begin && id[begin - 1] >= '0' && id[begin - 1] <= '9')
        --begin;
    if (begin < 2 || id[begin - 1] != '\\' || begin == *end || *end - begin > 3)
        return false;
    memcpy(digits, id + begin, *end - begin);
    digits[*end - begin] = 0;
    *end = begin - 1;
    return true;
}

static struct place place_of(const char *drive)
{
    size_t end = strlen(drive);
    struct place place = {"", ""};

    if (end < 2 || strcmp(drive + end - 2, "\\D") != 0)
        return place;
    end -= 2;
    if (read_part(drive, &end, place.location) && read_part(drive, &end, place.controller))
        return place;
    return (struct place){"", ""};
}

static void fire_medium(const struct hv_outlet *outlet, enum vm_event_type type, const struct hv_medium *medium)
{
    struct place place = place_of(drive_of(medium));

    outlet->fire(outlet->context,
            &(struct vm_event){.type = type,
                    .text = medium->path,
                    .details = {{"drive", drive_of(medium)}, {"controller", place.controller},
                            {"location", place.location}}});
}

static bool is_same(const struct hv_medium *one, const struct hv_medium *other)
{
    return one->is_floppy == other->is_floppy && !strcmp(one->path, other->path);
}

static bool is_there(const struct hv_medium *one, const struct hv_medium *other)
{
    return is_same(one, other) && !strcmp(drive_of(one), drive_of(other));
}

/* Looks in the other for each medium of the one that has not been found, and has each there found once. */
static void find(const struct hv_media *one, const struct hv_media *other,
        bool (*matches)(const struct hv_medium *, const struct hv_medium *), bool found[HV_MEDIA_MAX],
        bool used[HV_MEDIA_MAX])
{
    for (size_t i = 0; i < one->count; ++i)
    {
        for (size_t j = 0; j < other->count && !found[i]; ++j)
        {
            if (!used[j] && matches(&one->media[i], &other->media[j]))
                found[i] = used[j] = true;
        }
    }
}

/* Fires for each medium that the one has and the other has not; for one that is there twice in the one and once in the
 * other, once. What is still in its drive is found first, so that it is known of which drive the others are; one that is in
 * another drive by now is the same still. */
static void fire_missing(const struct hv_media *one, const struct hv_media *other, enum vm_event_type dvd,
        enum vm_event_type floppy, const struct hv_outlet *outlet)
{
    bool found[HV_MEDIA_MAX] = {false}, used[HV_MEDIA_MAX] = {false};

    find(one, other, is_there, found, used);
    find(one, other, is_same, found, used);
    for (size_t i = 0; i < one->count; ++i)
    {
        if (!found[i])
            fire_medium(outlet, one->media[i].is_floppy ? floppy : dvd, &one->media[i]);
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
