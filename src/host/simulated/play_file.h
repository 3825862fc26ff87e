/* The file that is played: a scenario or a recording, by the path that a client gives. */
#ifndef VMEVENTS_HOST_PLAY_FILE_H
#define VMEVENTS_HOST_PLAY_FILE_H

#include <windows.h>
#include <oleauto.h>

/* The longest file that is read: of a recording some 250,000 events. */
#define PLAY_FILE_MAX_MB 64

/*
 * Reads the whole file. The caller frees the text by memory_free when it succeeds.
 *
 * S_OK, E_OUTOFMEMORY (without a description), and with one, of interface iid:
 * E_INVALIDARG  the path is not a full one or has a NUL inside
 * Windows' errors as HRESULTs
 */
HRESULT play_file_read(BSTR path, REFIID iid, char **text, DWORD *size);

#endif
