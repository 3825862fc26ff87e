/*
 * Events, values and descriptions of errors as text for people.
 *
 * What others have sent is shown so that it cannot pass for more than it is: it stays on its line, and moves no
 * terminal. A character that would (a control character, a separator of lines, a sign that turns the direction of
 * writing, half of a surrogate pair) is written by its number, <U+001B>.
 */
#ifndef VMEVENTS_EVENT_TEXT_H
#define VMEVENTS_EVENT_TEXT_H

#include "event/event.h"

#include <stdarg.h>

/* A string under construction. When memory runs out nothing more is appended, and text_finish answers NULL. */
struct text
{
    WCHAR *start;
    size_t length;
    size_t size;
    bool failed;
};

/* How much is quoted of what a caller has sent: names, and paths, of which people look at the end. */
#define TEXT_QUOTE_MAX 100
#define TEXT_QUOTE_PATH_MAX 260

/* Words of ours, as they are. */
void text_append(struct text *text, const WCHAR *string);
void text_append_part(struct text *text, const WCHAR *string, size_t length);
void text_append_number(struct text *text, LONG number);

/* "2026-01-31T09:05:01.223Z" */
void text_append_time(struct text *text, DATE time);

/* By a format of _snwprintf. What %ls and %s bring is written by text_append_shown, like all the rest. */
void text_append_format(struct text *text, const WCHAR *format, ...);
void text_append_format_list(struct text *text, const WCHAR *format, va_list args);

/* A string of others, without quotes. */
void text_append_shown(struct text *text, const WCHAR *string, size_t length);

/* The same in double quotes, those inside doubled. A "<" in front of "U+" is written <U+003C>, so that the string can
 * be had back from it. */
void text_append_quoted(struct text *text, const WCHAR *string, size_t length);

/* For descriptions of errors, which have to leave room for what would be right: of a string that is longer than `most` only
 * the beginning, and "...". In quotes, or without. */
void text_append_quote(struct text *text, const WCHAR *string, size_t length, size_t most);
void text_append_beginning(struct text *text, const WCHAR *string, size_t length, size_t most);

/* Whether the character is one that text_append_shown writes as it is. */
bool text_is_shown(const WCHAR *string, size_t length, size_t place);

/* "0 (vmLogoff_Normal), 1 (vmLogoff_Forced), 2 (vmLogoff_External)" */
void text_append_enumeration(struct text *text, const struct enumeration *enumeration);

/* The value of a parameter: an enumerator by its name, a string in quotes, True, 12. */
void text_append_value(struct text *text, const struct event_param *param, const VARIANT *value);

/* Ends the construction: the string, which the caller frees by SysFreeString, or NULL: out of memory. */
BSTR text_finish(struct text *text);

/* "OnGuestLogoff(logoffType=vmLogoff_Forced)". NULL: out of memory. */
BSTR event_to_text(const VMEVENT *event);

#endif
