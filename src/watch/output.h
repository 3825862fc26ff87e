/* Lines for people and for programs. */
#ifndef VMEVENTS_WATCH_OUTPUT_H
#define VMEVENTS_WATCH_OUTPUT_H

#include <stdbool.h>

#include "vmevents.h"

/* Writes to standard output. False: it is closed. */
bool output_write(const WCHAR *text);

/* A line on standard error, which nothing in it can end or forge: see event/text.h. */
void output_complain(const WCHAR *format, ...);

/* What could not be done, and why: by the description, or else the number. */
void output_complain_of(const WCHAR *what, HRESULT hr, BSTR description);

/* One line for the record. S_OK, E_OUTOFMEMORY, S_FALSE: standard output is closed. */
HRESULT output_record(IVMEventRecord *record, bool json);

#endif
