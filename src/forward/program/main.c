/* vmforward: the events of a host's machines to a broker. Of the host it uses the public interfaces alone. */
#include <stdio.h>

#include "forward/forwarder.h"
#include "forward/program/hearing.h"
#include "forward/program/options.h"
#include "forward/program/output.h"
#include "forward/program/service.h"
#include "forward/program/settings.h"
#include "forward/program/wide.h"
#include "platform/dll_search.h"
#include "platform/memory.h"
#include "platform/version.h"

enum exit_code
{
    EXIT_DONE = 0,
    EXIT_ERROR = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_RUNNING = 3
};

static struct options options;

/* Set when vmforward is to end, by whatever thread. */
static HANDLE stop_event;

static void stop(void)
{
    SetEvent(stop_event);
}

static BOOL WINAPI on_console(DWORD event)
{
    (void)event;
    stop();
    /* When the console is closed or the user logs off, the process ends as soon as this returns. */
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

static void say(void *context, bool is_fault, const char *text)
{
    (void)context;
    output_tell(is_fault, text);
}

/* Ends the hearing before the forwarder, so that what was heard is kept. */
struct ending
{
    struct forwarder *forwarder;
    struct hearing *hearing;
};

static DWORD CALLBACK end_both(void *context)
{
    struct ending *ending = context;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    WaitForSingleObject(stop_event, INFINITE);
    hearing_end(ending->hearing);
    forwarder_stop(ending->forwarder);
    CoUninitialize();
    return 0;
}

static int forward_with(const struct settings *settings)
{
    struct forwarder_options forwarder_options = {.config = &settings->config,
            .password = settings->password,
            .credentials = settings->credentials,
            .say = say};
    struct ending ending = {.forwarder = forwarder_open(&forwarder_options)};
    const char *why;
    HANDLE thread;

    if (!ending.forwarder)
    {
        output_tell(true, "out of memory");
        return EXIT_ERROR;
    }
    if (!(ending.hearing = hearing_begin(ending.forwarder, &settings->config))
            || !(thread = CreateThread(NULL, 0, end_both, &ending, 0, NULL)))
        return EXIT_ERROR;
    if ((why = forwarder_run(ending.forwarder)))
        output_tell(true, why);
    else
        WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    return why ? EXIT_ERROR : EXIT_DONE;
}

static int forward(void)
{
    struct settings settings;

    if (!settings_read(&settings, options.config))
        return EXIT_ERROR;
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED)))
    {
        output_tell(true, "COM does not start");
        return EXIT_ERROR;
    }
    /* The process ends with it, and with what may still hang in a call. */
    return forward_with(&settings);
}

static int check(void)
{
    struct settings settings;

    if (!settings_read(&settings, options.config))
        return EXIT_ERROR;
    settings_free(&settings);
    return output_write("the configuration is right\n") ? EXIT_DONE : EXIT_ERROR;
}

/* Reads the status of whoever has that configuration. */
static bool read_status(const struct config *config, struct status *status)
{
    WCHAR *path = wide_from_utf8(config->status_file);
    HANDLE file = INVALID_HANDLE_VALUE;
    static char text[65536];
    DWORD size = 0;
    bool read;

    if (path)
        file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    wide_free(path);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    read = ReadFile(file, text, sizeof(text), &size, NULL) && status_read(status, text, size);
    CloseHandle(file);
    return read;
}

static uint64_t seconds_now(void)
{
    const uint64_t from_1601_to_1970 = UINT64_C(11644473600);
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    return (((uint64_t)now.dwHighDateTime << 32) | now.dwLowDateTime) / 10000000 - from_1601_to_1970;
}

static int show_status(void)
{
    struct utf8_text text = {0};
    struct settings settings;
    struct status status;
    bool read, written;

    if (!settings_read_alone(&settings, options.config))
        return EXIT_ERROR;
    read = read_status(&settings.config, &status);
    settings_free(&settings);
    if (!read)
    {
        output_complain("no vmforward has run with this configuration yet");
        return EXIT_NOT_RUNNING;
    }
    status_describe(&text, &status, seconds_now());
    written = utf8_text_get(&text) && output_write(text.start);
    if (text.failed)
        output_complain("out of memory");
    utf8_text_free(&text);
    if (!written)
        return EXIT_ERROR;
    return status_is_of_one_that_runs(&status, seconds_now()) ? EXIT_DONE : EXIT_NOT_RUNNING;
}

static int write_version(void)
{
    WCHAR version[VERSION_TEXT_SIZE];
    char *utf8 = utf8_from_wide(version_of_program(version)), line[64];

    snprintf(line, sizeof(line), "vmforward (vmevents) %.20s\n", utf8 ? utf8 : "");
    wide_free(utf8);
    return output_write(line) ? EXIT_DONE : EXIT_ERROR;
}

static int install(void)
{
    int code = check();

    return code != EXIT_DONE ? code : service_install(options.config) ? EXIT_DONE : EXIT_ERROR;
}

static int do_action(void)
{
    switch (options.action)
    {
        case ACTION_CHECK:
            return check();
        case ACTION_STATUS:
            return show_status();
        case ACTION_INSTALL:
            return install();
        case ACTION_UNINSTALL:
            return service_uninstall() ? EXIT_DONE : EXIT_ERROR;
        case ACTION_SERVICE:
            output_use_event_log();
            return service_run(forward, stop) ? EXIT_DONE : EXIT_ERROR;
        case ACTION_HELP:
            return options_write_help() ? EXIT_DONE : EXIT_ERROR;
        case ACTION_VERSION:
            return write_version();
        case ACTION_FORWARD:
            break;
    }
    SetConsoleCtrlHandler(on_console, TRUE);
    return forward();
}

/* The entry of a Unicode program (-municode); no header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    dll_search_system_only();
    if (!options_parse(argc, argv, &options))
        return EXIT_USAGE;
    if (!(stop_event = CreateEventW(NULL, TRUE, FALSE, NULL)))
        return EXIT_ERROR;
    ExitProcess((UINT)do_action());
}
