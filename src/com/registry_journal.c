#include "com/registry_journal.h"

#include "platform/memory.h"

/* What Windows allows, with the terminating zero. */
#define KEY_NAME_MAX 256
#define VALUE_NAME_MAX 16384

struct journal_entry
{
    struct journal_entry *older;
    struct registry_write undo; /* everything that it points to stands behind the entry */
};

static size_t string_size(const WCHAR *string)
{
    return string ? (wcslen(string) + 1) * sizeof(*string) : 0;
}

static BYTE *append(BYTE *end, const void *from, size_t size)
{
    if (size)
        memcpy(end, from, size);
    return end + size;
}

static struct journal_entry *entry_create(const struct registry_write *undo)
{
    size_t path_size = string_size(undo->key.path), name_size = string_size(undo->name);
    struct journal_entry *entry;
    BYTE *end;

    if (!(entry = memory_alloc(sizeof(*entry) + path_size + name_size + undo->value.size)))
        return NULL;
    entry->undo = *undo;
    end = (BYTE *)(entry + 1);
    entry->undo.key.path = (WCHAR *)end;
    end = append(end, undo->key.path, path_size);
    if (undo->name)
        entry->undo.name = (WCHAR *)end;
    end = append(end, undo->name, name_size);
    entry->undo.value.bytes = end;
    append(end, undo->value.bytes, undo->value.size);
    return entry;
}

static void journal_push(struct registry_journal *journal, struct journal_entry *entry)
{
    entry->older = journal->newest;
    journal->newest = entry;
}

static HRESULT journal_write(
        struct registry_journal *journal, const struct registry_write *write, const struct registry_write *undo)
{
    struct journal_entry *entry = entry_create(undo);
    LSTATUS status;

    if (!entry)
        return E_OUTOFMEMORY;
    if ((status = registry_write(write)))
    {
        memory_free(entry);
        return HRESULT_FROM_WIN32(status);
    }
    journal_push(journal, entry);
    return S_OK;
}

static HRESULT create_one_key(struct registry_journal *journal, const struct registry_key *key)
{
    if (registry_key_exists(key))
        return S_OK;
    return journal_write(journal, &(struct registry_write){.change = REGISTRY_CREATE_KEY, .key = *key},
            &(struct registry_write){.change = REGISTRY_DELETE_KEY, .key = *key});
}

HRESULT registry_journal_create_key(struct registry_journal *journal, const struct registry_key *key)
{
    size_t size = string_size(key->path);
    WCHAR *path = memory_alloc(size);
    struct registry_key level = {key->root, key->view, path};
    HRESULT hr = S_OK;

    if (!path)
        return E_OUTOFMEMORY;
    memcpy(path, key->path, size);
    for (WCHAR *end = path; SUCCEEDED(hr) && (end = wcschr(end, '\\')); *end++ = '\\')
    {
        *end = 0;
        hr = create_one_key(journal, &level);
    }
    if (SUCCEEDED(hr))
        hr = create_one_key(journal, key);
    memory_free(path);
    return hr;
}

HRESULT registry_journal_expect_key(struct registry_journal *journal, const struct registry_key *key)
{
    struct journal_entry *entry;

    if (registry_key_exists(key))
        return S_OK;
    if (!(entry = entry_create(&(struct registry_write){.change = REGISTRY_DELETE_KEY, .key = *key})))
        return E_OUTOFMEMORY;
    journal_push(journal, entry);
    return S_OK;
}

static bool values_are_equal(const struct registry_value *a, const struct registry_value *b)
{
    return a->type == b->type && a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

HRESULT registry_journal_set_value(struct registry_journal *journal, const struct registry_key *key, const WCHAR *name,
        const struct registry_value *value)
{
    struct registry_write write = {REGISTRY_SET_VALUE, *key, name, *value};
    struct registry_write undo = {REGISTRY_DELETE_VALUE, *key, name, {0}};
    HRESULT hr;

    if (FAILED(hr = registry_read(key, name, &undo.value)))
        return hr;
    if (hr == S_OK)
        undo.change = REGISTRY_SET_VALUE;
    if (hr == S_FALSE || !values_are_equal(&undo.value, value))
        hr = journal_write(journal, &write, &undo);
    memory_free(undo.value.bytes);
    return hr;
}

HRESULT registry_journal_delete_value(
        struct registry_journal *journal, const struct registry_key *key, const WCHAR *name)
{
    struct registry_write write = {REGISTRY_DELETE_VALUE, *key, name, {0}};
    struct registry_write undo = {REGISTRY_SET_VALUE, *key, name, {0}};
    HRESULT hr;

    if ((hr = registry_read(key, name, &undo.value)) != S_OK)
        return FAILED(hr) ? hr : S_OK;
    hr = journal_write(journal, &write, &undo);
    memory_free(undo.value.bytes);
    return hr;
}

static HRESULT delete_key(struct registry_journal *journal, const struct registry_key *key)
{
    return journal_write(journal, &(struct registry_write){.change = REGISTRY_DELETE_KEY, .key = *key},
            &(struct registry_write){.change = REGISTRY_CREATE_KEY, .key = *key});
}

static HRESULT delete_subtree(struct registry_journal *journal, const struct registry_key *parent, const WCHAR *name)
{
    size_t length = wcslen(parent->path);
    WCHAR *path = memory_alloc((length + 1) * sizeof(*path) + string_size(name));
    HRESULT hr;

    if (!path)
        return E_OUTOFMEMORY;
    memcpy(path, parent->path, length * sizeof(*path));
    path[length] = '\\';
    wcscpy(path + length + 1, name);
    hr = registry_journal_delete_tree(journal, &(struct registry_key){parent->root, parent->view, path});
    memory_free(path);
    return hr;
}

/* What is deleted makes room: the next is always the first. */
static HRESULT delete_subkeys(struct registry_journal *journal, const struct registry_key *key, HKEY handle)
{
    WCHAR name[KEY_NAME_MAX];
    DWORD length = ARRAYSIZE(name);
    LSTATUS status;
    HRESULT hr;

    while (!(status = RegEnumKeyExW(handle, 0, name, &length, NULL, NULL, NULL, NULL)))
    {
        if (FAILED(hr = delete_subtree(journal, key, name)))
            return hr;
        length = ARRAYSIZE(name);
    }
    return status == ERROR_NO_MORE_ITEMS ? S_OK : HRESULT_FROM_WIN32(status);
}

static HRESULT delete_values(struct registry_journal *journal, const struct registry_key *key, HKEY handle)
{
    WCHAR *name = memory_alloc(VALUE_NAME_MAX * sizeof(*name));
    DWORD length = VALUE_NAME_MAX;
    LSTATUS status = ERROR_SUCCESS;
    HRESULT hr = S_OK;

    if (!name)
        return E_OUTOFMEMORY;
    while (SUCCEEDED(hr) && !(status = RegEnumValueW(handle, 0, name, &length, NULL, NULL, NULL, NULL)))
    {
        hr = registry_journal_delete_value(journal, key, name);
        length = VALUE_NAME_MAX;
    }
    memory_free(name);
    if (FAILED(hr))
        return hr;
    return status == ERROR_NO_MORE_ITEMS ? S_OK : HRESULT_FROM_WIN32(status);
}

HRESULT registry_journal_delete_tree(struct registry_journal *journal, const struct registry_key *key)
{
    LSTATUS status;
    HKEY handle;
    HRESULT hr;

    status = RegOpenKeyExW(key->root, key->path, 0, KEY_READ | key->view, &handle);
    if (status == ERROR_FILE_NOT_FOUND || status == ERROR_PATH_NOT_FOUND)
        return S_OK;
    if (status)
        return HRESULT_FROM_WIN32(status);
    if (SUCCEEDED(hr = delete_subkeys(journal, key, handle)))
        hr = delete_values(journal, key, handle);
    RegCloseKey(handle);
    return FAILED(hr) ? hr : delete_key(journal, key);
}

HRESULT registry_journal_delete_empty_key(struct registry_journal *journal, const struct registry_key *key)
{
    return registry_key_is_empty(key) ? delete_key(journal, key) : S_OK;
}

const struct registry_key *registry_journal_find_created(struct registry_journal *journal, const WCHAR *path)
{
    for (struct journal_entry *entry = journal->newest; entry; entry = entry->older)
    {
        if (entry->undo.change == REGISTRY_DELETE_KEY && !wcsicmp(entry->undo.key.path, path) &&
                registry_key_exists(&entry->undo.key))
            return &entry->undo.key;
    }
    return NULL;
}

HRESULT registry_journal_end(struct registry_journal *journal, HRESULT hr)
{
    struct journal_entry *entry;

    while ((entry = journal->newest))
    {
        journal->newest = entry->older;
        /* Nothing can be done about a write that fails here; the others are taken back all the same. */
        if (FAILED(hr))
            registry_write(&entry->undo);
        memory_free(entry);
    }
    return hr;
}
