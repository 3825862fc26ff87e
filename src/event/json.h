/* An event as a JSON object: what its record has, for programs. */
#ifndef VMEVENTS_EVENT_JSON_H
#define VMEVENTS_EVENT_JSON_H

#include "event/catalogue.h"
#include "event/text.h"

/* What the object is made of, as the properties of IVMEventRecord have it. */
struct json_event
{
    LONG sequence;
    DATE time; /* UTC */
    const WCHAR *source;
    const struct event_type *type;
    const VARIANT *args; /* as many as the type has parameters */
    const WCHAR *text;   /* what event_to_text says of it */
};

/*
 * One line without an end, with nothing in it that moves a terminal:
 *
 *     {"sequence":1,"time":"2026-01-31T09:05:01.223Z","source":"Demo","interface":"IVMVirtualMachineEvents",
 *      "name":"OnGuestLogoff","id":11,"arguments":{"logoffType":1},"details":{"user":"alice"},
 *      "text":"OnGuestLogoff(logoffType=…)"}
 *
 * Without details there is no member "details". Arguments and details are numbers, strings, true, false, null and arrays;
 * what JSON has nothing for stands as a string of the words that the text has. The caller frees it by SysFreeString. NULL:
 * out of memory.
 */
BSTR event_to_json(const struct json_event *event);

/* A string of others as JSON has it, in its quotes. */
void json_append_string(struct text *text, const WCHAR *string, size_t length);

/* The same with what the event's source knows besides; NULL: no more. */
BSTR event_to_json_with_details(const struct json_event *event, const VMEVENTDETAILS *details);

/* The object that "arguments" is there, by itself. The same goes for it. */
BSTR event_arguments_to_json(const struct event_type *type, const VARIANT *args);

#endif
