#include "platform/version.h"

#include <stddef.h>
#include <stdio.h>

/* How VERSIONINFO begins: two sizes, a type and a name, padded to a multiple of four. */
struct version_resource
{
    WORD length, value_length, type;
    WCHAR name[16];
    WORD padding;
    VS_FIXEDFILEINFO value;
};

C_ASSERT(offsetof(struct version_resource, value) == 40);

#define SIGNATURE 0xfeef04bd

static const VS_FIXEDFILEINFO *find_version(HMODULE module)
{
    HRSRC place = FindResourceW(module, MAKEINTRESOURCEW(VS_VERSION_INFO), (LPCWSTR)RT_VERSION);
    HGLOBAL loaded = place ? LoadResource(module, place) : NULL;
    const struct version_resource *resource = loaded ? LockResource(loaded) : NULL;

    if (!resource || SizeofResource(module, place) < sizeof(*resource) || resource->value.dwSignature != SIGNATURE)
        return NULL;
    return &resource->value;
}

const WCHAR *version_of_module(HMODULE module, WCHAR text[VERSION_TEXT_SIZE])
{
    const VS_FIXEDFILEINFO *version = find_version(module);

    *text = 0;
    if (version)
        _snwprintf(text, VERSION_TEXT_SIZE, L"%u.%u.%u", HIWORD(version->dwFileVersionMS),
                LOWORD(version->dwFileVersionMS), HIWORD(version->dwFileVersionLS));
    return text;
}

const WCHAR *version_of_program(WCHAR text[VERSION_TEXT_SIZE])
{
    return version_of_module(NULL, text);
}
