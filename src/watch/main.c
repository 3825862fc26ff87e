/*
 * vmwatch: connects a sink to a machine and prints its events. Uses nothing but the public interfaces, and is
 * meant to be read as an example of them; all but raw_recording.c, which records what a host would be told.
 */
#include "platform/dll_search.h"
#include "platform/version.h"
#include "watch/call.h"
#include "watch/library.h"
#include "watch/machine.h"
#include "watch/options.h"
#include "watch/output.h"
#include "watch/raw_recording.h"

#include <stdio.h>
#include <wchar.h>

enum exit_code
{
    EXIT_DONE = 0,
    EXIT_ERROR = 1,
    EXIT_USAGE = 2,
    EXIT_TIME_UP = 3
};

/* More than any scenario fires while a slow terminal is written to. */
#define QUEUE_CAPACITY 100000

/* How often vmwatch asks a machine that is silent whether it is still there. */
#define ALIVE_INTERVAL_MS 1000

/* How often vmwatch looks whether the scenario is over. */
#define PLAYING_INTERVAL_MS 50

/* Play blocks until the scenario is over, so a thread of its own calls it. */
struct playing
{
    IVMEventMachine *machine;
    const struct options *options;
    HANDLE thread;
    HRESULT hr;
    BSTR description;
    bool caught_up; /* everything that was played has come, or has been waited for */
};

/* What the last failed call said was wrong, or NULL. The caller frees it. */
static BSTR take_description(void)
{
    BSTR description = NULL;
    IErrorInfo *info;

    if (GetErrorInfo(0, &info) != S_OK)
        return NULL;
    IErrorInfo_GetDescription(info, &description);
    IErrorInfo_Release(info);
    return description;
}

static HRESULT connect_sink(IVMEventSink *sink, IVMEventMachine *machine)
{
    BSTR description;
    LONG cookie;
    HRESULT hr;

    if (SUCCEEDED(hr = IVMEventSink_put_QueueCapacity(sink, QUEUE_CAPACITY)))
        hr = IVMEventSink_Connect(sink, (IUnknown *)machine, NULL, &cookie);
    if (SUCCEEDED(hr))
        return hr;
    output_complain_of(L"cannot connect to the machine", hr, description = take_description());
    SysFreeString(description);
    return hr;
}

/* The host looks for relative paths where it was started, not where we are. */
static BSTR full_path(const WCHAR *path)
{
    WCHAR buffer[4096];
    DWORD length = GetFullPathNameW(path, ARRAYSIZE(buffer), buffer, NULL);

    return SysAllocString(length && length < ARRAYSIZE(buffer) ? buffer : path);
}

static DWORD CALLBACK play_thread(void *context)
{
    struct playing *playing = context;
    VARIANT args[2]; /* the last first */

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    V_VT(&args[1]) = VT_BSTR;
    V_BSTR(&args[1]) = full_path(playing->options->play);
    V_VT(&args[0]) = VT_R8;
    V_R8(&args[0]) = playing->options->speed;
    playing->hr = call_method((IDispatch *)playing->machine, L"Play", args, 2, NULL, &playing->description);
    SysFreeString(V_BSTR(&args[1]));
    CoUninitialize();
    return 0;
}

static bool playing_start(struct playing *playing, IVMEventMachine *machine, const struct options *options)
{
    playing->machine = machine;
    playing->options = options;
    playing->thread = CreateThread(NULL, 0, play_thread, playing, 0, NULL);
    return playing->thread != NULL;
}

static bool is_over(const struct playing *playing)
{
    return playing->thread && WaitForSingleObject(playing->thread, 0) == WAIT_OBJECT_0;
}

/* Once the scenario is over: waits for what is still under way. False: not all has come. */
static bool catch_up(IVMEventSink *sink, struct playing *playing, DWORD timeout_ms)
{
    LONG missing = 0;
    BSTR description;
    HRESULT hr;

    if (playing->caught_up)
        return true;
    playing->caught_up = true;
    if (FAILED(hr = IVMEventSink_CatchUp(sink, (LONG)timeout_ms, &missing)))
    {
        output_complain_of(L"cannot tell whether all events have come", hr, description = take_description());
        SysFreeString(description);
    }
    else if (missing)
    {
        output_complain(L"%ld events did not come", (long)missing);
    }
    return SUCCEEDED(hr) && !missing;
}

/* How the scenario ended. */
static int playing_result(struct playing *playing)
{
    if (SUCCEEDED(playing->hr))
        return EXIT_DONE;
    output_complain_of(L"cannot play the scenario", playing->hr, playing->description);
    return EXIT_ERROR;
}

/* What is left of the time that was given; INFINITE: it has no end. */
static DWORD time_left(const struct options *options, DWORD start)
{
    DWORD waited = GetTickCount() - start;

    if (options->timeout_ms == INFINITE)
        return INFINITE;
    return waited < options->timeout_ms ? options->timeout_ms - waited : 0;
}

static int watch(IVMEventSink *sink, IVMEventMachine *machine, const struct options *options, struct playing *playing)
{
    DWORD start = GetTickCount(), left, patience;
    BSTR fault = NULL; /* of the connections, as it was written last; not freed, since the process ends */
    bool over, complete = true;
    IVMEventRecord *record;
    long count = 0;
    HRESULT hr;

    machine_look_after(machine, &fault);
    for (;;)
    {
        if (!(left = time_left(options, start)))
            return options->count ? EXIT_TIME_UP : EXIT_DONE;
        if ((over = is_over(playing)) && !catch_up(sink, playing, min(left, MAXLONG)))
            complete = false;
        patience = over ? 0 : playing->thread ? PLAYING_INTERVAL_MS : ALIVE_INTERVAL_MS;
        hr = IVMEventSink_NextEvent(sink, (LONG)min(left, patience), &record);
        if (FAILED(hr))
        {
            output_complain_of(L"cannot take the next event", hr, NULL);
            return EXIT_ERROR;
        }
        if (!record)
        {
            if (over)
                return complete ? playing_result(playing) : EXIT_ERROR;
            if (machine_look_after(machine, &fault))
                continue;
            output_complain(L"the machine is gone");
            return EXIT_ERROR;
        }
        hr = output_record(record, options->json);
        IVMEventRecord_Release(record);
        if (hr != S_OK)
            return EXIT_ERROR;
        if (++count == options->count)
            return EXIT_DONE;
    }
}

/* Says how many events were lost. False: there were some. */
static bool warn_of_losses(IVMEventSink *sink)
{
    LONG dropped;

    if (FAILED(IVMEventSink_get_Dropped(sink, &dropped)) || !dropped)
        return true;
    output_complain(L"%ld events were lost: they came faster than they could be printed", (long)dropped);
    return false;
}

static int run(const struct options *options)
{
    struct playing playing = {0};
    IVMEventMachine *machine;
    IVMEventSink *sink;
    int code = EXIT_ERROR;
    HRESULT hr;

    if (FAILED(machine_open(options, &machine)))
        return EXIT_ERROR;
    if (FAILED(hr = library_create_sink(&IID_IVMEventSink, (void **)&sink)))
    {
        output_complain_of(L"cannot use vmevents.dll, which has to be in the same folder", hr, NULL);
        IVMEventMachine_Release(machine);
        return EXIT_ERROR;
    }
    if (SUCCEEDED(connect_sink(sink, machine)) && (!options->play || playing_start(&playing, machine, options)))
    {
        code = watch(sink, machine, options, &playing);
        if (!warn_of_losses(sink) && code == EXIT_DONE)
            code = EXIT_ERROR;
    }
    IVMEventSink_Release(sink);
    /* An end by --count or --timeout need not wait for a scenario that still plays. */
    if (!playing.thread || is_over(&playing))
        IVMEventMachine_Release(machine);
    return code;
}

static bool write_version(void)
{
    WCHAR version[VERSION_TEXT_SIZE], line[VERSION_TEXT_SIZE + 32];

    _snwprintf(line, ARRAYSIZE(line), L"vmwatch (vmevents) %ls\n", version_of_program(version));
    return output_write(line);
}

/* The entry of a Unicode program (-municode); no header declares it. */
int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    struct options options;
    BSTR description;
    HRESULT hr;
    int code;

    dll_search_system_only();
    if (!options_parse(argc, argv, &options, &description))
    {
        output_complain(L"%ls", description ? description : L"out of memory");
        SysFreeString(description);
        return EXIT_USAGE;
    }
    if (options.help)
        return output_write(usage) ? EXIT_DONE : EXIT_ERROR;
    if (options.version)
        return write_version() ? EXIT_DONE : EXIT_ERROR;
    if (FAILED(hr = CoInitializeEx(NULL, COINIT_MULTITHREADED)))
    {
        output_complain_of(L"COM does not start", hr, NULL);
        return EXIT_ERROR;
    }
    if (options.record_raw)
        code = raw_recording_run(&options) ? EXIT_DONE : EXIT_ERROR;
    else
        code = run(&options);
    /* Ends without waiting for a thread that may still be in Play. */
    ExitProcess(code);
}
