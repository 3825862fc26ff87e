/* The command line of vmwatch. */
#ifndef VMEVENTS_WATCH_OPTIONS_H
#define VMEVENTS_WATCH_OPTIONS_H

#include <stdbool.h>

#include <windows.h>

struct options
{
    const WCHAR *machine;    /* a name or an address */
    const WCHAR *name;       /* of a machine that is given by its address; NULL: made of that */
    const WCHAR *play;       /* NULL: watch only */
    const WCHAR *record_raw; /* the file that what is said of the machine is recorded into; NULL: it is not */
    bool replace_names;      /* in that file */
    double speed;
    long count;       /* end after so many events; 0: no such end */
    DWORD timeout_ms; /* end after so long; INFINITE: no such end */
    bool json;
    bool help;
    bool version;
};

extern const WCHAR usage[];

/* Whether it is an address: a word and a colon, which no name of a machine has. The host knows which kinds there are. */
bool options_is_address(const WCHAR *machine);

/* False: *description says what is wrong, for SysFreeString; NULL: out of memory. */
bool options_parse(int argc, WCHAR **argv, struct options *options, BSTR *description);

#endif
