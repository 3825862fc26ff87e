#include "host/qemu/drives.h"

#include <string.h>

bool drives_init(struct drives *drives)
{
    *drives = (struct drives){json_object(), json_object()};
    return drives->media && drives->types;
}

void drives_cleanup(struct drives *drives)
{
    json_decref(drives->media);
    json_decref(drives->types);
    *drives = (struct drives){0};
}

void drives_forget(struct drives *drives)
{
    json_object_clear(drives->media);
    json_object_clear(drives->types);
}

/* NULL: the block device is no drive with removable media, or is in no machine (QEMU lists some that could be). */
static const char *removable_path(const json_t *block)
{
    return json_is_true(json_object_get(block, "removable")) ? json_string_value(json_object_get(block, "qdev")) : NULL;
}

static bool has_tray(const json_t *block)
{
    return json_object_get(block, "tray_open") != NULL;
}

static bool is_floppy(const struct drives *drives, const char *path)
{
    const char *type = json_string_value(json_object_get(drives->types, path));

    return type && !strcmp(type, "floppy");
}

/* An object, a new reference. The name of the node is another each time a file is opened. */
static json_t *make_medium(const json_t *block)
{
    json_t *inserted = json_object_get(block, "inserted");

    if (!inserted)
        return json_null();
    return json_pack("{s:O?, s:O?}", "file", json_object_get(inserted, "file"), "node",
            json_object_get(inserted, "node-name"));
}

static const char *medium_path(const json_t *medium)
{
    const char *path = json_string_value(json_object_get(medium, "file"));

    return path ? path : "";
}

static void tell_change(const json_t *before, const json_t *now, bool floppy, const struct vm_outlet *outlet)
{
    if (!before || json_equal(before, now))
        return;
    if (!json_is_null(before))
        vm_tell_text(outlet, floppy ? VM_EVENT_FLOPPY_EJECT : VM_EVENT_DVD_EJECT, medium_path(before));
    if (!json_is_null(now))
        vm_tell_text(outlet, floppy ? VM_EVENT_FLOPPY_INSERT : VM_EVENT_DVD_INSERT, medium_path(now));
}

/* What cannot be remembered is not told either: it would be told again. */
static bool update_drive(struct drives *drives, const json_t *block, const char *path, bool floppy,
        const struct vm_outlet *outlet)
{
    json_t *before = json_incref(json_object_get(drives->media, path)), *now = make_medium(block);
    bool remembered = now && !json_object_set_nocheck(drives->media, path, now);

    if (remembered)
        tell_change(before, now, floppy, outlet);
    json_decref(before);
    json_decref(now);
    return remembered;
}

bool drives_update(struct drives *drives, const json_t *blocks, const struct vm_outlet *outlet)
{
    json_t *block;
    size_t i;

    json_array_foreach(blocks, i, block)
    {
        const char *path = removable_path(block);
        bool floppy = path && !has_tray(block) && is_floppy(drives, path);

        if (path && (floppy || has_tray(block)) && !update_drive(drives, block, path, floppy, outlet))
            return false;
    }
    return true;
}

const char *drives_find_unknown(const struct drives *drives, const json_t *blocks)
{
    json_t *block;
    size_t i;

    json_array_foreach(blocks, i, block)
    {
        const char *path = removable_path(block);

        if (path && !has_tray(block) && !json_object_get(drives->types, path))
            return path;
    }
    return NULL;
}

bool drives_set_type(struct drives *drives, const char *path, const json_t *type)
{
    return !json_object_set_nocheck(drives->types, path, json_is_string(type) ? (json_t *)type : json_null());
}

bool drives_need_polling(const struct drives *drives)
{
    const char *path;
    json_t *type;

    json_object_foreach(drives->types, path, type)
    {
        if (is_floppy(drives, path))
            return true;
    }
    return false;
}
