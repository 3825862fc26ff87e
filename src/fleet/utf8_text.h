/* A text in UTF-8 that grows, and what JSON needs of it. When memory has run out it stays empty and says so at its end. */
#ifndef VMEVENTS_FLEET_UTF8_TEXT_H
#define VMEVENTS_FLEET_UTF8_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct utf8_text
{
    char *start; /* ends by a NUL; NULL: nothing has been appended */
    size_t length, size;
    bool failed;
};

void utf8_text_append(struct utf8_text *text, const char *string);
void utf8_text_append_part(struct utf8_text *text, const char *string, size_t length);
void utf8_text_append_format(struct utf8_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As a string of JSON, with its quotation marks. What is no UTF-8 is replaced by U+FFFD. */
void utf8_text_append_json(struct utf8_text *text, const char *string);

/* Empties it, and keeps its memory. */
void utf8_text_clear(struct utf8_text *text);

/* The text, or NULL when memory has run out. It belongs to the text. */
const char *utf8_text_get(struct utf8_text *text);

void utf8_text_free(struct utf8_text *text);

#endif
