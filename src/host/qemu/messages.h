/*
 * Cuts a stream of bytes into JSON messages, one object each, however the bytes are split. A message ends with the
 * brace that closes it, so that QEMU may also write it over several lines (pretty=on).
 *
 * What cannot be a message is noticed as it comes, not only at its end. So no peer can make us keep more than
 * MESSAGE_MAX bytes, nest deeper than MESSAGE_DEPTH_MAX, or go on with a string beyond MESSAGE_STRING_MAX.
 */
#ifndef VMEVENTS_HOST_MESSAGES_H
#define VMEVENTS_HOST_MESSAGES_H

#include "host/qemu/json_reader.h"

#include <stdbool.h>
#include <stddef.h>

#define MESSAGE_MAX (4 << 20)

/* The same in a tolerant stream. An agent's longest message is the list of users, some 70 bytes each; but the guest is
 * free to send more, and gets no more memory for that. */
#define MESSAGE_TOLERANT_MAX (256 << 10)

/* As deep as QEMU itself reads. Its descriptions of images are as deep as the chain of backing files. */
#define MESSAGE_DEPTH_MAX 1024

/* QEMU's longest are paths, of at most 4 KiB. */
#define MESSAGE_STRING_MAX JSON_READER_STRING_MAX

/* What messages_feed returns when memory has run out, and when what comes is nothing that could be a message: compare
 * the pointers. */
extern const char messages_out_of_memory[], messages_no_object[];

struct messages
{
    /* For the guest agent's channel, which may hold the rest of other programs' messages, and a serial line's echo:
     * what is no message is passed over until the next line. 0xFF throws away what has come so far
     * (guest-sync-delimited). */
    bool tolerant;

    char *bytes; /* of the message that is not complete yet */
    size_t count, size;
    unsigned int depth; /* of the braces and brackets that are open */
    bool in_string, escaped;
    size_t string_start; /* the place of the quotation mark */
    bool passing_over;   /* tolerant: until the line ends */
};

void messages_init(struct messages *messages, bool tolerant);
void messages_cleanup(struct messages *messages);

/* Forgets a message that is not complete. */
void messages_restart(struct messages *messages);

/*
 * Takes bytes, and calls take for each message that they complete. take returns NULL, or says what is wrong with the
 * message. Returns NULL, or what is wrong: a plain sentence without its full stop. Then no more bytes may come.
 */
const char *messages_feed(struct messages *messages, const char *bytes, size_t count,
        const char *(*take)(void *context, const char *message, size_t size), void *context);

#endif
