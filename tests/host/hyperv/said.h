/*
 * A line of a conversation: what WMI or the event log of a pretended Hyper-V says, and when (conversations/README.md has
 * the format). Used by the tests of the portable core, by its fuzzer, and by the pretended WMI.
 */
#ifndef VMEVENTS_TESTS_HOST_HYPERV_SAID_H
#define VMEVENTS_TESTS_HOST_HYPERV_SAID_H

#include "host/hyperv/row.h"

#define SAID_WORD_MAX 159
#define SAID_REST_MAX 1023

/* What a text that is said again and again has altogether. */
#define SAID_TEXT_MAX (8 << 20)

enum said_verb
{
    SAID_NOTHING,  /* an empty line, or a comment */
    SAID_WRONG,    /* no line of that format */
    SAID_IS,       /* instance of word[0] */
    SAID_GONE,     /* instance of word[0] whose key is word[1] */
    SAID_TELLS,    /* word[0] created, modified or deleted; word[1] the class */
    SAID_LOGS,     /* word[0] the channel, word[1] the provider, word[2] the id, word[3] the machine */
    SAID_FAILS,    /* word[0] what, word[1] the code in hexadecimal digits; 0: no more */
    SAID_SLOWS,    /* word[0] what, word[1] the milliseconds that it takes; 0: none */
    SAID_OPENS,    /* rest: an address */
    SAID_CLOSES,   /* likewise */
    SAID_LOGS_OFF, /* likewise */
    SAID_HEARS     /* rest: what is to be heard next */
};

struct said
{
    enum said_verb verb;
    uint64_t ms;
    uint64_t at_ms; /* by the own time of what is said; the same unless it says another */
    char words[4][SAID_WORD_MAX + 1];
    char rest[SAID_REST_MAX + 1];
    struct hv_row row; /* empty unless there are properties */
};

/* The line ends by NUL or a line end. Ended by said_cleanup, whatever it returns. */
void said_parse(struct said *said, const char *line);
void said_cleanup(struct said *said);

#endif
