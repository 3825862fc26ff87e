/* vmguest.exe: the command line. A person installs it, and the service control manager starts it. */
#include "guest/windows/service.h"
#include "guest/windows/watcher.h"
#include "platform/console.h"
#include "platform/dll_search.h"
#include "platform/system_message.h"
#include "platform/version.h"

#include <stdio.h>
#include <wchar.h>

enum exit_code
{
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_USAGE
};

/* Nobody tells of sessions in a console. */
#define LOOK_MS 1000

static const WCHAR usage[] =
        L"usage: vmguest /install\n"
        L"       vmguest /uninstall\n"
        L"       vmguest /console\n"
        L"\n"
        L"The part in a guest of Hyper-V's: tells the host by Hyper-V's data exchange who is logged on and how each\n"
        L"leaves, and logs the users off when the host asks for that. All of it wants an administrator.\n"
        L"\n"
        L"  /install      makes it a service, which begins now and with Windows\n"
        L"  /uninstall    ends the service, removes it, and takes out what it has written\n"
        L"  /console      does here what the service does, until Ctrl+C\n"
        L"  /service      how Windows starts it\n"
        L"  --help, /?    this text\n"
        L"  --version     the version\n"
        L"\n"
        L"Exit code: 0 done, 1 an error, 2 a wrong command line.\n";

static enum exit_code answer(const WCHAR *text)
{
    return console_answer(L"vmguest", text, wcslen(text)) ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code answer_version(void)
{
    WCHAR version[VERSION_TEXT_SIZE], line[VERSION_TEXT_SIZE + 32];

    _snwprintf(line, ARRAYSIZE(line), L"vmguest (vmevents) %ls\n", version_of_program(version));
    return answer(line);
}

static void complain(const WCHAR *line)
{
    console_write(STD_ERROR_HANDLE, line, wcslen(line));
}

/* A word of the command line that cannot be there, on one line whatever it has. */
static enum exit_code complain_of(const WCHAR *description, const WCHAR *word)
{
    WCHAR line[256];
    int length = swprintf(line, ARRAYSIZE(line), L"vmguest: %ls ", description);

    for (int i = 0; i < 100 && word[i]; ++i)
        line[length++] = (WCHAR)(iswcntrl(word[i]) ? '?' : word[i]);
    swprintf(line + length, ARRAYSIZE(line) - (size_t)length, L"; vmguest --help lists what there is\n");
    complain(line);
    return EXIT_USAGE;
}

/* Of something that was tried. */
static enum exit_code end(const WCHAR *what, DWORD error)
{
    WCHAR message[SYSTEM_MESSAGE_SIZE], line[SYSTEM_MESSAGE_SIZE + 256];
    DWORD length;

    if (!error)
        return EXIT_DONE;
    length = system_message(error, message);
    swprintf(line, ARRAYSIZE(line), L"vmguest: %ls failed: %ls (error %lu)%ls\n", what,
            length ? message : L"unknown error", (unsigned long)error,
            error == ERROR_ACCESS_DENIED ? L"; run it as administrator" : L"");
    complain(line);
    return EXIT_FAILED;
}

static struct watcher watcher;

static BOOL WINAPI on_console_event(DWORD event)
{
    (void)event;
    watcher_end(&watcher, false);
    return TRUE;
}

static DWORD run_console(void)
{
    DWORD error = watcher_init(&watcher, &wts_sessions, NULL, LOOK_MS);

    if (!error && !SetConsoleCtrlHandler(on_console_event, TRUE))
        error = GetLastError();
    return error ? error : watcher_run(&watcher);
}

/* Options begin with a slash or a dash and may be written in any case. */
static bool is_option(const WCHAR *word, const WCHAR *name)
{
    return (*word == '/' || *word == '-') && !_wcsicmp(word + 1, name);
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    dll_search_system_only();
    if (argc < 2)
    {
        answer(usage);
        return EXIT_USAGE;
    }
    if (is_option(argv[1], L"-help") || is_option(argv[1], L"help") || is_option(argv[1], L"h")
            || is_option(argv[1], L"?"))
        return (int)answer(usage);
    if (is_option(argv[1], L"-version"))
        return (int)answer_version();
    if (argc > 2)
        return (int)complain_of(L"nothing may follow the first word, least of all", argv[2]);
    if (is_option(argv[1], L"install"))
        return (int)end(L"installing the service", service_install());
    if (is_option(argv[1], L"uninstall"))
        return (int)end(L"uninstalling the service", service_uninstall());
    if (is_option(argv[1], L"console"))
        return (int)end(L"watching the sessions", run_console());
    if (is_option(argv[1], L"service"))
        return (int)end(L"running as a service", service_run());
    return (int)complain_of(L"there is no option", argv[1]);
}
