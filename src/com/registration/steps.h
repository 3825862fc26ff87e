/* The steps of registering and unregistering: what registration.c is made of. */
#ifndef VMEVENTS_COM_REGISTRATION_STEPS_H
#define VMEVENTS_COM_REGISTRATION_STEPS_H

#include "com/registration/journal.h"
#include "com/registration/registration.h"

#include <oleauto.h>

#define GUID_LENGTH 39 /* as text, with the terminating zero */
#define CLASSES_PATH_LENGTH 256
#define CLASSES L"Software\\Classes"

/*
 * On 64-bit Windows CLSID and Interface have a view for each bitness. What both bitnesses share is addressed in
 * the 64-bit view: Wine's redirection reaches further than Windows' as soon as a Wow6432Node key exists.
 */
#ifdef _WIN64
#define OWN_VIEW KEY_WOW64_64KEY
#define OTHER_VIEW KEY_WOW64_32KEY
#else
#define OWN_VIEW KEY_WOW64_32KEY
#define OTHER_VIEW KEY_WOW64_64KEY
#endif
#define SHARED_VIEW KEY_WOW64_64KEY

/* One registering or unregistering under way. */
struct registration
{
    HKEY root;
    struct registry_journal journal;
    WCHAR *module; /* the path of this binary */
    ITypeLib *library;
    WCHAR library_id[GUID_LENGTH];
    WCHAR library_version[12];
};

/* A key below Software\Classes. */
struct classes_key
{
    struct registry_key key;
    WCHAR path[CLASSES_PATH_LENGTH];
};

const struct registry_key *classes_key_format(
        struct classes_key *key, const struct registration *registration, REGSAM view, const WCHAR *format, ...);

/* A string to be written to a key or one of its subkeys, which are made; without a string just the subkey is. */
struct classes_value
{
    const WCHAR *subkey; /* NULL: the key itself */
    const WCHAR *name;   /* NULL: the default value */
    const WCHAR *string;
};

HRESULT registration_put(struct registration *registration, const struct registry_key *key,
        const struct classes_value *values, size_t count);

/* Takes back what registration_put has written: values that still say it, and then the keys with nothing in them. */
HRESULT registration_take(struct registration *registration, const struct registry_key *key,
        const struct classes_value *values, size_t count);

/* Either of them, for what has one table of values for both. */
typedef HRESULT (*registration_step)(struct registration *registration, const struct registry_key *key,
        const struct classes_value *values, size_t count);

HRESULT registration_put_string(
        struct registration *registration, const struct registry_key *key, const WCHAR *name, const WCHAR *string);

/* Whether a value of the key is that string, in any case. */
HRESULT registration_key_says(const struct registry_key *key, const WCHAR *name, const WCHAR *string, bool *says);

/* Whether a value of the key is a string, and another one. */
HRESULT registration_key_says_other(
        const struct registry_key *key, const WCHAR *name, const WCHAR *string, bool *other);

/* What the server's entry says for this binary: its path, quoted for a local server, where it is a command line. Freed
 * by memory_free; NULL: there is no memory. */
WCHAR *registration_server_entry(const struct registration *registration, const struct registration_server *server);

/* Who has written a server's entry. */
enum entry_owner
{
    ENTRY_OWN,     /* this binary */
    ENTRY_ANOTHER, /* another binary, or there is none */
    ENTRY_CHANGED  /* somebody: it is no path alone, or that of this binary in another form */
};

/* The entry as the registry has it, freed by memory_free; NULL: there is none. */
HRESULT registration_read_entry(const struct registration *registration, const struct registration_server *server,
        WCHAR **entry, enum entry_owner *owner);

/* The path of a server of ours that is registered in the view, freed by memory_free; NULL: there is none. */
HRESULT registration_find_server(const struct registration *registration, REGSAM view, WCHAR **path);

/* Whether one of that class is. */
HRESULT registration_has_server(
        const struct registration *registration, REGSAM view, const struct registration_server *server, bool *has);

/* The directory that a path leads to, freed by memory_free; NULL: there is no memory. */
WCHAR *registration_directory_of(const WCHAR *path);

/* Takes the quotes off an entry, and what follows them. */
void registration_unquote(WCHAR *entry);

/* The class of a server, and its ProgIDs. `entry` is what its server entry says. */
HRESULT registration_add_class(
        struct registration *registration, const struct registration_server *server, const WCHAR *entry);
HRESULT registration_remove_class(
        struct registration *registration, const struct registration_server *server, const WCHAR *entry);

/* The AppID of a server that has one. */
HRESULT registration_add_application(struct registration *registration, const struct registration_server *server);
HRESULT registration_remove_application(struct registration *registration, const struct registration_server *server);

/* The type library and its interfaces. Removing comes after removing the server, whose path was `removed`, and
 * leaves what others need. */
HRESULT registration_add_library(struct registration *registration);
HRESULT registration_remove_library(struct registration *registration, const WCHAR *removed);

/* Whether the path stands in the type library's key for this bitness. */
HRESULT registration_library_is_at(const struct registration *registration, const WCHAR *path, bool *is_there);

/* The interfaces of the library in this bitness's view, as far as they are not someone else's. */
HRESULT registration_add_interfaces(struct registration *registration);
HRESULT registration_remove_interfaces(struct registration *registration);

/* Keeps a record of the shared keys (CLSID, TypeLib, …) that this registration has had to make. */
HRESULT registration_remember_parents(struct registration *registration);

/* Takes the record back out of the registry; its bytes are freed by memory_free. */
HRESULT registration_take_record(struct registration *registration, struct registry_value *record);

/* Deletes the keys of the record that are empty again. */
HRESULT registration_remove_parents(struct registration *registration, const struct registry_value *record);

#endif
