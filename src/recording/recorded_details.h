/* Details of a recorded event (event/details.h), from JSON. */
#ifndef VMEVENTS_RECORDING_RECORDED_DETAILS_H
#define VMEVENTS_RECORDING_RECORDED_DETAILS_H

#include "event/details.h"
#include "recording/scan.h"

/*
 * Reads the members `details` and `exactDetails` of a line. *details is the caller's, for details_release; NULL: the line has
 * none. In case of E_INVALIDARG *what says in words of ours what is wrong with the former.
 *
 * S_OK, E_OUTOFMEMORY, E_INVALIDARG
 */
HRESULT recorded_details_read(struct details **details, const struct scan_value *line, const WCHAR **what);

#endif
