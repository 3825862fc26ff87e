/* The steps of registering and unregistering: what registration.c is made of. */
#ifndef VMEVENTS_COM_REGISTRATION_STEPS_H
#define VMEVENTS_COM_REGISTRATION_STEPS_H

#include "com/registry_journal.h"

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

HRESULT registration_put_string(
        struct registration *registration, const struct registry_key *key, const WCHAR *name, const WCHAR *string);

/* Whether the default value of the key is that string, in any case. */
HRESULT registration_key_says(const struct registry_key *key, const WCHAR *string, bool *says);

/* The path of a server of ours that is registered in the view, freed by memory_free; NULL: there is none. */
HRESULT registration_find_server(const struct registration *registration, REGSAM view, WCHAR **path);

/* The type library and its interfaces. Removing comes after removing the server, whose path was `removed`, and
 * leaves what other servers need. */
HRESULT registration_add_library(struct registration *registration);
HRESULT registration_remove_library(struct registration *registration, const WCHAR *removed);

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
