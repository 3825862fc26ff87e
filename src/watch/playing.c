#include "watch/playing.h"

#include "client/call.h"
#include "watch/from.h"
#include "watch/output.h"

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
    playing->hr = call_method(playing->player, L"Play", args, 2, NULL, &playing->description);
    SysFreeString(V_BSTR(&args[1]));
    CoUninitialize();
    return 0;
}

bool playing_start(struct playing *playing, IDispatch *player, const struct options *options)
{
    playing->player = player;
    playing->options = options;
    warn_of_cut_line(options->play);
    if (!(playing->thread = CreateThread(NULL, 0, play_thread, playing, 0, NULL)))
        output_complain_of(L"cannot play", HRESULT_FROM_WIN32(GetLastError()), NULL);
    return playing->thread != NULL;
}

bool playing_is_on(const struct playing *playing)
{
    return playing->thread != NULL;
}

bool playing_is_over(const struct playing *playing)
{
    return playing->thread && WaitForSingleObject(playing->thread, 0) == WAIT_OBJECT_0;
}

bool playing_catch_up(struct playing *playing, IVMEventSink *sink, DWORD timeout_ms)
{
    LONG missing = 0;
    HRESULT hr;

    if (playing->caught_up)
        return true;
    playing->caught_up = true;
    if (FAILED(hr = IVMEventSink_CatchUp(sink, (LONG)timeout_ms, &missing)))
        output_complain_of_call(L"cannot tell whether all events have come", hr);
    else if (missing)
        output_complain(L"%ld events did not come", (long)missing);
    return SUCCEEDED(hr) && !missing;
}

bool playing_succeeded(struct playing *playing)
{
    if (FAILED(playing->hr))
        output_complain_of(L"cannot play", playing->hr, playing->description);
    return SUCCEEDED(playing->hr);
}
