#include "host/simulated/cue.h"

#include "event/text.h"
#include "host/named_events.h"
#include "host/named_events_describe.h"
#include "platform/memory.h"

#include <wchar.h>

/* The characters of a word. NULL: out of memory. */
static BSTR word_to_string(const struct scenario_word *word)
{
    char *text = memory_alloc(word->length + 1);
    BSTR string = NULL;
    int size, length;

    if (!text)
        return NULL;
    size = (int)scenario_word_copy(word, text);
    length = size ? MultiByteToWideChar(CP_UTF8, 0, text, size, NULL, 0) : 0;
    if ((string = SysAllocStringLen(NULL, (UINT)length)) && length)
        MultiByteToWideChar(CP_UTF8, 0, text, size, string, length);
    memory_free(text);
    return string;
}

static bool is_digit(WCHAR c)
{
    return c >= '0' && c <= '9';
}

/* 12, -3, 0.5: the same in every language. */
static bool is_number(const WCHAR *word, bool *whole)
{
    *whole = true;
    word += *word == '-' || *word == '+';
    if (!is_digit(*word))
        return false;
    while (is_digit(*word))
        ++word;
    if (*word == '.' && is_digit(word[1]))
    {
        *whole = false;
        for (++word; is_digit(*word); ++word)
            ;
    }
    return !*word;
}

static HRESULT parse_number(WCHAR *word, bool whole, VARIANT *value)
{
    DECIMAL decimal;
    HRESULT hr;

    V_VT(value) = whole ? VT_I4 : VT_R8;
    if (!whole)
        return VarR8FromStr(word, LOCALE_INVARIANT, LOCALE_NOUSEROVERRIDE, &V_R8(value));
    if (FAILED(hr = VarDecFromStr(word, LOCALE_INVARIANT, LOCALE_NOUSEROVERRIDE, &decimal)))
        return hr;
    return VarI4FromDec(&decimal, &V_I4(value));
}

/* A word that is no number and not in quotes. False: it means nothing. */
static bool parse_constant(const WCHAR *word, VARIANT *value)
{
    V_VT(value) = VT_BOOL;
    if (!_wcsicmp(word, L"True"))
        V_BOOL(value) = VARIANT_TRUE;
    else if (!_wcsicmp(word, L"False"))
        V_BOOL(value) = VARIANT_FALSE;
    else if (!_wcsicmp(word, L"Empty"))
        V_VT(value) = VT_EMPTY;
    else if (!_wcsicmp(word, L"Null"))
        V_VT(value) = VT_NULL;
    else
        return false;
    return true;
}

static BSTR describe_word(BSTR word, const WCHAR *what)
{
    struct text text = {0};

    text_append_beginning(&text, word, SysStringLen(word), TEXT_QUOTE_MAX);
    text_append(&text, what);
    return text_finish(&text);
}

/* param: what it is an argument for; NULL when the event does not have that many. */
static HRESULT parse_argument(
        const struct scenario_word *word, const struct event_param *param, VARIANT *value, BSTR *description)
{
    BSTR string = word_to_string(word);
    HRESULT hr = S_OK;
    bool whole;

    if (!string)
        return E_OUTOFMEMORY;
    if (!word->quoted && is_number(string, &whole))
    {
        if (FAILED(hr = parse_number(string, whole, value)))
            *description = describe_word(string, L" is too great a number");
    }
    else if (word->quoted || (param && param->enumeration))
    {
        V_VT(value) = VT_BSTR;
        V_BSTR(value) = string;
        return S_OK;
    }
    else if (!parse_constant(string, value))
    {
        *description = describe_word(
                string, L" is neither a number nor True nor False; a string stands in double quotes");
        hr = E_INVALIDARG;
    }
    if (SUCCEEDED(hr) && param && param->type == VT_BSTR)
    {
        *description = describe_word(string, L" must stand in double quotes: the event takes a string here");
        hr = E_INVALIDARG;
    }
    SysFreeString(string);
    if (FAILED(hr))
        V_VT(value) = VT_EMPTY;
    return hr;
}

/* The first of the events that the bits name. */
static const struct event_type *first_event(uint32_t mask)
{
    UINT i = 0;

    while (!(mask & event_types[i].mask))
        ++i;
    return &event_types[i];
}

static HRESULT cue_parse(struct cue *cue, const struct scenario_line *line, BSTR *description)
{
    const struct event_type *type;
    uint32_t mask;
    HRESULT hr;

    if (!(cue->event = word_to_string(&line->event)))
        return E_OUTOFMEMORY;
    if (!(mask = named_events_mask(cue->event, NAMED_IN_SCENARIO)))
    {
        *description = named_events_describe_name(cue->event, NAMED_IN_SCENARIO);
        return E_INVALIDARG;
    }
    type = first_event(mask);
    for (; cue->arg_count < line->arg_count; ++cue->arg_count)
    {
        UINT i = cue->arg_count;

        hr = parse_argument(
                &line->args[i], i < type->param_count ? &type->params[i] : NULL, &cue->args[i], description);
        if (FAILED(hr))
            return hr;
    }
    return S_OK;
}

/* Whether it can be fired. */
static HRESULT cue_check(const struct cue *cue, BSTR *description)
{
    struct named_events named;
    HRESULT hr;

    hr = named_events_init(
            &named, NAMED_IN_SCENARIO, cue->event, cue->args, cue->arg_count, L"", LOCALE_INVARIANT, description);
    if (SUCCEEDED(hr))
        named_events_cleanup(&named);
    return hr;
}

HRESULT cue_init(struct cue *cue, const struct scenario_line *line, BSTR *description)
{
    HRESULT hr;

    *description = NULL;
    memset(cue, 0, sizeof(*cue));
    cue->time_ms = line->time_ms;
    if (FAILED(hr = cue_parse(cue, line, description)) || FAILED(hr = cue_check(cue, description)))
        cue_cleanup(cue);
    return hr;
}

/* "IVMDVDDriveEvents.OnMediaEject": the events of drives have the same names. */
static BSTR qualified_name(const struct event_type *type)
{
    struct text text = {0};

    text_append(&text, type->interface_->name);
    text_append(&text, L".");
    text_append(&text, type->name);
    return text_finish(&text);
}

HRESULT cue_init_recorded(struct cue *cue, struct recorded_event *event, ULONGLONG time_ms, BSTR *description)
{
    HRESULT hr = E_OUTOFMEMORY;

    *description = NULL;
    memset(cue, 0, sizeof(*cue));
    cue->time_ms = time_ms;
    cue->source = event->source;
    event->source = NULL;
    cue->details = event->details;
    event->details = NULL;
    for (; cue->arg_count < event->type->param_count; ++cue->arg_count)
    {
        cue->args[cue->arg_count] = event->args[cue->arg_count];
        VariantInit(&event->args[cue->arg_count]);
    }
    if (!(cue->event = qualified_name(event->type)) || FAILED(hr = cue_check(cue, description)))
        cue_cleanup(cue);
    return hr;
}

void cue_cleanup(struct cue *cue)
{
    while (cue->arg_count)
        VariantClear(&cue->args[--cue->arg_count]);
    if (cue->details)
        details_release(cue->details);
    SysFreeString(cue->source);
    SysFreeString(cue->event);
    cue->source = cue->event = NULL;
    cue->details = NULL;
}
