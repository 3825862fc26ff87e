/* Events, values and complaints as text for people. */
#ifndef VMEVENTS_EVENT_TEXT_H
#define VMEVENTS_EVENT_TEXT_H

#include "event/event.h"

/* A string under construction. Running out of memory is remembered and told by text_finish. */
struct text
{
    WCHAR *start;
    size_t length;
    size_t size;
    bool failed;
};

void text_append(struct text *text, const WCHAR *string);
void text_append_number(struct text *text, LONG number);

/* In double quotes, those inside doubled. */
void text_append_quoted(struct text *text, const WCHAR *string);

/* "0 (vmLogoff_Normal), 1 (vmLogoff_Forced), 2 (vmLogoff_External)" */
void text_append_enumeration(struct text *text, const struct enumeration *enumeration);

/* The value of a parameter: an enumerator by its name, a string in quotes, True, 12. */
void text_append_value(struct text *text, const struct event_param *param, const VARIANT *value);

/* Ends the construction: the string, which the caller frees by SysFreeString, or NULL: out of memory. */
BSTR text_finish(struct text *text);

/* "OnGuestLogoff(logoffType=vmLogoff_Forced)". NULL: out of memory. */
BSTR event_to_text(const VMEVENT *event);

#endif
