/* The drives with removable media, as query-block shows them, and what is put into them and taken out. */
#ifndef VMEVENTS_HOST_DRIVES_H
#define VMEVENTS_HOST_DRIVES_H

#include <stdbool.h>

#include <jansson.h>

#include "host/qemu/vm_event.h"

struct drives
{
    json_t *media; /* an object: for each drive, by its path among QEMU's objects, its medium or null */
    json_t *types; /* an object: for each drive, by its path, the name of its type; null: QEMU refuses to say */
};

bool drives_init(struct drives *drives);
void drives_cleanup(struct drives *drives);

/* The machine is another one: each of its drives is seen for the first time. */
void drives_forget(struct drives *drives);

/*
 * Takes the answer to query-block, and fires what was put in and taken out since the one before. Nothing is fired for
 * the medium in a drive that is seen for the first time, which was put in before, nor for a drive that is gone, which
 * has taken its medium with it. A medium is gone when it is no longer inserted, not when the tray is open: the guest
 * can open the tray and close it again. Drives that are neither DVD nor floppy drives are passed over, also when they
 * have a tray (a USB stick that says it is removable). False: out of memory.
 */
bool drives_update(struct drives *drives, const json_t *blocks, const struct vm_outlet *outlet);

/* The device of that name and path is gone, and its drive with it. A drive that takes its name later is another one.
 * path may be NULL. */
void drives_delete(struct drives *drives, const char *name, const char *path);

/* The path of a drive of the list whose type is not known yet, so that drives_update passed over it: QEMU is to be
 * asked for it, and drives_set_type called. NULL: there is none. */
const char *drives_find_unknown(const struct drives *drives, const json_t *blocks);

/* Takes the name of a drive's type; NULL: QEMU refuses to say. False: out of memory. */
bool drives_set_type(struct drives *drives, const char *path, const json_t *type);

/* Whether a drive of that path is known. */
bool drives_have(const struct drives *drives, const char *path);

/* Whether there is a drive. QEMU has no event for floppies, nor for a medium that is put into an open tray: it has to
 * be asked. */
bool drives_need_polling(const struct drives *drives);

#endif
