/*
 * Changes of the registry that are made together or not at all.
 *
 * Before each write the one that takes it back is put into the journal, with all the memory that it needs; if
 * something fails later, the journal is played back from its newest entry to its oldest. (Transactions of the
 * kernel would do the same, but Wine has none and Microsoft advises against them.)
 *
 * Each function returns S_OK, E_OUTOFMEMORY, or the HRESULT of Windows' error code.
 */
#ifndef VMEVENTS_COM_REGISTRATION_JOURNAL_H
#define VMEVENTS_COM_REGISTRATION_JOURNAL_H

#include "com/registry.h"

/* Begins as {0}. */
struct registry_journal
{
    struct journal_entry *newest;
};

/* Makes the key, and its parents where they are missing. */
HRESULT registry_journal_create_key(struct registry_journal *journal, const struct registry_key *key);

/* Says that a missing key may be made by Windows itself with what is written next, so that taking back deletes it
 * too. */
HRESULT registry_journal_expect_key(struct registry_journal *journal, const struct registry_key *key);

/* Writes nothing if the value is the same already. */
HRESULT registry_journal_set_value(struct registry_journal *journal, const struct registry_key *key, const WCHAR *name,
        const struct registry_value *value);

/* Deletes the value if it is this one; that it is another, or missing, is no error. */
HRESULT registry_journal_take_value(struct registry_journal *journal, const struct registry_key *key, const WCHAR *name,
        const struct registry_value *value);

/* Leaves a key that has subkeys or values alone. */
HRESULT registry_journal_delete_empty_key(struct registry_journal *journal, const struct registry_key *key);

/* The key of that path that was created (or expected, and is there now), in whichever view. NULL: none was. Valid
 * until the journal ends. */
const struct registry_key *registry_journal_find_created(struct registry_journal *journal, const WCHAR *path);

/* Ends the journal: keeps what was written if hr is a success, and takes it back if not. Returns hr. */
HRESULT registry_journal_end(struct registry_journal *journal, HRESULT hr);

#endif
