/*
 * JSON by jansson, whose memory is that of platform/memory.h, and read so that memory may run out.
 *
 * jansson 2.14 collects the characters of a string in a buffer that grows, and does not notice when the buffer cannot
 * grow: the end of the string is missing then, and what jansson copies next goes beyond the buffer. So while it reads,
 * it is never refused: what memory.h refuses comes from a reserve. From then on it gets no more text, so that the
 * reserve suffices, and what it has read is thrown away.
 */
#ifndef VMEVENTS_HOST_JSON_READER_H
#define VMEVENTS_HOST_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* The longest string that the reserve is good for, in bytes. */
#define JSON_READER_STRING_MAX (64 << 10)

/* Before jansson is used for the first time. */
void json_reader_init(void);

/* A new reference; NULL: the error says why. flags: of jansson's decoding. No string in the text may be longer than
 * JSON_READER_STRING_MAX, since a longer one could use up the reserve. On one thread at a time, since there is one
 * reserve. */
json_t *json_reader_read(const char *text, size_t size, size_t flags, json_error_t *error);
bool json_reader_is_out_of_memory(const json_error_t *error);

#endif
