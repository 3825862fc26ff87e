#include "com/registration/journal.h"

#include "platform/memory.h"
#include "platform/trace.h"

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

static void trace_write_of(const struct registry_write *write, LSTATUS status)
{
    static const char *const changes[] = {
            [REGISTRY_CREATE_KEY] = "key is made",
            [REGISTRY_DELETE_KEY] = "key is deleted",
            [REGISTRY_SET_VALUE] = "value is set",
            [REGISTRY_DELETE_VALUE] = "value is deleted",
    };

    trace(TRACE_COM, "registry: %s, %ls, %ls: error %ld", changes[write->change], write->key.path, write->name,
            (long)status);
}

static HRESULT journal_write(
        struct registry_journal *journal, const struct registry_write *write, const struct registry_write *undo)
{
    struct journal_entry *entry = entry_create(undo);
    LSTATUS status;

    if (!entry)
        return E_OUTOFMEMORY;
    status = registry_write(write);
    trace_write_of(write, status);
    if (status)
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

HRESULT registry_journal_take_value(struct registry_journal *journal, const struct registry_key *key, const WCHAR *name,
        const struct registry_value *value)
{
    struct registry_write write = {REGISTRY_DELETE_VALUE, *key, name, {0}};
    struct registry_write undo = {REGISTRY_SET_VALUE, *key, name, {0}};
    HRESULT hr;

    if ((hr = registry_read(key, name, &undo.value)) != S_OK)
        return FAILED(hr) ? hr : S_OK;
    if (values_are_equal(&undo.value, value))
        hr = journal_write(journal, &write, &undo);
    memory_free(undo.value.bytes);
    return hr;
}

static HRESULT delete_key(struct registry_journal *journal, const struct registry_key *key)
{
    return journal_write(journal, &(struct registry_write){.change = REGISTRY_DELETE_KEY, .key = *key},
            &(struct registry_write){.change = REGISTRY_CREATE_KEY, .key = *key});
}

HRESULT registry_journal_delete_empty_key(struct registry_journal *journal, const struct registry_key *key)
{
    return registry_key_is_empty(key) ? delete_key(journal, key) : S_OK;
}

const struct registry_key *registry_journal_find_created(struct registry_journal *journal, const WCHAR *path)
{
    for (struct journal_entry *entry = journal->newest; entry; entry = entry->older)
    {
        if (entry->undo.change == REGISTRY_DELETE_KEY && !wcsicmp(entry->undo.key.path, path)
                && registry_key_exists(&entry->undo.key))
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
