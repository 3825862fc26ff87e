#include "host/qemu/drives.h"

#include "host/qemu/json_reader.h"

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

/* The drive's path. NULL: the block device has no removable media, or no device in the machine has it (QEMU lists block
 * devices that are in none). */
static const char *removable_path(const json_t *block)
{
    return json_is_true(json_object_get(block, "removable")) ? json_string_value(json_object_get(block, "qdev")) : NULL;
}

static bool has_tray(const json_t *block)
{
    return json_object_get(block, "tray_open") != NULL;
}

enum kind
{
    NO_DRIVE,
    DVD_DRIVE,
    FLOPPY_DRIVE
};

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), wanted = strlen(ending);

    return length >= wanted && !strcmp(text + length - wanted, ending);
}

/* Where QEMU refuses to say the type, what has a tray is taken for a DVD drive. */
static enum kind kind_of(const struct drives *drives, const char *path, const json_t *block)
{
    const char *type = json_string_value(json_object_get(drives->types, path));

    if (!type)
        return has_tray(block) ? DVD_DRIVE : NO_DRIVE;
    if (!strcmp(type, "floppy"))
        return FLOPPY_DRIVE;
    return ends_with(type, "-cd") || ends_with(type, "-cdrom") ? DVD_DRIVE : NO_DRIVE;
}

/* The name of the file in a description of nodes: the uppermost node that has one. Filters stand above it. NULL: there
 * is none. */
static json_t *find_file(json_t *node)
{
    json_t *name = NULL;

    while (node && !(name = json_object_get(node, "filename")))
    {
        json_t *below = json_object_get(node, "file");

        node = below ? below : json_object_get(node, "image");
    }
    return json_is_string(name) ? name : NULL;
}

/* Where a plain name does not describe a medium, QEMU gives the description of all its nodes instead: "json:{…}". A new
 * reference; NULL: out of memory. */
static json_t *make_file(json_t *file)
{
    static const char prefix[] = "json:";
    const char *text = json_string_value(file);
    json_t *node, *found;
    json_error_t error;

    if (!text || strncmp(text, prefix, strlen(prefix)))
        return file ? json_incref(file) : json_null();
    text += strlen(prefix);
    node = json_reader_read(text, strlen(text), JSON_ALLOW_NUL, &error);
    if (!node && json_reader_is_out_of_memory(&error))
        return NULL;
    found = find_file(node);
    found = json_incref(found ? found : file);
    json_decref(node);
    return found;
}

/* What tells a medium from another, an object or null; a new reference; NULL: out of memory. The name of the node is
 * another one each time a file is opened, also when it is the same file. */
static json_t *make_medium(const json_t *block)
{
    json_t *inserted = json_object_get(block, "inserted"), *file;

    if (!inserted)
        return json_null();
    if (!(file = make_file(json_object_get(inserted, "file"))))
        return NULL;
    return json_pack("{s:o, s:O?}", "file", file, "node", json_object_get(inserted, "node-name"));
}

static const char *medium_path(const json_t *medium)
{
    const char *path = json_string_value(json_object_get(medium, "file"));

    return path ? path : "";
}

/* `path`: the drive's, by which QEMU calls it. */
static void fire_medium(const struct vm_outlet *outlet, enum vm_event_type type, const json_t *medium, const char *path)
{
    outlet->fire(outlet->context,
            &(struct vm_event){.type = type, .text = medium_path(medium), .details = {{"drive", path}}});
}

static void fire_change(
        const json_t *before, const json_t *now, const char *path, bool floppy, const struct vm_outlet *outlet)
{
    if (!before || json_equal(before, now))
        return;
    if (!json_is_null(before))
        fire_medium(outlet, floppy ? VM_EVENT_FLOPPY_EJECT : VM_EVENT_DVD_EJECT, before, path);
    if (!json_is_null(now))
        fire_medium(outlet, floppy ? VM_EVENT_FLOPPY_INSERT : VM_EVENT_DVD_INSERT, now, path);
}

/* An event is fired only when the new medium could be remembered; else the next list would fire it a second time. */
static bool update_drive(
        struct drives *drives, const json_t *block, const char *path, bool floppy, const struct vm_outlet *outlet)
{
    json_t *before = json_incref(json_object_get(drives->media, path)), *now = make_medium(block);
    bool remembered = now && !json_object_set_nocheck(drives->media, path, now);

    if (remembered)
        fire_change(before, now, path, floppy, outlet);
    json_decref(before);
    json_decref(now);
    return remembered;
}

static bool is_listed(const char *wanted, const json_t *blocks)
{
    json_t *block;
    size_t i;

    json_array_foreach(blocks, i, block)
    {
        const char *path = removable_path(block);

        if (path && !strcmp(path, wanted))
            return true;
    }
    return false;
}

static void forget_drive(struct drives *drives, const char *path)
{
    json_object_del(drives->media, path);
    json_object_del(drives->types, path);
}

/* Each drive that is known has a type here, if only null. */
static void forget_missing(struct drives *drives, const json_t *blocks)
{
    const char *path;
    json_t *type;
    void *next;

    json_object_foreach_safe(drives->types, next, path, type)
    {
        if (!is_listed(path, blocks))
            forget_drive(drives, path);
    }
}

bool drives_update(struct drives *drives, const json_t *blocks, const struct vm_outlet *outlet)
{
    json_t *block;
    size_t i;

    forget_missing(drives, blocks);
    json_array_foreach(blocks, i, block)
    {
        const char *path = removable_path(block);
        enum kind kind = path && json_object_get(drives->types, path) ? kind_of(drives, path, block) : NO_DRIVE;

        if (kind != NO_DRIVE && !update_drive(drives, block, path, kind == FLOPPY_DRIVE, outlet))
            return false;
    }
    return true;
}

/* Whether that is the path, or that of a part of it. */
static bool is_part(const char *part, const char *path)
{
    size_t length = strlen(path);

    return !strncmp(part, path, length) && (!part[length] || part[length] == '/');
}

void drives_delete(struct drives *drives, const char *name, const char *path)
{
    const char *drive;
    json_t *type;
    void *next;

    json_object_foreach_safe(drives->types, next, drive, type)
    {
        if (!strcmp(drive, name) || (path && *path && is_part(drive, path)))
            forget_drive(drives, drive);
    }
}

const char *drives_find_unknown(const struct drives *drives, const json_t *blocks)
{
    json_t *block;
    size_t i;

    json_array_foreach(blocks, i, block)
    {
        const char *path = removable_path(block);

        if (path && !json_object_get(drives->types, path))
            return path;
    }
    return NULL;
}

bool drives_set_type(struct drives *drives, const char *path, const json_t *type)
{
    return !json_object_set_nocheck(drives->types, path, json_is_string(type) ? (json_t *)type : json_null());
}

bool drives_have(const struct drives *drives, const char *path)
{
    return json_object_get(drives->types, path) != NULL;
}

bool drives_need_polling(const struct drives *drives)
{
    return json_object_size(drives->media) > 0;
}
