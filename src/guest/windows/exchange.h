/*
 * The keys in which Windows' part of the data exchange keeps items, and the name of this start of Windows. All of them are those
 * of 64 bits, also for a program of 32. The functions return 0 or an error of Windows'.
 */
#ifndef VMEVENTS_GUEST_WINDOWS_EXCHANGE_H
#define VMEVENTS_GUEST_WINDOWS_EXCHANGE_H

#include <windows.h>

#include "guest/summary.h"

/* Below HKEY_LOCAL_MACHINE: what the guest tells the host, and what the host tells the guest. */
#define EXCHANGE_OF_GUEST L"SOFTWARE\\Microsoft\\Virtual Machine\\Guest"
#define EXCHANGE_OF_HOST L"SOFTWARE\\Microsoft\\Virtual Machine\\External"

/* A key that is gone when Windows is started anew, with a name that has been made up for this start. */
#define EXCHANGE_START L"SOFTWARE\\vmguest"

LSTATUS exchange_read_boot(char boot[GUEST_BOOT_SIZE]);

/* For who is not to come again before Windows is started anew; if it does, that counts as a start. */
LSTATUS exchange_forget_boot(void);

/* Writes an item of the guest's; value NULL: takes it out. */
LSTATUS exchange_write(const char *name, const char *value);

/* Reads an item of that key. One that is longer than ours are, or no text, is not there: ERROR_FILE_NOT_FOUND. */
LSTATUS exchange_read(const WCHAR *key, const char *name, char value[GUEST_VALUE_SIZE]);

/* Has the event set when one of the host's items changes, once; the key is kept open for that. For one thread. */
LSTATUS exchange_notify(HKEY *key, HANDLE event);

#endif
