#include "recording/recorded_details.h"

#include "event/event.h"
#include "recording/recorded_value.h"

#include <string.h>

/* The exact value of that name, which both members write alike. False: it has none. */
static bool find_exact(const struct scan_value *line, const struct scan_value *name, struct scan_value *value)
{
    struct scan_value exact, found;
    struct scan scan;

    if (!scan_find(line, "exactDetails", &exact) || exact.kind != SCAN_OBJECT)
        return false;
    scan = scan_inside(&exact);
    while (scan_member(&scan, &found, value))
    {
        if (found.length == name->length && !memcmp(found.start, name->start, name->length))
            return true;
    }
    return false;
}

static HRESULT read_detail(VMEVENTDETAIL *detail, const struct scan_value *line, const struct scan_value *name,
        const struct scan_value *json)
{
    struct scan_value exact;
    BSTR string;
    HRESULT hr;

    if (FAILED(hr = recorded_string_read(&string, name)))
        return hr;
    detail->name = string;
    return find_exact(line, name, &exact) ? recorded_value_read_exact(&detail->value, &exact, RECORDED_ARRAYS_MAX)
                                          : recorded_value_read(&detail->value, json);
}

static HRESULT refuse(const WCHAR **what, const WCHAR *words)
{
    *what = words;
    return E_INVALIDARG;
}

/* What has been read of it is the caller's, also in case of an error. */
static HRESULT read_all(VMEVENTDETAIL *given, UINT *count, const struct scan_value *line,
        const struct scan_value *object, const WCHAR **what)
{
    struct scan scan = scan_inside(object);
    struct scan_value name, json;
    HRESULT hr;

    while (scan_member(&scan, &name, &json))
    {
        if (*count == DETAILS_MAX)
            return refuse(what, L"has more of them than an event can have, which is 16");
        hr = read_detail(&given[*count], line, &name, &json);
        ++*count;
        if (hr == E_INVALIDARG)
            return refuse(what, L"has a value that is no string, number, true or false");
        if (FAILED(hr))
            return hr;
        if (string_has_nul((BSTR)given[*count - 1].name))
            return refuse(what, L"has a name with a NUL character in it");
    }
    return S_OK;
}

HRESULT recorded_details_read(struct details **details, const struct scan_value *line, const WCHAR **what)
{
    VMEVENTDETAIL given[DETAILS_MAX] = {0};
    struct scan_value object;
    UINT count = 0;
    HRESULT hr;

    C_ASSERT(DETAILS_MAX == 16); /* as the words say */
    *details = NULL;
    if (!scan_find(line, "details", &object))
        return S_OK;
    if (object.kind != SCAN_OBJECT)
        return refuse(what, L"is no object");
    hr = read_all(given, &count, line, &object, what);
    if (SUCCEEDED(hr) && count && !(*details = details_create(given, count)))
        hr = E_OUTOFMEMORY;
    /* What has been left out is no detail: nothing gets lost unnoticed. */
    if (*details && (*details)->view.count != count)
    {
        details_release(*details);
        *details = NULL;
        hr = refuse(what,
                L"has a name twice, one that is not of letters and digits, or a value that is no string, number, true "
                L"or false");
    }
    while (count)
    {
        SysFreeString((BSTR)given[--count].name);
        VariantClear(&given[count].value);
    }
    return hr;
}
