/* The drives with removable media, as query-block shows them, and what is put into them and taken out. */
#ifndef VMEVENTS_HOST_DRIVES_H
#define VMEVENTS_HOST_DRIVES_H

#include <stdbool.h>

#include <jansson.h>

#include "host/qemu/vm_event.h"

struct drives
{
    json_t *media; /* an object: for each drive, by its path among QEMU's objects, its medium or null */
    json_t *types; /* an object: for each drive, by its path, the name of its type; null: QEMU does not tell */
};

bool drives_init(struct drives *drives);
void drives_cleanup(struct drives *drives);

/* The machine is another: its drives are seen for the first time again. */
void drives_forget(struct drives *drives);

/*
 * Takes the answer to query-block. What is in a drive that is seen for the first time was put in before, and a drive that
 * is gone has taken its medium with it. A medium is gone when it is no longer inserted, not when the tray is open: the
 * guest can open it, and close it again. A drive with a tray that is no DVD drive (a USB stick that says it is
 * removable) is none of ours. False: out of memory.
 */
bool drives_update(struct drives *drives, const json_t *blocks, const struct vm_outlet *outlet);

/* A device of that name and path is gone, whatever has the name next. path may be NULL. */
void drives_delete(struct drives *drives, const char *name, const char *path);

/* The path of a drive whose type is not known, so that drives_update passed over it. NULL: there is none. */
const char *drives_find_unknown(const struct drives *drives, const json_t *blocks);

/* Takes the name of a drive's type; NULL: QEMU does not tell. False: out of memory. */
bool drives_set_type(struct drives *drives, const char *path, const json_t *type);

/* Whether there is a drive: QEMU has no event for floppies, nor for a medium that is put into an open tray. */
bool drives_need_polling(const struct drives *drives);

#endif
