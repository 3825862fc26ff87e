/* An option is a row of the table here; the usage and the complaints are made of it. */
#include "watch/options.h"

#include "event/catalogue.h"
#include "event/text.h"

#include <math.h>
#include <stddef.h>
#include <wchar.h>

static bool take_flag(void *field, const WCHAR *word)
{
    (void)word;
    return *(bool *)field = true;
}

static bool take_text(void *field, const WCHAR *word)
{
    *(const WCHAR **)field = word;
    return *word != 0;
}

static bool parse_number(const WCHAR *string, double least, double most, double *number)
{
    WCHAR *end;

    *number = wcstod(string, &end);
    return end != string && !*end && isfinite(*number) && *number >= least && *number <= most;
}

static bool take_speed(void *field, const WCHAR *word)
{
    return parse_number(word, 1e-3, 1e9, field);
}

static bool take_count(void *field, const WCHAR *word)
{
    double number;

    if (!parse_number(word, 1, 2147483647, &number) || number != floor(number))
        return false;
    *(long *)field = (long)number;
    return true;
}

static bool take_seconds(void *field, const WCHAR *word)
{
    double number;

    if (!parse_number(word, 0, 4000000, &number))
        return false;
    *(DWORD *)field = (DWORD)(number * 1000);
    return true;
}

static bool take_events(void *field, const WCHAR *word)
{
    return (*(uint32_t *)field = event_mask_from_list(word, wcslen(word))) != 0;
}

/* The place of the word among others, which is the value of an enumerator. */
static bool take_word(void *field, const WCHAR *word, const WCHAR *const *words)
{
    for (int i = 0; words[i]; ++i)
    {
        if (!wcscmp(word, words[i]))
        {
            *(int *)field = i;
            return true;
        }
    }
    return false;
}

static bool take_colour(void *field, const WCHAR *word)
{
    static const WCHAR *const words[] = {
            [COLOUR_AUTO] = L"auto", [COLOUR_ALWAYS] = L"always", [COLOUR_NEVER] = L"never", NULL};

    C_ASSERT(sizeof(enum colour_choice) == sizeof(int));
    return take_word(field, word, words);
}

static bool take_clock(void *field, const WCHAR *word)
{
    static const WCHAR *const words[] = {
            [CLOCK_LOCAL] = L"local", [CLOCK_UTC] = L"utc", [CLOCK_RELATIVE] = L"relative", NULL};

    C_ASSERT(sizeof(enum clock_choice) == sizeof(int));
    return take_word(field, word, words);
}

static bool take_mode(void *field, enum mode mode)
{
    *(enum mode *)field = mode;
    return true;
}

static bool take_list(void *field, const WCHAR *word)
{
    (void)word;
    return take_mode(field, MODE_LIST);
}

static bool take_catalogue(void *field, const WCHAR *word)
{
    (void)word;
    return take_mode(field, MODE_EVENTS);
}

static bool take_help(void *field, const WCHAR *word)
{
    (void)word;
    return take_mode(field, MODE_HELP);
}

static bool take_version(void *field, const WCHAR *word)
{
    (void)word;
    return take_mode(field, MODE_VERSION);
}

#define AT(mode) (1u << (mode))
#define WATCHING AT(MODE_WATCH)
#define SHOWING (AT(MODE_WATCH) | AT(MODE_FROM))
#define RECORDING_RAW AT(MODE_RAW)
#define LISTING (AT(MODE_LIST) | AT(MODE_EVENTS))

#define FIELD(name) offsetof(struct options, name)

static const struct option
{
    const WCHAR *name;
    const WCHAR *value;                           /* what the usage calls its value; NULL: it has none */
    bool (*take)(void *field, const WCHAR *word); /* false: the word is no legal value */
    size_t field;
    unsigned int modes;   /* in which it is of use */
    const WCHAR *legal;   /* what a value has to be, for a complaint */
    const WCHAR *meaning; /* for the usage; lines of it are parted by \n */
} option_table[] = {
        {L"--all", NULL, take_flag, FIELD(all), WATCHING, NULL,
                L"watches every machine of the host, those that come later too"},
        {L"--name", L"NAME", take_text, FIELD(name), WATCHING, NULL, L"what the host is to call the live machine"},
        {L"--play", L"FILE", take_text, FIELD(play), WATCHING, NULL,
                L"has the machine play a scenario or a recording, with --all every machine of a\n"
                L"recording, and ends when that is over"},
        {L"--speed", L"N", take_speed, FIELD(speed), WATCHING, L"; it has to be a number above 0, like 0.5 or 10",
                L"plays it N times as fast"},
        {L"--only", L"EVENTS", take_events, FIELD(only), SHOWING | AT(MODE_EVENTS),
                L"; it has to be an event's name, a pattern like \"OnGuest*\", or several of them with commas; "
                L"vmwatch --events lists what there is",
                L"shows these alone: OnReset, \"OnGuest*\", \"OnReset, IVMDVDDriveEvents.*\""},
        {L"--record", L"FILE", take_text, FIELD(record), SHOWING, NULL,
                L"writes them to a file too, as --json prints them; goes on with one that is there"},
        {L"--timeline", L"PAGE", take_text, FIELD(timeline), SHOWING, NULL,
                L"writes a page of HTML that shows them in lanes, for a browser"},
        {L"--from", L"FILE", take_text, FIELD(from), AT(MODE_FROM), NULL,
                L"shows the events of a recording; nothing is printed when --timeline or --record\n"
                L"makes a file of them"},
        {L"--record-raw", L"FILE", take_text, FIELD(record_raw), RECORDING_RAW, NULL,
                L"shows nothing, and writes what Hyper-V says of the machine into a new file, for\n"
                L"the tests of vmevents; docs/hyperv.md asks for such files"},
        {L"--replace-names", NULL, take_flag, FIELD(replace_names), RECORDING_RAW, NULL,
                L"writes names, paths and GUIDs there as name1, name2 and so on"},
        {L"--count", L"N", take_count, FIELD(count), SHOWING | RECORDING_RAW,
                L"; it has to be a whole number from 1 up", L"ends after N events that were shown"},
        {L"--timeout", L"S", take_seconds, FIELD(timeout_ms), WATCHING | RECORDING_RAW,
                L"; it has to be a number of seconds, 4000000 at most", L"ends after S seconds"},
        {L"--json", NULL, take_flag, FIELD(json), SHOWING | LISTING, NULL, L"one JSON object a line"},
        {L"--color", L"WHEN", take_colour, FIELD(colour), SHOWING | LISTING, L"; it has to be auto, always or never",
                L"auto (on a terminal, unless NO_COLOR is set), always or never"},
        {L"--clock", L"WHICH", take_clock, FIELD(clock), SHOWING, L"; it has to be local, utc or relative",
                L"local, utc, or relative to the first event that is shown"},
        {L"--list", NULL, take_list, FIELD(mode), AT(MODE_LIST), NULL,
                L"lists the machines of the host and those that Hyper-V has, with their states"},
        {L"--events", NULL, take_catalogue, FIELD(mode), AT(MODE_EVENTS), NULL,
                L"lists what can be heard: events, their numbers, parameters and legal values"},
        {L"--help", NULL, take_help, FIELD(mode), ~0u, NULL, L"this text; also -h, /?"},
        {L"--version", NULL, take_version, FIELD(mode), ~0u, NULL, L"the version"},
};

/* Where the meanings begin in the usage. */
#define MEANING_COLUMN 20

static void append_blanks(struct text *text, size_t count)
{
    while (count--)
        text_append(text, L" ");
}

static void append_row(struct text *text, const WCHAR *name, const WCHAR *value, const WCHAR *meaning)
{
    size_t length = 2 + wcslen(name) + (value ? 1 + wcslen(value) : 0), line;

    text_append(text, L"  ");
    text_append(text, name);
    text_append(text, value ? L" " : L"");
    text_append(text, value ? value : L"");
    for (;; meaning += line + 1, length = 0)
    {
        append_blanks(text, MEANING_COLUMN - length);
        line = wcscspn(meaning, L"\n");
        text_append_part(text, meaning, line);
        text_append(text, L"\n");
        if (!meaning[line])
            return;
    }
}

BSTR options_usage(void)
{
    struct text text = {0};

    text_append(&text,
            L"usage: vmwatch MACHINE... [OPTION...]\n"
            L"       vmwatch --all [OPTION...]\n"
            L"       vmwatch --from FILE [OPTION...]\n"
            L"       vmwatch hyperv:MACHINE --record-raw FILE [OPTION...]\n"
            L"       vmwatch --list | --events [OPTION...]\n"
            L"\n"
            L"Shows the events of machines of VMEvents.Host, a line each, as they arrive.\n"
            L"\n");
    append_row(&text, L"MACHINE", NULL,
            L"a name: a simulated machine is made when there is none of that name; or the address\n"
            L"of a live machine, with its kind before a colon, which no name has, as in\n"
            L"qemu:127.0.0.1:4444,agent=4445; docs/qemu.md, hyperv.md and fleet.md have all of it");
    for (size_t i = 0; i < ARRAYSIZE(option_table); ++i)
        append_row(&text, option_table[i].name, option_table[i].value, option_table[i].meaning);
    text_append(&text,
            L"\n"
            L"A value may also follow behind an equals sign: --color=never.\n"
            L"\n"
            L"Exit code: 0 the end that was asked for, 1 an error, 2 a wrong command line,\n"
            L"3 the time was up before --count events came.\n");
    return text_finish(&text);
}

/* Describes what is wrong by two texts of ours with a word of the command line between them. Returns false. */
static bool complain(BSTR *description, const WCHAR *before, const WCHAR *word, size_t length, const WCHAR *behind)
{
    struct text text = {0};

    text_append(&text, before);
    text_append_beginning(&text, word, length, TEXT_QUOTE_MAX);
    text_append(&text, behind);
    *description = text_finish(&text);
    return false;
}

/* Puts texts of ours in a row. Returns false. */
static bool complain_plainly(BSTR *description, const WCHAR *what, const WCHAR *more, const WCHAR *still_more)
{
    struct text text = {0};

    text_append(&text, what);
    text_append(&text, more);
    text_append(&text, still_more);
    *description = text_finish(&text);
    return false;
}

C_ASSERT(ARRAYSIZE(option_table) <= 32); /* each has a bit in `given` */

static bool complain_of_value(BSTR *description, const struct option *option, const WCHAR *word)
{
    struct text text = {0};

    text_append(&text, option->name);
    text_append(&text, *word ? L" is " : L" is empty");
    text_append_beginning(&text, word, wcslen(word), TEXT_QUOTE_MAX);
    text_append(&text, option->legal ? option->legal : L"");
    *description = text_finish(&text);
    return false;
}

/* NULL: there is no such option. */
static const struct option *find_option(const WCHAR *word, size_t length)
{
    if ((length == 2 && !wcsncmp(word, L"-h", 2)) || (length == 2 && !wcsncmp(word, L"/?", 2)))
        return find_option(L"--help", 6);
    for (size_t i = 0; i < ARRAYSIZE(option_table); ++i)
    {
        if (wcslen(option_table[i].name) == length && !wcsncmp(option_table[i].name, word, length))
            return &option_table[i];
    }
    return NULL;
}

static bool parse_option(
        int argc, WCHAR **argv, int *i, struct options *options, const struct option **option, BSTR *description)
{
    const WCHAR *word = argv[*i], *value;
    size_t length = wcscspn(word, L"=");

    if (!(*option = find_option(word, length)))
        return complain(description, L"there is no option ", word, length, L"; vmwatch --help lists them");
    if (!(*option)->value && word[length])
        return complain(description, L"", word, length, L" takes no value");
    value = word[length] ? word + length + 1 : NULL;
    if ((*option)->value && !value && *i + 1 == argc)
        return complain(description, L"", word, length, L" needs a value behind it");
    if ((*option)->value && !value)
        value = argv[++*i];
    return (*option)->take((char *)options + (*option)->field, value)
            || complain_of_value(description, *option, value ? value : L"");
}

bool options_is_address(const WCHAR *machine)
{
    size_t length = wcsspn(machine, L"abcdefghijklmnopqrstuvwxyz");

    return length && machine[length] == ':';
}

static const WCHAR *mode_name(enum mode mode)
{
    switch (mode)
    {
        case MODE_LIST:
            return L"--list";
        case MODE_EVENTS:
            return L"--events";
        case MODE_FROM:
            return L"--from";
        case MODE_RAW:
            return L"--record-raw";
        default:
            return L"--all or machines";
    }
}

/* An option that would have no effect is one that was meant otherwise. */
static bool check_use(const struct options *options, const struct option *option, BSTR *description)
{
    if (option->modes & AT(options->mode))
        return true;
    return complain_plainly(description, option->name, L" is of no use with ", mode_name(options->mode));
}

static bool check_machines(const struct options *options, BSTR *description)
{
    const WCHAR *first = options->machine_count ? options->machines[0] : L"";

    if (options->mode == MODE_RAW)
    {
        return options->machine_count == 1
                || complain_plainly(description, L"--record-raw is for one machine, hyperv:NAME", L"", L"");
    }
    if (options->mode != MODE_WATCH && options->machine_count)
        return complain_plainly(description, L"no machine can be named beside ", mode_name(options->mode), L"");
    if (options->mode != MODE_WATCH)
        return true;
    if (options->all && options->machine_count)
        return complain(description, L"--all is every machine; ", first, wcslen(first), L" is one of them, or none");
    if (!options->all && !options->machine_count)
        return complain_plainly(description, L"which machine? vmwatch --help tells how to call it", L"", L"");
    if (options->name && (options->machine_count != 1 || !options_is_address(first)))
        return complain_plainly(description, L"--name is for one machine that is given by its address", L"", L"");
    if (options->speed && !options->play)
        return complain_plainly(description, L"--speed is of no use without --play", L"", L"");
    if (options->play && !options->all && options->machine_count != 1)
        return complain_plainly(
                description, L"--play is for one machine, or with --all for those of a recording", L"", L"");
    return true;
}

bool options_parse(int argc, WCHAR **argv, struct options *options, BSTR *description)
{
    const struct option *option;
    uint32_t given = 0;

    *options = (struct options){.machines = argv + 1, .only = UINT32_MAX, .timeout_ms = INFINITE};
    *description = NULL;
    for (int i = 1; i < argc; ++i)
    {
        if (argv[i][0] != '-' && wcscmp(argv[i], L"/?") != 0)
        {
            options->machines[options->machine_count++] = argv[i];
            continue;
        }
        if (!parse_option(argc, argv, &i, options, &option, description))
            return false;
        if (options->mode == MODE_HELP || options->mode == MODE_VERSION)
            return true;
        /* One of two values would win unseen. */
        if (option->value && (given & 1u << (option - option_table)))
            return complain_plainly(description, option->name, L" is given twice", L"");
        given |= 1u << (option - option_table);
    }
    if (options->record_raw)
        options->mode = MODE_RAW;
    if (options->from)
        options->mode = MODE_FROM;
    for (size_t i = 0; i < ARRAYSIZE(option_table); ++i)
    {
        if ((given & 1u << i) && !check_use(options, &option_table[i], description))
            return false;
    }
    if (!check_machines(options, description))
        return false;
    if (!options->speed)
        options->speed = 1;
    return true;
}
