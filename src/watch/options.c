#include "watch/options.h"

#include "event/text.h"

#include <math.h>
#include <stdio.h>
#include <wchar.h>

const WCHAR usage[] =
        L"usage: vmwatch MACHINE [--play FILE] [--speed N] [--count N] [--timeout S] [--json]\n"
        L"       vmwatch ADDRESS [--name NAME] [--count N] [--timeout S] [--json]\n"
        L"       vmwatch hyperv:MACHINE --record-raw FILE [--replace-names] [--count N] [--timeout S]\n"
        L"\n"
        L"Shows the events of a machine of VMEvents.Host, a line each, as they arrive.\n"
        L"\n"
        L"  MACHINE      its name; a simulated machine is made when there is none of that name\n"
        L"  ADDRESS      of a live machine, with its kind before a colon, which no name has, as in\n"
        L"               qemu:127.0.0.1:4444,agent=4445; docs/qemu.md has all of it\n"
        L"  --name NAME  what the host is to call the live machine\n"
        L"  --play FILE  has the machine play a scenario, and ends when that is over\n"
        L"  --speed N    plays it N times as fast\n"
        L"  --count N    ends after N events\n"
        L"  --timeout S  ends after S seconds\n"
        L"  --json       one JSON object a line\n"
        L"  --record-raw FILE  shows nothing, and writes what Hyper-V says of the machine into a new file, for\n"
        L"               the tests of vmevents; docs/hyperv.md asks for such files\n"
        L"  --replace-names  writes names, paths and GUIDs there as name1, name2 and so on\n"
        L"  --help, -h   this text\n"
        L"  --version    the version\n"
        L"\n"
        L"Exit code: 0 the end that was asked for, 1 an error, 2 a wrong command line,\n"
        L"3 the time was up before --count events came.\n";

static bool parse_number(const WCHAR *string, double least, double most, double *number)
{
    WCHAR *end;

    *number = wcstod(string, &end);
    return end != string && !*end && isfinite(*number) && *number >= least && *number <= most;
}

/* Describes what is wrong by a word of the command line, between two texts of ours. Returns false. */
static bool complain(BSTR *description, const WCHAR *before, const WCHAR *word, const WCHAR *behind)
{
    struct text text = {0};

    text_append(&text, before);
    text_append_beginning(&text, word, wcslen(word), TEXT_QUOTE_MAX);
    text_append(&text, behind);
    *description = text_finish(&text);
    return false;
}

static const struct
{
    const WCHAR *name;
    const WCHAR *legal; /* what its value has to be, for a description; NULL: anything is legal */
} options_with_value[] = {
        {L"--name", NULL},
        {L"--play", NULL},
        {L"--record-raw", NULL},
        {L"--speed", L"; it has to be a number above 0, like 0.5 or 10"},
        {L"--count", L"; it has to be a whole number from 1 up"},
        {L"--timeout", L"; it has to be a number of seconds, 4000000 at most"},
};

/* False: the word is no legal value of the option. */
static bool take_value(struct options *options, const WCHAR *option, const WCHAR *word)
{
    double number;

    if (!wcscmp(option, L"--name"))
    {
        options->name = word;
        return true;
    }
    if (!wcscmp(option, L"--play"))
    {
        options->play = word;
        return true;
    }
    if (!wcscmp(option, L"--record-raw"))
    {
        options->record_raw = word;
        return true;
    }
    if (!wcscmp(option, L"--speed") && parse_number(word, 1e-3, 1e9, &number))
    {
        options->speed = number;
        return true;
    }
    if (!wcscmp(option, L"--count") && parse_number(word, 1, 2147483647, &number) && number == floor(number))
    {
        options->count = (long)number;
        return true;
    }
    if (!wcscmp(option, L"--timeout") && parse_number(word, 0, 4000000, &number))
    {
        options->timeout_ms = (DWORD)(number * 1000);
        return true;
    }
    return false;
}

static bool parse_option(int argc, WCHAR **argv, int *i, struct options *options, BSTR *description)
{
    const WCHAR *option = argv[*i];
    size_t place = 0;
    WCHAR before[32];

    if (!wcscmp(option, L"--json"))
        return options->json = true;
    if (!wcscmp(option, L"--help") || !wcscmp(option, L"-h") || !wcscmp(option, L"/?"))
        return options->help = true;
    if (!wcscmp(option, L"--replace-names"))
        return options->replace_names = true;
    if (!wcscmp(option, L"--version"))
        return options->version = true;
    while (place < ARRAYSIZE(options_with_value) && wcscmp(option, options_with_value[place].name))
        ++place;
    if (place == ARRAYSIZE(options_with_value))
        return complain(description, L"there is no option ", option, L"; vmwatch --help lists them");
    if (*i + 1 == argc)
        return complain(description, L"", option, L" needs a value behind it");
    if (take_value(options, option, argv[++*i]))
        return true;
    _snwprintf(before, ARRAYSIZE(before), L"%ls is ", option);
    return complain(description, before, argv[*i], options_with_value[place].legal);
}

bool options_is_address(const WCHAR *machine)
{
    size_t length = wcsspn(machine, L"abcdefghijklmnopqrstuvwxyz");

    return length && machine[length] == ':';
}

bool options_parse(int argc, WCHAR **argv, struct options *options, BSTR *description)
{
    *options = (struct options){.speed = 1, .timeout_ms = INFINITE};
    *description = NULL;
    for (int i = 1; i < argc; ++i)
    {
        if (argv[i][0] == '-' || !wcscmp(argv[i], L"/?"))
        {
            if (!parse_option(argc, argv, &i, options, description))
                return false;
        }
        else if (options->machine)
        {
            return complain(description, L"one machine can be watched; ", argv[i], L" is one too many");
        }
        else
        {
            options->machine = argv[i];
        }
    }
    if (options->help || options->version)
        return true;
    if (!options->machine)
        return complain(description, L"which machine? vmwatch --help tells how to call it", L"", L"");
    if (options->replace_names && !options->record_raw)
        return complain(description, L"--replace-names is for --record-raw", L"", L"");
    if (options->record_raw && (options->play || options->json || options->name))
        return complain(
                description, L"--record-raw shows nothing: --play, --json and --name do not go with it", L"", L"");
    if (options->name && !options_is_address(options->machine))
        return complain(description, L"--name is for a machine that is given by its address", L"", L"");
    return true;
}
