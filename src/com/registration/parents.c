/*
 * Shared keys like Software\Classes\CLSID may be missing, most of all in a user's half of the registry. Those that we
 * have made are listed in a value of our own type library's key, which both bitnesses see and which goes with the
 * last of our servers. A key is put down as its view and path, and always after the keys below it.
 */
#include "com/registration/steps.h"

#include "platform/memory.h"

#include <stdio.h>

#define RECORD L"CreatedKeys"
#define MARK_32 L"32:"
#define MARK_64 L"64:"
#define MARK_LENGTH (ARRAYSIZE(MARK_32) - 1)

/* The shared keys, each after those below it: in this order they are deleted when they are empty. */
static const WCHAR *const shared_keys[] = {
        CLASSES L"\\AppID",
        CLASSES L"\\CLSID",
        CLASSES L"\\Interface",
        CLASSES L"\\TypeLib",
        CLASSES L"\\Wow6432Node",
        CLASSES,
};

static const struct registry_key *record_key(struct classes_key *key, const struct registration *registration)
{
    return classes_key_format(key, registration, SHARED_VIEW, L"TypeLib\\%ls", registration->library_id);
}

/* Writes the keys that were made, one string after the other, and returns their end. */
static WCHAR *list_created(struct registration *registration, WCHAR *end)
{
    const struct registry_key *key;

    for (size_t i = 0; i < ARRAYSIZE(shared_keys); ++i)
    {
        if (!(key = registry_journal_find_created(&registration->journal, shared_keys[i])))
            continue;
        wcscpy(end, key->view == KEY_WOW64_32KEY ? MARK_32 : MARK_64);
        wcscat(end, key->path);
        end += wcslen(end) + 1;
    }
    return end;
}

HRESULT registration_remember_parents(struct registration *registration)
{
    struct registry_value old, record = {.type = REG_MULTI_SZ};
    struct classes_key place;
    WCHAR *list, *end;
    HRESULT hr;

    if (FAILED(hr = registry_read(record_key(&place, registration), RECORD, &old)))
        return hr;
    if (!(list = memory_alloc(ARRAYSIZE(shared_keys) * CLASSES_PATH_LENGTH * sizeof(*list) + old.size + sizeof(*list))))
    {
        memory_free(old.bytes);
        return E_OUTOFMEMORY;
    }
    if ((end = list_created(registration, list)) != list)
    {
        /* The old record brings the list's final zero along. */
        if (old.bytes)
            memcpy(end, old.bytes, old.size);
        record.size = (DWORD)((BYTE *)end - (BYTE *)list) + (old.bytes ? old.size : sizeof(*end));
        record.bytes = (BYTE *)list;
        hr = registry_journal_set_value(&registration->journal, &place.key, RECORD, &record);
    }
    memory_free(list);
    memory_free(old.bytes);
    return FAILED(hr) ? hr : S_OK;
}

HRESULT registration_take_record(struct registration *registration, struct registry_value *record)
{
    struct classes_key place;
    HRESULT hr;

    if ((hr = registry_read(record_key(&place, registration), RECORD, record)) != S_OK)
        return hr;
    if (record->type == REG_MULTI_SZ)
        return registry_journal_take_value(&registration->journal, &place.key, RECORD, record);
    /* A value of another type is somebody else's. */
    memory_free(record->bytes);
    memset(record, 0, sizeof(*record));
    return S_OK;
}

/* Only keys that this registration can have made: whatever else stands in the record was put there by others. */
static bool is_shared_key(const WCHAR *path)
{
    for (size_t i = 0; i < ARRAYSIZE(shared_keys); ++i)
    {
        if (!wcsicmp(path, shared_keys[i]))
            return true;
    }
    return false;
}

HRESULT registration_remove_parents(struct registration *registration, const struct registry_value *record)
{
    const WCHAR *end = (const WCHAR *)(record->bytes + record->size);
    HRESULT hr = S_OK;

    for (const WCHAR *line = (const WCHAR *)record->bytes; SUCCEEDED(hr) && line < end && *line;
            line += wcslen(line) + 1)
    {
        struct registry_key key = {registration->root, KEY_WOW64_64KEY, line + MARK_LENGTH};

        if (!wcsncmp(line, MARK_32, MARK_LENGTH))
            key.view = KEY_WOW64_32KEY;
        else if (wcsncmp(line, MARK_64, MARK_LENGTH))
            continue;
        if (!is_shared_key(key.path))
            continue;
        hr = registry_journal_delete_empty_key(&registration->journal, &key);
    }
    return hr;
}
