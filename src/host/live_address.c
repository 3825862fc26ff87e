#include "host/live_address.h"

#include "com/error_info.h"
#include "event/event.h"
#include "event/text.h"
#include "host/error_source.h"
#include "host/live_kinds.h"
#include "host/utf8.h"
#include "vmevents.h"

#include <string.h>

static HRESULT error_address(struct text *text)
{
    return error_raise_text(E_INVALIDARG, &IID_IVMEventHost, HOST_ERROR_SOURCE, text);
}

/* An address that cannot be any: says what one is like. */
static HRESULT error_no_address(const WCHAR *what)
{
    struct text text = {0};

    text_append(&text, what);
    for (size_t i = 0; i < live_kind_count; ++i)
        text_append_format(&text, i ? L" or %hs" : L"; it must be like %hs", live_kinds[i]->example);
    return error_address(&text);
}

static HRESULT error_unknown_kind(BSTR address)
{
    struct text text = {0};

    text_append(&text, L"The address ");
    text_append_quote(&text, address ? address : L"", SysStringLen(address), TEXT_QUOTE_MAX);
    for (size_t i = 0; i < live_kind_count; ++i)
        text_append_format(&text, i ? L", or with %hs:, as in %hs" : L" must begin with %hs:, as in %hs",
                live_kinds[i]->scheme, live_kinds[i]->example);
    return error_address(&text);
}

/* What a kind says of an address. It quotes it, and anything may stand there. */
static HRESULT error_from_kind(const char *description)
{
    BSTR string = bstr_from_utf8(description);
    HRESULT hr;

    if (!string)
        return E_OUTOFMEMORY;
    hr = error_raise_format(E_INVALIDARG, &IID_IVMEventHost, HOST_ERROR_SOURCE, L"%ls", string);
    SysFreeString(string);
    return hr;
}

/* NULL: there is none of that scheme. */
static const struct live_kind *kind_of(const char *address)
{
    for (size_t i = 0; i < live_kind_count; ++i)
    {
        size_t length = strlen(live_kinds[i]->scheme);

        if (!strncmp(address, live_kinds[i]->scheme, length) && address[length] == ':')
            return live_kinds[i];
    }
    return NULL;
}

HRESULT live_address_make_peer(BSTR address, struct live_peer **peer)
{
    char utf8[LIVE_ADDRESS_MAX + 1], description[LIVE_DESCRIPTION_SIZE];
    UINT length = SysStringLen(address);
    const struct live_kind *kind;
    int size;

    if (string_has_nul(address))
        return error_no_address(L"The address has a NUL character in it");
    size = length ? WideCharToMultiByte(CP_UTF8, 0, address, (int)length, utf8, LIVE_ADDRESS_MAX, NULL, NULL) : 0;
    if (length && !size)
        return error_no_address(L"The address is longer than any can be");
    utf8[size] = 0;
    if (!(kind = kind_of(utf8)))
        return error_unknown_kind(address);
    switch (kind->create(utf8, peer, description))
    {
        case LIVE_CREATED:
            return S_OK;
        case LIVE_CREATE_WRONG_ADDRESS:
            return error_from_kind(description);
        default:
            return E_OUTOFMEMORY;
    }
}
