/* Arguments of a recorded event: from JSON to VARIANT. */
#ifndef VMEVENTS_RECORDING_RECORDED_VALUE_H
#define VMEVENTS_RECORDING_RECORDED_VALUE_H

#include "json/scan.h"

#include <windows.h>
#include <oleauto.h>

/* What a value of the member `arguments` says by itself. S_OK, E_OUTOFMEMORY, E_INVALIDARG: it says nothing by itself. */
HRESULT recorded_value_read(VARIANT *value, const struct scan_value *json);

/* What the arrays of a value of a recording may have, in bytes. */
#define RECORDED_ARRAYS_MAX (64 << 20)

/* What one of the member `exact` says, whose arrays may have so many bytes in all. S_OK, E_OUTOFMEMORY, E_INVALIDARG: it is
 * none. */
HRESULT recorded_value_read_exact(VARIANT *value, const struct scan_value *json, size_t most);

/* A string. S_OK, E_OUTOFMEMORY */
HRESULT recorded_string_read(BSTR *string, const struct scan_value *json);

/* A whole number that lies between the two. False: it is none. */
bool recorded_number_read(const struct scan_value *json, LONGLONG least, LONGLONG most, LONGLONG *number);

#endif
