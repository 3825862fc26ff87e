/*
 * One event value: what a call from outside becomes once it has been decoded and validated, and what every
 * listener gets. It lives on the stack of the thread that fires it; a listener that needs it for longer keeps a
 * copy (kept_event.h).
 */
#ifndef VMEVENTS_EVENT_EVENT_H
#define VMEVENTS_EVENT_EVENT_H

#include "event/arrays.h"
#include "event/catalogue.h"
#include "event/details.h"

#include <stddef.h>
#include <string.h>
#include <wchar.h>

/* What goes with an event that its source knows more of, or that has come by another sink. */
struct event_origin
{
    VMEVENTDETAILS details;   /* first: where view.details points to */
    struct details *known;    /* whose view that is a copy of; NULL: there are no details */
    struct kept_event *trail; /* the event of another source that this one passes on, or NULL */
};

struct event
{
    VMEVENT view; /* first, so that a listener gets from what it is handed to the rest */
    const struct event_type *type;
    struct kept_event *kept;         /* made by the first listener that keeps the event; one serves all */
    struct event_sequence *sequence; /* of the source that fires; numbers the events that are kept */
    size_t owned;                    /* a bit for each argument that event_cleanup clears; others are borrowed */
    VARIANT args[EVENT_MAX_ARGS];    /* where view.args points to, unless that borrows them where they are */
};

_Static_assert(EVENT_MAX_ARGS <= 8 * sizeof(unsigned int), "each argument has a bit in `owned`");

void kept_event_release(struct kept_event *kept);

/* Counts the kept events of one source. */
struct event_sequence
{
    LONG last;
};

/* Arguments in the order of declaration as DISPPARAMS has them, the last first. Both mean the same values, which stay
 * their owner's. */
static inline void arguments_reverse(VARIANT *reversed, const VARIANT *args, UINT count)
{
    for (UINT i = 0; i < count; ++i)
        reversed[count - 1 - i] = args[i];
}

/* What goes with the event; NULL: nothing does. */
static inline const struct event_origin *event_origin(const struct event *event)
{
    return (const struct event_origin *)event->view.details;
}

/* Has that go with an event that has been begun. The origin stands where the event does; what it refers to stays its
 * owner's. Both may be NULL. */
static inline void event_set_origin(
        struct event *event, struct event_origin *origin, struct details *details, struct kept_event *trail)
{
    origin->details = details ? details->view : (VMEVENTDETAILS){0, NULL};
    origin->known = details;
    origin->trail = trail;
    event->view.details = &origin->details;
}

/* What is wrong with an argument. */
struct event_fault
{
    UINT param; /* its number in the order of declaration */
    UINT arg;   /* its place in DISPPARAMS.rgvarg, which puArgErr gets */
    LONG value; /* for E_INVALIDARG: the value that is not legal */
};

static inline const struct event *event_from_view(const VMEVENT *view)
{
    return (const struct event *)view;
}

/* Whether there are the arguments and the names that are counted. */
static inline bool arguments_are_there(const DISPPARAMS *params)
{
    return (!params->cArgs || params->rgvarg) && (!params->cNamedArgs || params->rgdispidNamedArgs);
}

/* Whether a string has a NUL inside. A BSTR may, and who reads it as a C string sees but its beginning. */
static inline bool string_has_nul(BSTR string)
{
    return string && wmemchr(string, 0, SysStringLen(string));
}

/* A string that is empty and needs no memory: what a NULL BSTR means. Never freed. */
extern const BSTR empty_bstr;

/* event_init for an event that will own none of its arguments. It ends by event_let_go: `owned` is not set, and
 * event_cleanup would read it. */
static inline void event_init_borrowed(
        struct event *event, const struct event_type *type, const WCHAR *source, struct event_sequence *sequence)
{
    _Static_assert(offsetof(VMEVENT, id) == offsetof(struct event_type, id)
                    && offsetof(VMEVENT, name) == offsetof(struct event_type, name),
            "an event type begins as VMEVENT does");
    memcpy(&event->view, type, offsetof(VMEVENT, source));
    event->view.source = source;
    event->view.argCount = type->param_count;
    event->view.args = event->args;
    event->type = type;
    event->kept = NULL;
    event->sequence = sequence;
    event->view.details = NULL;
}

static inline void event_init(
        struct event *event, const struct event_type *type, const WCHAR *source, struct event_sequence *sequence)
{
    event_init_borrowed(event, type, source, sequence);
    event->owned = 0;
}

/* Ends an event that owns nothing: lets go of the copy that was kept of it. */
static inline void event_let_go(struct event *event)
{
    if (__builtin_expect(event->kept != NULL, 0))
        kept_event_release(event->kept);
}

/* Ends an event: clears what it owns and lets go of the copy that was kept of it. */
void event_cleanup_slow(struct event *event);

static inline void event_cleanup(struct event *event)
{
    if (__builtin_expect(event->owned || event->kept, 0))
        event_cleanup_slow(event);
}

/*
 * Takes an argument of the parameter's declared type, borrowed: strings and objects stay the caller's. False:
 * the value is not one of the enumeration's.
 */
static inline bool event_take_arg(struct event *event, UINT i, const VARIANT *value)
{
    const struct event_param *param = &event->type->params[i];
    VARIANT *arg = &event->args[i];

    switch (param->type)
    {
        case VT_I4:
            V_VT(arg) = VT_I4;
            V_I4(arg) = V_I4(value);
            return (ULONG)V_I4(value) <= param->last;
        case VT_BOOL:
            V_VT(arg) = VT_BOOL;
            V_BOOL(arg) = V_BOOL(value) ? VARIANT_TRUE : VARIANT_FALSE;
            return true;
        case VT_BSTR:
            V_VT(arg) = VT_BSTR;
            V_BSTR(arg) = V_BSTR(value) ? V_BSTR(value) : empty_bstr;
            return true;
        default:
            *arg = *value;
            if (V_VT(arg) == VT_BSTR && !V_BSTR(arg))
                V_BSTR(arg) = empty_bstr;
            return true;
    }
}

/*
 * Decodes the arguments of an IDispatch::Invoke into an event that event_init has prepared. In case of success
 * the event is to be ended by event_cleanup; it borrows from params.
 *
 * S_OK
 * DISP_E_BADPARAMCOUNT      too many or too few
 * DISP_E_PARAMNOTFOUND      a named argument that the event does not have; fault->arg
 * DISP_E_PARAMNOTOPTIONAL   an argument left out (VT_ERROR, DISP_E_PARAMNOTFOUND); fault->arg
 * DISP_E_TYPEMISMATCH       an argument that cannot be coerced, as a string with a NUL inside cannot be a number, a
 *                           DECIMAL that is none, or an array that is none of the type that it says (arrays.h); fault->arg
 * E_INVALIDARG              a value that its enumeration does not have; fault->param, arg, value
 * E_POINTER                 a reference to nothing, or no arguments or names where some are counted
 * E_OUTOFMEMORY
 */
static inline HRESULT event_decode(struct event *event, const DISPPARAMS *params, LCID lcid, struct event_fault *fault);

/* The long way, for arguments that are not of the declared types as they stand, or have names, or are wrong. */
HRESULT event_decode_any(struct event *event, const DISPPARAMS *params, LCID lcid, struct event_fault *fault);

/*
 * Copies the value that an argument means, whatever a caller may have sent, with arrays that say what they have. The
 * value is VT_EMPTY when it fails.
 *
 * S_OK, E_OUTOFMEMORY
 * E_POINTER            a reference to nothing
 * DISP_E_TYPEMISMATCH  nothing that can be copied, or an array that is none of the type that it says
 */
HRESULT event_copy_argument(VARIANT *value, const VARIANT *arg);

/* VARIANT types that the OLE Automation functions may be shown: what lies beyond is refused here, so that no
 * implementation of theirs has to be trusted with it. */
static inline bool is_variant_type(VARTYPE type)
{
    VARTYPE base = type & VT_TYPEMASK;

    if (type & ~(VT_TYPEMASK | VT_ARRAY | VT_BYREF))
        return false;
    if (base == VT_EMPTY || base == VT_NULL)
        return type == base;
    if (base == VT_RECORD)
        return true;
    return base <= VT_UINT && base != 15 && !(base == VT_VARIANT && !(type & (VT_ARRAY | VT_BYREF)));
}

/* Whether an argument can be taken as it is. */
static inline bool is_exact(const struct event_param *param, const VARIANT *arg)
{
    VARTYPE type = V_VT(arg);

    if (param->type != VT_VARIANT)
        return type == param->type;
    /* A DECIMAL may be none. */
    return !(type & VT_BYREF) && type != VT_ERROR && type != VT_DECIMAL && is_variant_type(type)
            && (!(type & VT_ARRAY) || arrays_judge(arg) == ARRAYS_WHOLE);
}

/* What callers usually send, as many arguments as there are parameters, each of its declared type and legal, is
 * taken as it is. False: it is not of that kind. */
static inline bool event_decode_exact(struct event *event, const DISPPARAMS *params)
{
    const struct event_type *type = event->type;
    UINT count = type->param_count;

    if (params->cArgs != count || params->cNamedArgs || (count && !params->rgvarg))
        return false;
    for (UINT i = 0; i < count; ++i)
    {
        const VARIANT *arg = &params->rgvarg[count - 1 - i];

        if (!is_exact(&type->params[i], arg) || !event_take_arg(event, i, arg))
            return false;
    }
    return true;
}

static inline HRESULT event_decode(struct event *event, const DISPPARAMS *params, LCID lcid, struct event_fault *fault)
{
    return event_decode_exact(event, params) ? S_OK : event_decode_any(event, params, lcid, fault);
}

/* "OnGuestLogoff: logoffType is 3; VMLogoffType has 0 (vmLogoff_Normal), 1 (vmLogoff_Forced), 2 (vmLogoff_External)" */
BSTR event_describe_fault(const struct event_type *type, const struct event_fault *fault);

#endif
