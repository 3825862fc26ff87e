/* What stands in a recording (recording.h) for names of machines, computers and users: name1, name2 and so on, and GUIDs that
 * are counted, each always the same. */
#ifndef VMEVENTS_HOST_HYPERV_RECORDED_NAMES_H
#define VMEVENTS_HOST_HYPERV_RECORDED_NAMES_H

#include "host/hyperv/recorded_line.h"

struct hv_names
{
    struct hv_replaced *first;
    unsigned int name_count, guid_count;
    bool are_replaced; /* false: each stands for itself */
    bool lost_memory;  /* something is called by another name than its own for want of memory */
};

/* What stands for the text, until hv_names_cleanup; the text itself where names are not replaced. */
const char *hv_names_stand_in(struct hv_names *names, const char *text, bool is_guid);

/* Appends the text with its GUIDs replaced. False: there is none in it. */
bool hv_names_append_guids(struct hv_names *names, struct hv_line *line, const char *text);

void hv_names_cleanup(struct hv_names *names);

#endif
