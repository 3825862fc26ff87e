/*
 * vmwatch: connects a sink to machines and prints their events. Uses nothing but the public interfaces, and is
 * meant to be read as an example of them; all but raw_recording.c, which records what a host would be told.
 */
#include "platform/dll_search.h"
#include "platform/version.h"
#include "watch/from.h"
#include "watch/listing.h"
#include "watch/options.h"
#include "watch/output.h"
#include "watch/raw_recording.h"
#include "watch/watching.h"

#include <stdio.h>
#include <wchar.h>

static enum exit_code write_usage(void)
{
    BSTR usage = options_usage();
    bool written = usage && output_write(usage);

    if (!usage)
        output_complain(L"out of memory");
    SysFreeString(usage);
    return written ? EXIT_DONE : EXIT_ERROR;
}

static enum exit_code write_version(void)
{
    WCHAR version[VERSION_TEXT_SIZE], line[VERSION_TEXT_SIZE + 32];

    _snwprintf(line, ARRAYSIZE(line), L"vmwatch (vmevents) %ls\n", version_of_program(version));
    return output_write(line) ? EXIT_DONE : EXIT_ERROR;
}

static enum exit_code run(const struct options *options)
{
    HRESULT hr;

    line_choose_colours(options->colour);
    switch (options->mode)
    {
        case MODE_HELP:
            return write_usage();
        case MODE_VERSION:
            return write_version();
        case MODE_EVENTS:
            return list_events(options);
        case MODE_FROM:
            return show_recording(options);
        default:
            break;
    }
    if (FAILED(hr = CoInitializeEx(NULL, COINIT_MULTITHREADED)))
    {
        output_complain_of(L"COM does not start", hr, NULL);
        return EXIT_ERROR;
    }
    if (options->mode == MODE_RAW)
        return raw_recording_run(options) ? EXIT_DONE : EXIT_ERROR;
    return options->mode == MODE_LIST ? list_machines(options) : watch_machines(options);
}

/* The entry of a Unicode program (-municode); no header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    struct options options;
    BSTR description;

    dll_search_system_only();
    if (!options_parse(argc, argv, &options, &description))
    {
        output_complain(L"%ls", description ? description : L"out of memory");
        SysFreeString(description);
        return EXIT_USAGE;
    }
    /* Ends without waiting for a thread that may still be in Play. */
    ExitProcess(run(&options));
}
