#include "guest/windows/exchange.h"

#include <stdio.h>

#include <ntsecapi.h>

static void widen(const char *text, WCHAR *wide, int size)
{
    if (!MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, size))
        *wide = 0;
}

static LSTATUS create_key(const WCHAR *path, DWORD options, HKEY *key)
{
    return RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, options,
            KEY_QUERY_VALUE | KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, key, NULL);
}

/* Of an open key. */
static LSTATUS read_text(HKEY key, const char *name, char value[GUEST_VALUE_SIZE])
{
    WCHAR wide_name[64], wide[GUEST_VALUE_SIZE + 1];
    DWORD type, size = sizeof(wide) - sizeof(WCHAR);
    LSTATUS error;

    widen(name, wide_name, ARRAYSIZE(wide_name));
    error = RegQueryValueExW(key, wide_name, NULL, &type, (BYTE *)wide, &size);
    if (error == ERROR_MORE_DATA || (!error && type != REG_SZ))
        return ERROR_FILE_NOT_FOUND;
    if (error)
        return error;
    wide[size / sizeof(WCHAR)] = 0;
    return WideCharToMultiByte(CP_UTF8, 0, wide, -1, value, GUEST_VALUE_SIZE, NULL, NULL) ? ERROR_SUCCESS
                                                                                          : ERROR_FILE_NOT_FOUND;
}

static LSTATUS write_text(HKEY key, const char *name, const char *value)
{
    WCHAR wide_name[64], wide[GUEST_VALUE_SIZE];

    widen(name, wide_name, ARRAYSIZE(wide_name));
    widen(value, wide, ARRAYSIZE(wide));
    return RegSetValueExW(key, wide_name, 0, REG_SZ, (const BYTE *)wide, (DWORD)((wcslen(wide) + 1) * sizeof(WCHAR)));
}

static LSTATUS make_boot(HKEY key, char boot[GUEST_BOOT_SIZE])
{
    unsigned char bytes[GUEST_BOOT_DIGITS / 2];

    if (!RtlGenRandom(bytes, sizeof(bytes)))
        return ERROR_GEN_FAILURE;
    for (size_t i = 0; i < sizeof(bytes); ++i)
        snprintf(boot + 2 * i, 3, "%02x", bytes[i]);
    return write_text(key, "Start", boot);
}

LSTATUS exchange_read_boot(char boot[GUEST_BOOT_SIZE])
{
    char value[GUEST_VALUE_SIZE];
    LSTATUS error;
    HKEY key;

    if ((error = create_key(EXCHANGE_START, REG_OPTION_VOLATILE, &key)))
        return error;
    if (!read_text(key, "Start", value) && guest_is_boot(value, strlen(value)))
        memcpy(boot, value, GUEST_BOOT_SIZE);
    else
        error = make_boot(key, boot);
    RegCloseKey(key);
    return error;
}

LSTATUS exchange_forget_boot(void)
{
    LSTATUS error = RegDeleteKeyExW(HKEY_LOCAL_MACHINE, EXCHANGE_START, KEY_WOW64_64KEY, 0);

    return error == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : error;
}

LSTATUS exchange_write(const char *name, const char *value)
{
    WCHAR wide_name[64];
    LSTATUS error;
    HKEY key;

    if ((error = create_key(EXCHANGE_OF_GUEST, REG_OPTION_NON_VOLATILE, &key)))
        return error;
    widen(name, wide_name, ARRAYSIZE(wide_name));
    error = value ? write_text(key, name, value) : RegDeleteValueW(key, wide_name);
    RegCloseKey(key);
    return !value && error == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : error;
}

LSTATUS exchange_read(const WCHAR *key, const char *name, char value[GUEST_VALUE_SIZE])
{
    LSTATUS error;
    HKEY opened;

    if ((error = RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, &opened)))
        return error;
    error = read_text(opened, name, value);
    RegCloseKey(opened);
    return error;
}

LSTATUS exchange_notify(HKEY *key, HANDLE event)
{
    LSTATUS error;

    if (!*key && (error = RegOpenKeyExW(HKEY_LOCAL_MACHINE, EXCHANGE_OF_HOST, 0, KEY_NOTIFY | KEY_WOW64_64KEY, key)))
        return error;
    error = RegNotifyChangeKeyValue(*key, FALSE, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET, event, TRUE);
    if (error)
    {
        RegCloseKey(*key);
        *key = NULL;
    }
    return error;
}
