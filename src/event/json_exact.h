/*
 * What the JSON of an event says beside its arguments, so that the event can be had back: the member `exact`, with an
 * argument each whose VARIANT the plain notation does not tell.
 *
 *     "exact":{"configData":{"type":"VT_I2","value":"512"}}
 *
 * What JSON tells by itself is left out: a whole number is a VT_I4, one with a point or an exponent a VT_R8, a string a
 * VT_BSTR, true and false a VT_BOOL, null a VT_EMPTY. docs/com-api.md has the notation; src/recording reads it. Details
 * have a member of their own, since one may be named as an argument is.
 */
#ifndef VMEVENTS_EVENT_JSON_EXACT_H
#define VMEVENTS_EVENT_JSON_EXACT_H

#include "event/catalogue.h"
#include "event/text.h"

/* How deep arrays are written, and how many elements of all arrays of an argument. What is deeper has no value, and what has
 * more no elements: its type and its bounds are told. */
#define EXACT_DEPTH_MAX 32
#define EXACT_ELEMENTS_MAX 100000

/* Appends `,"exact":{…}`, or nothing when the arguments tell all. */
void json_append_exact(struct text *text, const struct event_type *type, const VARIANT *args);

/* The same of details, in a member `exactDetails`. */
void json_append_exact_details(struct text *text, const VMEVENTDETAILS *details);

#endif
