/* The command line of vmwatch. */
#ifndef VMEVENTS_WATCH_OPTIONS_H
#define VMEVENTS_WATCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

/* What vmwatch is to do. */
enum mode
{
    MODE_WATCH,  /* shows events as they arrive */
    MODE_FROM,   /* shows those that a recording has */
    MODE_RAW,    /* records what Hyper-V says of a machine */
    MODE_LIST,   /* lists the machines */
    MODE_EVENTS, /* lists the events */
    MODE_HELP,
    MODE_VERSION
};

/* Whether what is shown has colours. */
enum colour_choice
{
    COLOUR_AUTO, /* on a terminal, unless NO_COLOR forbids it */
    COLOUR_ALWAYS,
    COLOUR_NEVER
};

/* Which time stands in front of an event. */
enum clock_choice
{
    CLOCK_LOCAL,
    CLOCK_UTC,
    CLOCK_RELATIVE /* since the first event that is shown */
};

/* Strings are those of the command line. */
struct options
{
    enum mode mode;
    WCHAR **machines; /* names and addresses */
    size_t machine_count;
    bool all;                /* every machine of the host */
    const WCHAR *name;       /* of a machine that is given by its address; NULL: made of that */
    const WCHAR *play;       /* NULL: watch only */
    double speed;            /* of what is played */
    uint32_t only;           /* the bits of the events that are shown */
    const WCHAR *from;       /* NULL: no recording is read */
    const WCHAR *record;     /* NULL: nothing is recorded */
    const WCHAR *timeline;   /* NULL: no page is written */
    const WCHAR *record_raw; /* the file that what Hyper-V says is recorded into; NULL: it is not */
    bool replace_names;      /* in that file */
    long count;              /* end after so many events; 0: no such end */
    DWORD timeout_ms;        /* end after so long; INFINITE: no such end */
    bool json;
    enum colour_choice colour;
    enum clock_choice clock;
};

/* What --help prints, for SysFreeString; NULL: out of memory. */
BSTR options_usage(void);

/* Whether it is an address: a word and a colon, which no name of a machine has. The host knows which kinds there are. */
bool options_is_address(const WCHAR *machine);

/* Sorts argv: the machines are put in a row in it. False: *description says what is wrong, for SysFreeString; NULL: out of
 * memory. */
bool options_parse(int argc, WCHAR **argv, struct options *options, BSTR *description);

#endif
