/* vmhost.exe: the command line. COM starts it with -Embedding; a person registers it. */
#include "com/module.h"
#include "com/registration.h"
#include "host/security.h"
#include "host/server.h"
#include "host/threads.h"
#include "platform/dll_search.h"
#include "vmevents.h"

#include <stdbool.h>
#include <stdio.h>
#include <wchar.h>

enum exit_code
{
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_USAGE
};

static const char usage[] =
        "vmhost.exe owns virtual machines, simulated ones for tests and demonstrations, and fires their COM events to "
        "the programs that connect to them. COM starts it by itself when a program creates VMEvents.Host, and it ends "
        "when the last program is done with it. It must be registered once: \"vmhost /regserver\" does that for all "
        "users (as administrator), \"vmhost /regserver /user\" for you alone, and \"vmhost /unregserver [/user]\" "
        "takes it out again.\n";

/* A program with windows has no standard output of its own when it is started in a console: it takes the console's,
 * but for what is redirected. */
static void use_console(void)
{
    bool no_output = GetFileType(GetStdHandle(STD_OUTPUT_HANDLE)) == FILE_TYPE_UNKNOWN;
    bool no_errors = GetFileType(GetStdHandle(STD_ERROR_HANDLE)) == FILE_TYPE_UNKNOWN;

    if ((!no_output && !no_errors) || !AttachConsole(ATTACH_PARENT_PROCESS))
        return;
    if (no_output)
        (void)freopen("CONOUT$", "w", stdout);
    if (no_errors)
        (void)freopen("CONOUT$", "w", stderr);
}

static enum exit_code complain(const WCHAR *complaint, const WCHAR *argument)
{
    fprintf(stderr, "vmhost: %ls%ls\n", complaint, argument);
    return EXIT_USAGE;
}

static const WCHAR *error_message(HRESULT hr)
{
    static WCHAR message[256];
    DWORD length = FormatMessageW(
            FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, hr, 0, message, ARRAYSIZE(message), NULL);

    while (length && message[length - 1] <= ' ')
        message[--length] = 0;
    return length ? message : L"unknown error";
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
    fprintf(stderr, "vmhost: %s failed: %ls (0x%08lx)%s\n", add ? "registering" : "unregistering", error_message(hr),
            (unsigned long)hr,
            hr == E_ACCESSDENIED && scope == REGISTRATION_MACHINE ? "; run it as administrator, or add /user" : "");
    return EXIT_FAILED;
}

static enum exit_code run_server(void)
{
    HRESULT hr;

    /* First of all: COM takes no other decision once it has had to take one by itself. */
    if (FAILED(hr = security_decide()))
    {
        fprintf(stderr, "vmhost: who may call it could not be decided: %ls (0x%08lx)\n", error_message(hr),
                (unsigned long)hr);
        return EXIT_FAILED;
    }
    hr = threads_init() ? server_run() : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        return EXIT_DONE;
    fprintf(stderr, "vmhost: the class object could not be registered: %ls (0x%08lx)\n", error_message(hr),
            (unsigned long)hr);
    return EXIT_FAILED;
}

/* Options begin with a slash or a dash and may be written in any case. */
static bool is_option(const WCHAR *argument, const WCHAR *name)
{
    return (*argument == '/' || *argument == '-') && !_wcsicmp(argument + 1, name);
}

static enum exit_code run(int argc, WCHAR **argv)
{
    bool add = is_option(argv[1], L"regserver");

    if (add || is_option(argv[1], L"unregserver"))
    {
        if (argc == 2)
            return run_registration(add, REGISTRATION_MACHINE);
        if (argc > 3 || !is_option(argv[2], L"user"))
            return complain(L"only /user may follow, not ", argv[argc > 3 ? 3 : 2]);
        return run_registration(add, REGISTRATION_USER);
    }
    if (!is_option(argv[1], L"embedding"))
        return complain(L"there is no option ", argv[1]);
    if (argc > 2)
        return complain(L"nothing may follow -Embedding, least of all ", argv[2]);
    return run_server();
}

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE previous, WCHAR *command_line, int show)
{
    enum exit_code code = EXIT_FAILED;
    WCHAR **argv;
    HRESULT hr;
    int argc;

    (void)previous, (void)command_line, (void)show;
    module_instance = instance;
    dll_search_system_only();
    if (!(argv = CommandLineToArgvW(GetCommandLineW(), &argc)))
        return EXIT_FAILED;
    /* A server that COM starts belongs to no console: Ctrl+C there is not meant for it. */
    if (argc < 2 || !is_option(argv[1], L"embedding"))
        use_console();
    if (argc < 2)
    {
        fputs(usage, stdout);
        code = EXIT_USAGE;
    }
    else if (FAILED(hr = CoInitializeEx(NULL, COINIT_MULTITHREADED)))
    {
        fprintf(stderr, "vmhost: COM does not start: %ls (0x%08lx)\n", error_message(hr), (unsigned long)hr);
    }
    else
    {
        code = run(argc, argv);
    }
    LocalFree(argv);
    /* Without CoUninitialize, which would wait for clients that hang. */
    return (int)code;
}
