#include "event/failure.h"

#include "event/text.h"
#include "platform/memory.h"
#include "platform/system_message.h"

#include <wchar.h>

const struct event_type failure_event_type = {
        .iid = &IID_NULL, .name = L"OnFailure", .mask = EVENT_FAILURE_MASK, .only = VT_EMPTY};

/* What a result of IDispatch::Invoke says, where who was called has said no more. NULL: nothing in particular. */
static const WCHAR *result_in_words(HRESULT hr)
{
    switch (hr)
    {
        case DISP_E_BADPARAMCOUNT:
            return L"it takes another number of arguments than the event has";
        case DISP_E_TYPEMISMATCH:
            return L"it does not take arguments of these types";
        case DISP_E_PARAMNOTOPTIONAL:
            return L"it takes more arguments than the event has";
        case DISP_E_MEMBERNOTFOUND:
        case DISP_E_UNKNOWNNAME:
            return L"it cannot be called like this";
        case E_OUTOFMEMORY:
            return L"there was no memory";
        default:
            return NULL;
    }
}

static BSTR describe_result(HRESULT hr)
{
    const WCHAR *known = result_in_words(hr);
    WCHAR words[SYSTEM_MESSAGE_SIZE];
    DWORD length;

    if (known)
        return SysAllocString(known);
    if ((length = system_message((DWORD)hr, words)))
        return SysAllocStringLen(words, length);
    return SysAllocString(L"it gave no description of its error");
}

/* Takes the description over. */
static struct failure *failure_create(const WCHAR *label, HRESULT hr, BSTR description, const WCHAR *error_source)
{
    size_t size = (wcslen(label) + 1) * sizeof(*label);
    struct failure *failure = description ? memory_alloc(sizeof(*failure) + size) : NULL;

    if (!failure || (error_source && !(failure->error_source = SysAllocString(error_source))))
    {
        memory_free(failure);
        SysFreeString(description);
        return NULL;
    }
    failure->refcount = 1;
    failure->hr = hr;
    failure->description = description;
    memcpy(failure->label, label, size);
    return failure;
}

struct failure *failure_of_listener(struct kept_event *kept, HRESULT hr, BSTR description, BSTR error_source)
{
    BSTR said = SysStringLen(description) ? SysAllocStringLen(description, SysStringLen(description))
                                          : describe_result(hr);
    struct failure *failure = failure_create(kept->source, hr, said, error_source);

    if (!failure)
        return NULL;
    failure->kept = kept_event_addref(kept);
    failure->type = kept->event.type;
    return failure;
}

struct failure *failure_of_event(
        const struct event_type *type, const WCHAR *label, HRESULT hr, BSTR description, const WCHAR *error_source)
{
    struct failure *failure = failure_create(label, hr, description, error_source);

    if (failure)
        failure->type = type;
    return failure;
}

struct failure *failure_addref(struct failure *failure)
{
    InterlockedIncrement(&failure->refcount);
    return failure;
}

void failure_release(struct failure *failure)
{
    if (InterlockedDecrement(&failure->refcount))
        return;
    if (failure->kept)
        kept_event_release(failure->kept);
    SysFreeString(failure->description);
    SysFreeString(failure->error_source);
    memory_free(failure);
}

/* What it happened to. False: out of memory. */
static bool append_event(struct text *text, const struct failure *failure)
{
    BSTR event;

    if (!failure->kept)
    {
        text_append(text, failure->type ? failure->type->name : L"an unknown event");
        return true;
    }
    if (!(event = event_to_text(&failure->kept->event.view)))
        return false;
    text_append_part(text, event, SysStringLen(event));
    SysFreeString(event);
    return true;
}

BSTR failure_to_text(const struct failure *failure)
{
    struct text text = {0};

    if (!append_event(&text, failure))
        text.failed = true;
    text_append(&text, failure->kept ? L" failed: " : L" was refused: ");
    text_append_shown(&text, failure->description, SysStringLen(failure->description));
    text_append_format(&text, L" (0x%08lx", (unsigned long)failure->hr);
    if (SysStringLen(failure->error_source))
    {
        text_append(&text, L", ");
        text_append_shown(&text, failure->error_source, SysStringLen(failure->error_source));
    }
    text_append(&text, L")");
    return text_finish(&text);
}
