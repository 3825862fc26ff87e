/*
 * JSON, scanned where it stands: values are slices of the text, and no memory is needed. Numbers keep their digits, which a
 * recording's are worth, and a string may have any length. Knows neither events nor Windows.
 */
#ifndef VMEVENTS_JSON_SCAN_H
#define VMEVENTS_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scan_kind
{
    SCAN_STRING, /* without its quotes; escapes are still there */
    SCAN_NUMBER,
    SCAN_TRUE,
    SCAN_FALSE,
    SCAN_NULL,
    SCAN_OBJECT, /* with its brackets */
    SCAN_ARRAY
};

struct scan_value
{
    enum scan_kind kind;
    const char *start;
    size_t length;
};

/* How deep objects and arrays may be in each other. */
#define SCAN_DEPTH_MAX 100

/* Reads text that is one value and nothing else, by RFC 8259, with half of a surrogate pair refused. False: it is none. */
bool scan_text(const char *text, size_t length, struct scan_value *value);

/* What is left of an object or an array that scan_text has read. */
struct scan
{
    const char *next;
    const char *end;
};

struct scan scan_inside(const struct scan_value *value);

/* The next member of an object, or element of an array. False: there is none. */
bool scan_member(struct scan *scan, struct scan_value *name, struct scan_value *value);
bool scan_element(struct scan *scan, struct scan_value *value);

/* The first member of that name, which is written without escapes. False: there is none, or it is no object. */
bool scan_find(const struct scan_value *object, const char *name, struct scan_value *value);

/* Whether it is a string of these characters, written without escapes. */
bool scan_is(const struct scan_value *value, const char *string);

/* The characters of a string in UTF-16, of which there are no more than its length. Returns how many there are. */
size_t scan_copy(const struct scan_value *string, uint16_t *buffer);

#endif
