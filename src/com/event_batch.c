#include "com/event_batch.h"

/* Making one */

static void *data_of(SAFEARRAY *array)
{
    return array->pvData;
}

HRESULT event_batch_begin(struct event_batch *batch, const struct event_batch_size *size)
{
    batch->count = batch->argument_count = 0;
    batch->events = SafeArrayCreateVector(VT_I4, 0, size->count);
    batch->sources = SafeArrayCreateVector(VT_BSTR, 0, size->has_labels ? size->count : 0);
    batch->arguments = SafeArrayCreateVector(VT_VARIANT, 0, size->argument_count);
    batch->details = SafeArrayCreateVector(VT_VARIANT, 0, size->has_details ? size->count : 0);
    if (batch->events && batch->sources && batch->arguments && batch->details)
        return S_OK;
    event_batch_end(batch);
    return E_OUTOFMEMORY;
}

HRESULT event_batch_add(struct event_batch *batch, const struct event_interface *events, const struct kept_event *kept)
{
    const struct event_type *type = kept->event.type;
    VARIANT *arguments = data_of(batch->arguments);

    if (batch->sources->rgsabound[0].cElements
            && !(((BSTR *)data_of(batch->sources))[batch->count] = SysAllocString(kept->source)))
        return E_OUTOFMEMORY;
    if (batch->details->rgsabound[0].cElements
            && FAILED(
                    details_to_variant(kept->event.view.details, &((VARIANT *)data_of(batch->details))[batch->count])))
        return E_OUTOFMEMORY;
    ((LONG *)data_of(batch->events))[batch->count++] = EVENT_BATCH_CODE(
            events - event_interfaces, type->param_count, type->id);
    for (UINT i = 0; i < type->param_count; ++i)
        arguments[batch->argument_count++] = kept->event.args[i];
    return S_OK;
}

static void destroy(SAFEARRAY *array)
{
    if (array)
        SafeArrayDestroy(array);
}

void event_batch_end(struct event_batch *batch)
{
    destroy(batch->events);
    destroy(batch->sources);
    /* The arguments are the events'. */
    if (batch->arguments)
        memset(data_of(batch->arguments), 0, batch->argument_count * sizeof(VARIANT));
    destroy(batch->arguments);
    destroy(batch->details);
}

/* Reading one */

/* What stands in an array of one dimension from 0 up; NULL is one without elements. */
static HRESULT open_array(SAFEARRAY *array, VARTYPE type, const void **data, ULONG *count)
{
    VARTYPE has;

    *data = NULL;
    *count = 0;
    if (!array)
        return S_OK;
    if (SafeArrayGetDim(array) != 1 || FAILED(SafeArrayGetVartype(array, &has)) || has != type
            || FAILED(SafeArrayAccessData(array, (void **)data)))
        return E_INVALIDARG;
    *count = array->rgsabound[0].cElements;
    return S_OK;
}

static UINT argument_count(LONG code)
{
    return (ULONG)code >> 16 & 0xff;
}

static bool fit_together(const struct event_batch_reader *reader, ULONG sources, ULONG arguments, ULONG details)
{
    ULONGLONG wanted = 0;

    for (ULONG i = 0; i < reader->count; ++i)
        wanted += argument_count(reader->events[i]);
    return wanted == arguments && (!sources || sources == reader->count) && (!details || details == reader->count);
}

HRESULT event_batch_open(struct event_batch_reader *reader, SAFEARRAY *events, SAFEARRAY *sources, SAFEARRAY *arguments,
        SAFEARRAY *details)
{
    SAFEARRAY *arrays[] = {events, sources, arguments, details};
    static const VARTYPE types[] = {VT_I4, VT_BSTR, VT_VARIANT, VT_VARIANT};
    const void *data[ARRAYSIZE(arrays)];
    ULONG counts[ARRAYSIZE(arrays)];
    HRESULT hr = S_OK;

    *reader = (struct event_batch_reader){0};
    for (UINT i = 0; i < ARRAYSIZE(arrays) && SUCCEEDED(hr); ++i)
    {
        if (SUCCEEDED(hr = open_array(arrays[i], types[i], &data[i], &counts[i])))
            reader->arrays[i] = arrays[i];
    }
    if (SUCCEEDED(hr))
    {
        reader->events = data[0];
        reader->sources = counts[1] ? data[1] : NULL;
        reader->arguments = data[2];
        reader->details = counts[3] ? data[3] : NULL;
        reader->count = counts[0];
        if (fit_together(reader, counts[1], counts[2], counts[3]))
            return S_OK;
        hr = E_INVALIDARG;
    }
    event_batch_close(reader);
    return hr;
}

void event_batch_close(struct event_batch_reader *reader)
{
    for (UINT i = 0; i < ARRAYSIZE(reader->arrays); ++i)
    {
        if (reader->arrays[i])
            SafeArrayUnaccessData(reader->arrays[i]);
    }
}

bool event_batch_next(struct event_batch_reader *reader, struct batched_event *event)
{
    ULONG code;

    if (reader->at == reader->count)
        return false;
    code = (ULONG)reader->events[reader->at];
    event->events = code >> 24 < EVENT_INTERFACE_COUNT ? &event_interfaces[code >> 24] : NULL;
    event->id = (DISPID)(code & 0xffff);
    event->source = reader->sources ? reader->sources[reader->at] : NULL;
    event->details = reader->details ? &reader->details[reader->at] : NULL;
    event->arg_count = argument_count((LONG)code);
    event->args = event->arg_count ? &reader->arguments[reader->argument_at] : NULL;
    reader->argument_at += event->arg_count;
    ++reader->at;
    return true;
}
