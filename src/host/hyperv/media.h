/* What is in the machine's DVD and floppy drives. Hyper-V has an instance for each medium, and none for an empty drive. */
#ifndef VMEVENTS_HOST_HYPERV_MEDIA_H
#define VMEVENTS_HOST_HYPERV_MEDIA_H

#include <stdbool.h>
#include <stddef.h>

#include "host/hyperv/outlet.h"
#include "host/hyperv/row.h"

/* A machine has no more drives by far. More media are left out. */
#define HV_MEDIA_MAX 64

struct hv_media
{
    struct hv_medium
    {
        bool is_floppy;
        char *path; /* behind its NUL stands the drive, by Hyper-V's id of it; empty: it does not say */
    } media[HV_MEDIA_MAX];
    size_t count;
};

void hv_media_cleanup(struct hv_media *media);

/* Adds the medium of an instance, if it is one. False: out of memory. */
bool hv_media_add(struct hv_media *media, const struct hv_row *row);

/* Fires what has been ejected and inserted; known: the media before, which become the present ones. Neither is empty
 * memory: what the machine was opened with is put there by hv_media_replace. */
void hv_media_take(struct hv_media *known, struct hv_media *present, const struct hv_outlet *outlet);
void hv_media_replace(struct hv_media *known, struct hv_media *present);

#endif
