#include "sink/event_choice.h"

#include "event/failure.h"
#include "event/given.h"
#include "event/text.h"
#include "event/value.h"
#include "sink/argument.h"
#include "sink/sink.h"

#include <wchar.h>

/* An array in an array is no list of events. */
enum depth
{
    OUTERMOST,
    ELEMENT
};

/* What failures are subscribed to by, in place of the name of an event. */
#define FAILURES_NAME '!'

enum numerals
{
    NUMERALS_ARE_NAMES,  /* of no event: a string is a name */
    NUMERALS_ARE_NUMBERS /* it was made of an array that may have numbers */
};

static HRESULT refuse_name(const WCHAR *method, const WCHAR *name, size_t length)
{
    struct text text = {0};

    text_append(&text, method);
    text_append(&text, L": there is no event ");
    text_append_quote(&text, name, length, TEXT_QUOTE_MAX);
    text_append(&text, wmemchr(name, 0, length) ? L", with a NUL character in its name; there are " : L"; there are ");
    for (unsigned int i = 0; i < EVENT_COUNT; ++i)
    {
        if (!event_is_first_of_its_name(&event_types[i]))
            continue;
        text_append(&text, event_types[i].name);
        text_append(&text, L", ");
    }
    text_append(&text, L"each also as Interface.Event, patterns of these (\"OnGuest*\"), and \"*\" for all");
    return sink_error_text(E_INVALIDARG, &text);
}

static bool is_blank(WCHAR c)
{
    return c == ' ' || c == '\t';
}

static bool is_pattern(const WCHAR *name, size_t length)
{
    return wmemchr(name, '*', length) || wmemchr(name, '?', length);
}

static HRESULT add_number(const WCHAR *method, LONG number, struct event_choice *choice)
{
    const struct event_type *type = event_type_find(&event_interfaces[MACHINE_EVENTS], number);

    if (!type)
        return sink_error(E_INVALIDARG, L"%ls: there is no event %ld; IVMVirtualMachineEvents has those from 1 to 12",
                method, (long)number);
    choice->events |= type->mask;
    return S_OK;
}

/* Numbers of events have two digits at most; what has more is shown as the name that it is taken for. */
static bool is_numeral(const WCHAR *name, size_t length)
{
    return length && length <= 4 && wcsspn(name, L"0123456789") >= length;
}

static HRESULT add_name(
        const WCHAR *method, const WCHAR *name, size_t length, enum numerals numerals, struct event_choice *choice)
{
    uint32_t events;

    if (!length || wmemchr(name, 0, length))
        return refuse_name(method, name, length);
    if (length == 1 && *name == FAILURES_NAME)
    {
        choice->events |= EVENT_FAILURE_MASK;
        return S_OK;
    }
    if (numerals == NUMERALS_ARE_NUMBERS && is_numeral(name, length))
        return add_number(method, wcstol(name, NULL, 10), choice);
    if (is_pattern(name, length))
        choice->several_names = true;
    if (!(events = event_mask_from_pattern(name, length)))
        return refuse_name(method, name, length);
    choice->events |= events;
    return S_OK;
}

/* Around the names of a list blanks mean nothing. */
static HRESULT add_name_of_list(
        const WCHAR *method, const WCHAR *name, size_t length, enum numerals numerals, struct event_choice *choice)
{
    while (length && is_blank(name[length - 1]))
        --length;
    while (length && is_blank(*name))
    {
        ++name;
        --length;
    }
    return add_name(method, name, length, numerals, choice);
}

static HRESULT add_names(const WCHAR *method, BSTR names, enum numerals numerals, struct event_choice *choice)
{
    const WCHAR *name = names ? names : L"", *end = name + SysStringLen(names), *comma;
    HRESULT hr;

    while ((comma = name < end ? wmemchr(name, ',', end - name) : NULL))
    {
        choice->several_names = true;
        if (FAILED(hr = add_name_of_list(method, name, comma - name, numerals, choice)))
            return hr;
        name = comma + 1;
    }
    return (choice->several_names ? add_name_of_list : add_name)(method, name, end - name, numerals, choice);
}

static HRESULT refuse_value(const WCHAR *method)
{
    return sink_error(E_INVALIDARG,
            L"%ls: event has to be a name, a number from 1 to 12, a list or an array of these, or \"*\"", method);
}

/* A number between two whole ones, which a conversion would make one of them, is none of an event. */
static HRESULT add_converted(const WCHAR *method, const VARIANT *value, struct event_choice *choice)
{
    VARIANT plain, number, real;
    HRESULT hr;

    VariantInit(&number);
    VariantInit(&real);
    if (SUCCEEDED(hr = given_take(&plain, value, LOCALE_USER_DEFAULT, VT_I4))
            && SUCCEEDED(hr = given_convert(&number, &plain, LOCALE_USER_DEFAULT, VT_I4)))
        hr = given_convert(&real, &plain, LOCALE_USER_DEFAULT, VT_R8);
    VariantClear(&plain);
    if (hr == E_OUTOFMEMORY)
        return hr;
    if (FAILED(hr) || V_R8(&real) != V_I4(&number))
        return refuse_value(method);
    return add_number(method, V_I4(&number), choice);
}

static HRESULT add_value(const WCHAR *method, const VARIANT *value, enum depth depth, struct event_choice *choice);

static HRESULT add_array(const WCHAR *method, const VARIANT *array, enum depth depth, struct event_choice *choice)
{
    struct value described;
    VARIANT element;
    HRESULT hr;

    choice->several_names = true;
    value_describe(&described, array);
    if (depth == ELEMENT || value_dimensions(&described) != 1 || !value_elements(&described, 0))
        return sink_error(E_INVALIDARG,
                L"%ls: event is an array that is no list of events; it has to have one dimension, and a name or "
                L"a number in each place",
                method);
    for (size_t i = 0; i < value_elements(&described, 0); ++i)
    {
        value_get_element(&described, i, &element);
        if (FAILED(hr = add_value(method, &element, ELEMENT, choice)))
            return hr;
    }
    return S_OK;
}

/* An array of JScript's is an object, whose default value is its elements with commas between them. */
static HRESULT add_object(const WCHAR *method, const VARIANT *object, struct event_choice *choice)
{
    VARIANT value, names;
    HRESULT hr;

    /* It is asked once: it may take its time, and say something else the next time. */
    if ((hr = given_take(&value, object, LOCALE_USER_DEFAULT, VT_BSTR)) == E_OUTOFMEMORY)
        return hr;
    VariantInit(&names);
    if (SUCCEEDED(hr) && SUCCEEDED(hr = given_convert(&names, &value, LOCALE_USER_DEFAULT, VT_BSTR)))
    {
        hr = add_names(method, V_BSTR(&names), NUMERALS_ARE_NUMBERS, choice);
        choice->several_names = true;
    }
    else if (hr != E_OUTOFMEMORY)
    {
        hr = refuse_value(method);
    }
    VariantClear(&names);
    VariantClear(&value);
    return hr;
}

static HRESULT add_value(const WCHAR *method, const VARIANT *given, enum depth depth, struct event_choice *choice)
{
    VARIANT value = *given;

    if (!argument_resolve(&value))
        return sink_error(E_POINTER, L"%ls: event is a reference to nothing", method);
    if (V_VT(&value) == VT_BSTR)
        return add_names(method, V_BSTR(&value), NUMERALS_ARE_NAMES, choice);
    if (V_VT(&value) & VT_ARRAY)
        return add_array(method, &value, depth, choice);
    if (V_VT(&value) == VT_DISPATCH && V_DISPATCH(&value) && depth == OUTERMOST)
        return add_object(method, &value, choice);
    return add_converted(method, &value, choice);
}

HRESULT event_choice_from_variant(const WCHAR *method, const VARIANT *value, struct event_choice *choice)
{
    HRESULT hr;

    choice->events = 0;
    choice->several_names = false;
    if (FAILED(hr = add_value(method, value, OUTERMOST, choice)))
        return hr;
    if ((choice->events & EVENT_FAILURE_MASK) && choice->several_names)
        return sink_error(
                E_INVALIDARG, L"%ls: \"!\" stands alone: who hears failures gets these, and no events", method);
    return S_OK;
}

bool source_is_chosen(BSTR chosen, const WCHAR *source)
{
    if (!SysStringLen(chosen))
        return true;
    return CompareStringOrdinal(chosen, (int)SysStringLen(chosen), source, -1, TRUE) == CSTR_EQUAL;
}
