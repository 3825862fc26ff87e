#include "forward/program/options.h"

#include <stdio.h>
#include <wchar.h>

#include "forward/config.h"
#include "forward/program/output.h"
#include "forward/program/wide.h"

static const char usage[] =
        "usage: vmforward [--config FILE]\n"
        "       vmforward --check | --status | /install | /uninstall [--config FILE]\n"
        "\n"
        "Sends the events of the machines of VMEvents.Host to a broker (MQTT 3.1.1), each at least once and in the "
        "order\n"
        "of its machine. Events are kept on disk until the broker has acknowledged them.\n"
        "\n"
        "  --config FILE  the configuration; without it vmforward.conf beside the program. Paths in it that are\n"
        "                 relative begin in its folder\n"
        "  --check        looks at the whole configuration, and says in which line what is wrong\n"
        "  --status       how the vmforward fares that has this configuration\n"
        "  /install       makes it a service of Windows, which starts with the computer\n"
        "  /uninstall     ends the service and removes it\n"
        "  --help, -h     this text\n"
        "  --version      the version\n"
        "\n"
        "It ends by Ctrl+C. Exit code: 0 the end that was asked for, 1 an error, 2 a wrong command line, 3 --status:\n"
        "no vmforward runs.\n"
        "\n"
        "The configuration has a line `key = value` each; lines that begin with # are comments.\n"
        "\n";

bool options_write_help(void)
{
    struct utf8_text text = {0};
    bool written;

    utf8_text_append(&text, usage);
    for (const struct config_key *key = config_keys; key->name; ++key)
        utf8_text_append_format(&text, "  %s = %s\n      %s\n", key->name, key->value, key->meaning);
    written = utf8_text_get(&text) && output_write(text.start);
    if (text.failed)
        output_complain("out of memory");
    utf8_text_free(&text);
    return written;
}

static bool complain(const char *format, const WCHAR *word)
{
    char *utf8 = utf8_from_wide(word);
    char text[1024];

    /* Only our own formats come here, each with one string. */
    snprintf(text, sizeof(text), "%.900s", utf8 ? utf8 : "");
    output_complain(format, text); /* NOLINT(clang-diagnostic-format-nonliteral) */
    wide_free(utf8);
    return false;
}

static bool default_config(WCHAR *path, DWORD size)
{
    static const WCHAR name[] = L"vmforward.conf";
    DWORD length = GetModuleFileNameW(NULL, path, size);
    WCHAR *last;

    if (!length || length == size || !(last = wcsrchr(path, '\\'))
            || (size_t)(last + 1 - path) + ARRAYSIZE(name) > size)
        return false;
    wcscpy(last + 1, name);
    return true;
}

static const struct
{
    const WCHAR *word;
    enum action action;
} actions[] = {{L"--check", ACTION_CHECK}, {L"--status", ACTION_STATUS}, {L"/install", ACTION_INSTALL},
        {L"--install", ACTION_INSTALL}, {L"/uninstall", ACTION_UNINSTALL}, {L"--uninstall", ACTION_UNINSTALL},
        {L"--service", ACTION_SERVICE}, {L"--help", ACTION_HELP}, {L"-h", ACTION_HELP}, {L"/?", ACTION_HELP},
        {L"--version", ACTION_VERSION}};

/* False: it is no word for what is to be done. */
static bool take_action(struct options *options, const WCHAR *word)
{
    for (size_t i = 0; i < ARRAYSIZE(actions); ++i)
    {
        if (_wcsicmp(word, actions[i].word) != 0)
            continue;
        /* Help is given whatever else there is. */
        if (options->action != ACTION_HELP)
            options->action = actions[i].action;
        return true;
    }
    return false;
}

bool options_parse(int argc, WCHAR **argv, struct options *options)
{
    const WCHAR *config = NULL;
    bool has_action = false;
    DWORD length;

    options->action = ACTION_FORWARD;
    for (int i = 1; i < argc; ++i)
    {
        if (!wcscmp(argv[i], L"--config"))
        {
            if (++i == argc)
                return complain("%s needs a file behind it", argv[i - 1]);
            if (config)
                return complain("%s is given twice", argv[i - 1]);
            config = argv[i];
            continue;
        }
        if (has_action && options->action != ACTION_HELP)
            return complain("one thing can be done at a time; \"%s\" is one too many", argv[i]);
        if (!take_action(options, argv[i]))
            return complain("there is no option \"%s\"; vmforward --help lists them", argv[i]);
        has_action = true;
    }
    if (!config)
        return default_config(options->config, ARRAYSIZE(options->config))
                || complain("the path of the program is too long%s", L"");
    length = GetFullPathNameW(config, ARRAYSIZE(options->config), options->config, NULL);
    return (length && length < ARRAYSIZE(options->config)) || complain("\"%s\" is no path of a file", config);
}
