/* IDispatch::Invoke for events: the way of every event from a caller to the listeners. */
#ifndef VMEVENTS_SINK_EVENT_INVOKE_H
#define VMEVENTS_SINK_EVENT_INVOKE_H

#include "com/event_source.h"

/* The source that descriptions of errors name. */
#define SINK_ERROR_SOURCE L"VMEvents.Sink"

/* Whether the flags of an Invoke mean a call: VBScript asks for a method or a property when it uses its result. */
static inline bool event_is_called(WORD flags)
{
    return (flags & DISPATCH_METHOD) && !(flags & ~(DISPATCH_METHOD | DISPATCH_PROPERTYGET));
}

/*
 * Decodes, validates and fires one event of the interface at the source. `label` names where it comes from. What is
 * called but is not accepted, because of its arguments or because there is no such event, counts as rejected.
 *
 * S_OK
 * DISP_E_MEMBERNOTFOUND    no event has that id, or flags asks for anything but a method
 * DISP_E_UNKNOWNINTERFACE  riid is not IID_NULL
 * DISP_E_EXCEPTION         a value that its enumeration does not have: scode E_INVALIDARG, and a description
 * E_POINTER                params is NULL, or what it says is there is not
 * DISP_E_BADPARAMCOUNT, DISP_E_PARAMNOTFOUND, DISP_E_PARAMNOTOPTIONAL, DISP_E_TYPEMISMATCH, E_OUTOFMEMORY
 *                          as event_decode tells them; *arg_error is set where an argument is to blame
 */
HRESULT event_invoke(struct event_source *source, const struct event_interface *events, const WCHAR *label, DISPID id,
        REFIID riid, LCID lcid, WORD flags, const DISPPARAMS *params, VARIANT *result, EXCEPINFO *exception,
        UINT *arg_error);

/*
 * Fires an event that has come in a call with others, arguments as Invoke has them. `details` go with it, and stay the
 * caller's; NULL: its source knows no more.
 *
 * S_OK
 * DISP_E_MEMBERNOTFOUND    no event has that id
 * E_INVALIDARG             a value that its enumeration does not have
 * E_POINTER, DISP_E_BADPARAMCOUNT, DISP_E_PARAMNOTOPTIONAL, DISP_E_TYPEMISMATCH, E_OUTOFMEMORY
 *                          as of event_invoke
 */
HRESULT event_receive(struct event_source *source, const struct event_interface *events, const WCHAR *label, DISPID id,
        const DISPPARAMS *params, struct details *details);

/* IID_NULL is nothing but zeros. */
static inline bool is_null_iid(REFIID iid)
{
    uint64_t halves[2];

    memcpy(halves, iid, sizeof(halves));
    return !(halves[0] | halves[1]);
}

/* Whether the call has one argument without a name, of the declared type and legal, which listeners may be shown where
 * the caller has it; or none, for an event without parameters. */
static inline bool is_plain(const struct event_type *type, const DISPPARAMS *params)
{
    const VARIANT *arg = params->rgvarg;
    uint64_t counts;

    /* Both at once: cArgs in the lower half, cNamedArgs in the upper. */
    _Static_assert(offsetof(DISPPARAMS, cNamedArgs) == offsetof(DISPPARAMS, cArgs) + sizeof(UINT), "side by side");
    memcpy(&counts, &params->cArgs, sizeof(counts));
    if (__builtin_expect(counts != 1, 0))
        return !counts && !type->param_count;
    if (!arg || V_VT(arg) != type->only)
        return false;
    if (__builtin_expect(V_VT(arg) == VT_I4, 1))
        return (ULONG)V_I4(arg) <= type->params[0].last;
    if (V_VT(arg) == VT_BOOL)
        return V_BOOL(arg) == VARIANT_TRUE || V_BOOL(arg) == VARIANT_FALSE;
    return V_VT(arg) == VT_BSTR && V_BSTR(arg);
}

/*
 * The event that an Invoke means, when it is what callers usually send, and may go through event_source_pass. NULL:
 * it is for event_invoke to say what it is.
 */
static inline const struct event_type *event_invoked(
        const struct event_interface *events, DISPID id, REFIID riid, WORD flags, const DISPPARAMS *params)
{
    ULONG place = (ULONG)id - EVENT_FIRST_ID;
    const struct event_type *type = &events->first[place];

    if (place >= events->count || flags != DISPATCH_METHOD || !params || !is_null_iid(riid) || !is_plain(type, params))
        return NULL;
    return type;
}

#endif
