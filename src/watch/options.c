#include "watch/options.h"

#include <math.h>
#include <stdio.h>
#include <wchar.h>

const WCHAR usage[] =
        L"usage: vmwatch MACHINE [--play FILE] [--speed N] [--count N] [--timeout S] [--json]\n"
        L"       vmwatch ADDRESS [--name NAME] [--count N] [--timeout S] [--json]\n"
        L"\n"
        L"Shows the events of a machine of VMEvents.Host, a line each, as they arrive.\n"
        L"\n"
        L"  MACHINE      its name; a simulated machine is made when there is none of that name\n"
        L"  ADDRESS      of a live machine: qemu:HOST:PORT[,agent=PORT], where QEMU was started with\n"
        L"               -qmp tcp:HOST:PORT,server=on,wait=off; docs/qemu.md has all of it\n"
        L"  --name NAME  what the host is to call the live machine\n"
        L"  --play FILE  has the machine play a scenario, and ends when that is over\n"
        L"  --speed N    plays it N times as fast\n"
        L"  --count N    ends after N events\n"
        L"  --timeout S  ends after S seconds\n"
        L"  --json       one JSON object a line\n"
        L"\n"
        L"Exit code: 0 the end that was asked for, 1 an error, 2 a wrong command line,\n"
        L"3 the time was up before --count events came.\n";

static bool parse_number(const WCHAR *string, double least, double most, double *number)
{
    WCHAR *end;

    *number = wcstod(string, &end);
    return end != string && !*end && isfinite(*number) && *number >= least && *number <= most;
}

/* The word after an option. */
static const WCHAR *next_word(int argc, WCHAR **argv, int *i, WCHAR complaint[256])
{
    if (*i + 1 < argc)
        return argv[++*i];
    _snwprintf(complaint, 256, L"%.100ls needs a value behind it", argv[*i]);
    return NULL;
}

static bool parse_option(int argc, WCHAR **argv, int *i, struct options *options, WCHAR complaint[256])
{
    const WCHAR *option = argv[*i], *word;
    double number;

    if (!wcscmp(option, L"--json"))
        return options->json = true;
    if (!wcscmp(option, L"--help") || !wcscmp(option, L"-h") || !wcscmp(option, L"/?"))
        return options->help = true;
    if (wcscmp(option, L"--name") && wcscmp(option, L"--play") && wcscmp(option, L"--speed") && wcscmp(option, L"--count")
            && wcscmp(option, L"--timeout"))
    {
        _snwprintf(complaint, 256, L"there is no option %.100ls; vmwatch --help lists them", option);
        return false;
    }
    if (!(word = next_word(argc, argv, i, complaint)))
        return false;
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
    _snwprintf(complaint, 256, L"%ls is %.100ls; it has to be a %ls", option, word,
            !wcscmp(option, L"--count")            ? L"whole number from 1 up"
                    : !wcscmp(option, L"--timeout") ? L"number of seconds, 4000000 at most"
                                                    : L"number above 0, like 0.5 or 10");
    return false;
}

bool options_is_address(const WCHAR *machine)
{
    return !wcsncmp(machine, L"qemu:", wcslen(L"qemu:"));
}

bool options_parse(int argc, WCHAR **argv, struct options *options, WCHAR complaint[256])
{
    *options = (struct options){.speed = 1, .timeout_ms = INFINITE};
    complaint[255] = 0;
    for (int i = 1; i < argc; ++i)
    {
        if (argv[i][0] == '-' || !wcscmp(argv[i], L"/?"))
        {
            if (!parse_option(argc, argv, &i, options, complaint))
                return false;
        }
        else if (options->machine)
        {
            _snwprintf(complaint, 256, L"one machine can be watched; %.100ls is one too many", argv[i]);
            return false;
        }
        else
        {
            options->machine = argv[i];
        }
    }
    if (!options->machine && !options->help)
    {
        wcscpy(complaint, L"which machine? vmwatch --help tells how to call it");
        return false;
    }
    if (options->name && !options->help && !options_is_address(options->machine))
    {
        wcscpy(complaint, L"--name is for a machine that is given by its address");
        return false;
    }
    return true;
}
