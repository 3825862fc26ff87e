/* vmhost.exe: the command line. COM starts it with -Embedding; a person registers it. */
#include "com/module.h"
#include "com/registration/registration.h"
#include "event/text.h"
#include "host/error_source.h"
#include "host/security.h"
#include "host/server.h"
#include "host/threads.h"
#include "platform/console.h"
#include "platform/dll_search.h"
#include "platform/system_message.h"
#include "platform/trace.h"
#include "platform/version.h"
#include "vmevents.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

enum exit_code
{
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_USAGE
};

static const WCHAR usage[] =
        L"usage: vmhost /regserver [/user]\n"
        L"       vmhost /unregserver [/user]\n"
        L"\n"
        L"Owns virtual machines, live ones and simulated ones, and fires their COM events to the programs that\n"
        L"connect to them. COM starts it by itself when a program creates VMEvents.Host, and it ends when the\n"
        L"last program is done with it. It has to be registered once.\n"
        L"\n"
        L"  /regserver    registers it, for all users (as administrator)\n"
        L"  /unregserver  takes it out again\n"
        L"  /user         for you alone\n"
        L"  -Embedding    how COM starts it\n"
        L"  --help, /?    this text\n"
        L"  --version     the version\n"
        L"\n"
        L"Exit code: 0 done, 1 an error, 2 a wrong command line.\n";

static void use_console_as(DWORD which)
{
    HANDLE console;

    if (GetFileType(GetStdHandle(which)) != FILE_TYPE_UNKNOWN)
        return;
    console = CreateFileW(
            L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    /* From then on it is the process's, to its end. */
    if (console != INVALID_HANDLE_VALUE && !SetStdHandle(which, console))
        CloseHandle(console);
}

/* A program with windows has no standard output of its own when it is started in a console: it takes the console's,
 * but for what is redirected. */
static void use_console(void)
{
    bool no_output = GetFileType(GetStdHandle(STD_OUTPUT_HANDLE)) == FILE_TYPE_UNKNOWN;
    bool no_errors = GetFileType(GetStdHandle(STD_ERROR_HANDLE)) == FILE_TYPE_UNKNOWN;

    if ((!no_output && !no_errors) || !AttachConsole(ATTACH_PARENT_PROCESS))
        return;
    use_console_as(STD_OUTPUT_HANDLE);
    use_console_as(STD_ERROR_HANDLE);
}

/* A line on standard error, which nothing in it can end or forge: see event/text.h. */
static void complain(const WCHAR *format, ...)
{
    struct text text = {0};
    va_list args;
    BSTR line;

    text_append(&text, L"vmhost: ");
    va_start(args, format);
    text_append_format_list(&text, format, args);
    va_end(args);
    text_append(&text, L"\n");
    if (!(line = text_finish(&text)))
        return;
    console_write(STD_ERROR_HANDLE, line, SysStringLen(line));
    SysFreeString(line);
}

/* A word of the command line that cannot be there. */
static enum exit_code complain_of(const WCHAR *description, const WCHAR *argument)
{
    struct text text = {0};
    BSTR shown;

    text_append_beginning(&text, argument, wcslen(argument), TEXT_QUOTE_MAX);
    shown = text_finish(&text);
    complain(L"%ls %ls; vmhost --help lists what there is", description, shown ? shown : L"");
    SysFreeString(shown);
    return EXIT_USAGE;
}

static enum exit_code answer(const WCHAR *text)
{
    return console_answer(L"vmhost", text, wcslen(text)) ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code answer_version(void)
{
    WCHAR version[VERSION_TEXT_SIZE], line[VERSION_TEXT_SIZE + 32];

    _snwprintf(line, ARRAYSIZE(line), L"vmhost (vmevents) %ls\n", version_of_program(version));
    return answer(line);
}

static const WCHAR *error_message(HRESULT hr)
{
    static WCHAR message[SYSTEM_MESSAGE_SIZE];

    return system_message((DWORD)hr, message) ? message : L"unknown error";
}

static enum exit_code run_registration(bool add, enum registration_scope scope)
{
    static const struct registration_application application = {
            .id = &APPID_VMEventHost,
            .executable = L"vmhost.exe",
            .launch_permission = SECURITY_LAUNCH_PERMISSION,
            .access_permission = SECURITY_ACCESS_PERMISSION,
    };
    static const struct registration_server server = {
            .clsid = &CLSID_VMEventHost,
            .prog_id = L"VMEvents.Host.1",
            .version_independent_prog_id = L"VMEvents.Host",
            .description = L"Host of virtual machines that fire events",
            .server_key = L"LocalServer32",
            .application = &application,
    };
    HRESULT hr = add ? registration_add(&server, scope) : registration_remove(&server, scope);

    if (SUCCEEDED(hr))
        return EXIT_DONE;
    complain(L"%ls failed: %ls (0x%08lx)%ls", add ? L"registering" : L"unregistering", error_message(hr),
            (unsigned long)hr,
            hr == E_ACCESSDENIED && scope == REGISTRATION_MACHINE ? L"; run it as administrator, or add /user" : L"");
    return EXIT_FAILED;
}

static enum exit_code run_server(void)
{
    HRESULT hr;

    /* First of all: COM takes no other decision once it has had to take one by itself. */
    if (FAILED(hr = security_decide()))
    {
        complain(L"who may call it could not be decided: %ls (0x%08lx)", error_message(hr), (unsigned long)hr);
        return EXIT_FAILED;
    }
    hr = threads_init() ? server_run() : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        return EXIT_DONE;
    complain(L"the class object could not be registered: %ls (0x%08lx)", error_message(hr), (unsigned long)hr);
    return EXIT_FAILED;
}

/* Options begin with a slash or a dash and may be written in any case. */
static bool is_option(const WCHAR *argument, const WCHAR *name)
{
    return (*argument == '/' || *argument == '-') && !_wcsicmp(argument + 1, name);
}

static bool is_help(const WCHAR *argument)
{
    return is_option(argument, L"-help") || is_option(argument, L"help") || is_option(argument, L"h")
            || is_option(argument, L"?");
}

static enum exit_code run(int argc, WCHAR **argv)
{
    bool add = is_option(argv[1], L"regserver");

    if (add || is_option(argv[1], L"unregserver"))
    {
        if (argc == 2)
            return run_registration(add, REGISTRATION_MACHINE);
        if (argc > 3 || !is_option(argv[2], L"user"))
            return complain_of(L"only /user may follow, not", argv[argc > 3 ? 3 : 2]);
        return run_registration(add, REGISTRATION_USER);
    }
    if (!is_option(argv[1], L"embedding"))
        return complain_of(L"there is no option", argv[1]);
    if (argc > 2)
        return complain_of(L"nothing may follow -Embedding, least of all", argv[2]);
    return run_server();
}

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE previous, WCHAR *command_line, int show)
{
    WCHAR version[VERSION_TEXT_SIZE], **argv;
    enum exit_code code = EXIT_FAILED;
    HRESULT hr;
    int argc;

    (void)previous, (void)command_line, (void)show;
    module_instance = instance;
    dll_search_system_only();
    module_trace_channel = TRACE_HOST;
    module_error_source = HOST_ERROR_SOURCE;
    trace_open("vmhost.exe", version_of_program(version));
    if (!(argv = CommandLineToArgvW(GetCommandLineW(), &argc)))
        return EXIT_FAILED;
    /* A server that COM starts belongs to no console: Ctrl+C there is not meant for it. */
    if (argc < 2 || !is_option(argv[1], L"embedding"))
        use_console();
    if (argc < 2)
    {
        answer(usage);
        code = EXIT_USAGE;
    }
    else if (is_help(argv[1]) || is_option(argv[1], L"-version"))
    {
        code = is_help(argv[1]) ? answer(usage) : answer_version();
    }
    else if (FAILED(hr = CoInitializeEx(NULL, COINIT_MULTITHREADED)))
    {
        complain(L"COM does not start: %ls (0x%08lx)", error_message(hr), (unsigned long)hr);
    }
    else
    {
        code = run(argc, argv);
    }
    LocalFree(argv);
    /* Without CoUninitialize, which would wait for clients that hang. */
    return (int)code;
}
