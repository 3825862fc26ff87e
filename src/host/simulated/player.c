#include "host/simulated/player.h"

#include "com/clock.h"
#include "com/error_info.h"
#include "event/text.h"
#include "host/error_source.h"
#include "host/named_events.h"
#include "host/simulated/cue.h"
#include "platform/memory.h"
#include "platform/system_message.h"
#include "platform/trace.h"
#include "recording/recording.h"

#include <wchar.h>

#define FILE_MAX_BYTES (PLAY_FILE_MAX_MB << 20)

/* A file that has been read and understood. */
struct play
{
    struct cue *cues;
    size_t count;
    size_t size;
};

static HRESULT error_raise_here(HRESULT hr, struct text *text)
{
    return error_raise(hr, &IID_IVMEventMachine, HOST_ERROR_SOURCE, text_finish(text));
}

static void append_path(struct text *text, const WCHAR *path)
{
    text_append_quote(text, path, wcslen(path), TEXT_QUOTE_PATH_MAX);
}

static HRESULT error_path(BSTR path)
{
    struct text text = {0};

    text_append_quote(&text, path ? path : L"", SysStringLen(path), TEXT_QUOTE_PATH_MAX);
    text_append(&text, string_has_nul(path) ? L" has a NUL character in it, and" : L"");
    text_append(&text,
            L" is not the full path of a scenario file; it needs its drive, as in "
            L"\"C:\\Scenarios\\workday.txt\", since the host's current directory is not the caller's");
    return error_raise_here(E_INVALIDARG, &text);
}

static HRESULT error_file(const WCHAR *path, DWORD error)
{
    struct text text = {0};
    WCHAR message[SYSTEM_MESSAGE_SIZE];
    DWORD length = system_message(error, message);

    while (length && message[length - 1] == '.')
        message[--length] = 0;
    text_append(&text, L"The scenario file ");
    append_path(&text, path);
    text_append_format(&text, L" cannot be read: %ls", length ? message : L"unknown error");
    return error_raise_here(HRESULT_FROM_WIN32(error), &text);
}

static HRESULT error_file_too_large(const WCHAR *path)
{
    struct text text = {0};

    text_append(&text, L"The file ");
    append_path(&text, path);
    text_append_format(&text, L" is too large; the limit is %d MiB", PLAY_FILE_MAX_MB);
    return error_raise_here(HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE), &text);
}

/* The reason quotes what it has of the file. */
static HRESULT error_line(HRESULT hr, const WCHAR *path, uint32_t line, const WCHAR *reason)
{
    struct text text = {0};

    text_append_beginning(&text, path, wcslen(path), TEXT_QUOTE_PATH_MAX);
    text_append_format(&text, L", line %lu: ", (unsigned long)line);
    text_append(&text, reason);
    return error_raise_here(hr, &text);
}

static HRESULT error_syntax(const WCHAR *path, const struct scenario_fault *fault)
{
    WCHAR reason[256];
    size_t i = 0;

    if (!fault->line)
        return E_OUTOFMEMORY;
    for (; i < ARRAYSIZE(reason) - 1 && fault->reason[i]; ++i)
        reason[i] = (WCHAR)fault->reason[i];
    reason[i] = 0;
    return error_line(E_INVALIDARG, path, fault->line, reason);
}

static bool is_separator(WCHAR c)
{
    return c == '\\' || c == '/';
}

static bool begins_with_drive(const WCHAR *path)
{
    return ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z')) && path[1] == ':'
            && is_separator(path[2]);
}

static bool is_name(const WCHAR *part, size_t length, const WCHAR *name)
{
    return length == wcslen(name) && !wcsnicmp(part, name, length);
}

/* Behind the two separators of a path of the network. */
static bool begins_with_share(const WCHAR *path)
{
    size_t server = wcscspn(path, L"\\/"), share = path[server] ? wcscspn(path + server + 1, L"\\/") : 0;
    const WCHAR *name = path + server + 1;

    if (!server || !share || *path == '.' || *path == '?')
        return false;
    return !is_name(name, share, L"pipe") && !is_name(name, share, L"mailslot") && !is_name(name, share, L"IPC$");
}

/* Of a file, on a drive or in the network. Devices and pipes, which have paths too, are not even opened. */
static bool is_full_path(const WCHAR *path)
{
    if (!is_separator(path[0]) || !is_separator(path[1]))
        return begins_with_drive(path);
    if (path[2] != '?' || !is_separator(path[3]))
        return begins_with_share(path + 2);
    return wcsnicmp(path + 4, L"UNC\\", 4) ? begins_with_drive(path + 4) : begins_with_share(path + 8);
}

/* Reads the whole file; the caller frees the text by memory_free. */
static HRESULT read_file(const WCHAR *path, char **text, DWORD *size)
{
    LARGE_INTEGER file_size;
    HRESULT hr = S_OK;
    HANDLE file;

    *text = NULL;
    *size = 0;
    /* Whatever is behind the path all the same learns who the host is, and cannot act as it. */
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
            FILE_FLAG_SEQUENTIAL_SCAN | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return error_file(path, GetLastError());
    if (GetFileType(file) != FILE_TYPE_DISK)
        hr = error_file(path, ERROR_BAD_FILE_TYPE);
    else if (!GetFileSizeEx(file, &file_size))
        hr = error_file(path, GetLastError());
    else if (file_size.QuadPart > FILE_MAX_BYTES)
        hr = error_file_too_large(path);
    else if (!(*text = memory_alloc((size_t)file_size.QuadPart + 1)))
        hr = E_OUTOFMEMORY;
    else if (!ReadFile(file, *text, (DWORD)file_size.QuadPart, size, NULL))
        hr = error_file(path, GetLastError());
    CloseHandle(file);
    if (FAILED(hr))
        memory_free(*text);
    return hr;
}

static void play_cleanup(struct play *play)
{
    while (play->count)
        cue_cleanup(&play->cues[--play->count]);
    memory_free(play->cues);
}

static HRESULT play_init(struct play *play, const WCHAR *path, const struct scenario *scenario)
{
    BSTR description;
    HRESULT hr;

    play->count = 0;
    if (!(play->cues = memory_alloc((scenario->count + 1) * sizeof(*play->cues))))
        return E_OUTOFMEMORY;
    for (; play->count < scenario->count; ++play->count)
    {
        const struct scenario_line *line = &scenario->lines[play->count];

        if (FAILED(hr = cue_init(&play->cues[play->count], line, &description)))
        {
            if (description)
                hr = error_line(hr, path, line->number, description);
            SysFreeString(description);
            return hr;
        }
    }
    return S_OK;
}

static HRESULT play_load_scenario(struct play *play, BSTR path, const char *text, DWORD size)
{
    struct scenario_fault fault;
    struct scenario scenario;
    HRESULT hr;

    if (!scenario_parse(&scenario, text, size, &fault))
        return error_syntax(path, &fault);
    hr = play_init(play, path, &scenario);
    scenario_cleanup(&scenario);
    return hr;
}

static HRESULT play_reserve(struct play *play)
{
    size_t size = play->size ? 2 * play->size : 64;
    struct cue *cues;

    if (play->count < play->size)
        return S_OK;
    if (!(cues = memory_resize(play->cues, size * sizeof(*cues))))
        return E_OUTOFMEMORY;
    play->cues = cues;
    play->size = size;
    return S_OK;
}

/* Adds the event, whose parts become the play's. A clock that was set back makes no event earlier than the one before. */
static HRESULT play_add_recorded(
        struct play *play, struct recorded_event *event, ULONGLONG *before_ms, BSTR *description)
{
    ULONGLONG passed = play->count && event->time_ms > *before_ms ? event->time_ms - *before_ms : 0;
    ULONGLONG time_ms = (play->count ? play->cues[play->count - 1].time_ms : 0) + passed;
    HRESULT hr;

    *description = NULL;
    *before_ms = event->time_ms;
    if (SUCCEEDED(hr = play_reserve(play))
            && SUCCEEDED(hr = cue_init_recorded(&play->cues[play->count], event, time_ms, description)))
        ++play->count;
    return hr;
}

static HRESULT play_load_recording(struct play *play, BSTR path, const char *text, DWORD size)
{
    struct recording recording;
    struct recorded_event event;
    BSTR description = NULL;
    ULONGLONG before_ms = 0;
    HRESULT hr;

    recording_begin(&recording, text, size);
    while ((hr = recording_next(&recording, &event, &description)) == S_OK)
    {
        hr = play_add_recorded(play, &event, &before_ms, &description);
        recorded_event_cleanup(&event);
        if (FAILED(hr))
            break;
    }
    if (recording.cut)
        trace(TRACE_HOST, "the last line of the recording, %lu, was cut", (unsigned long)recording.line);
    if (description)
        hr = error_line(hr, path, recording.line, description);
    SysFreeString(description);
    return SUCCEEDED(hr) ? S_OK : hr;
}

static bool is_of(const struct cue *cue, BSTR source)
{
    return CompareStringOrdinal(cue->source, (int)SysStringLen(cue->source), source, (int)SysStringLen(source), TRUE)
            == CSTR_EQUAL;
}

static HRESULT error_no_event_of(BSTR path, BSTR machine, BSTR first, BSTR other)
{
    struct text text = {0};

    append_path(&text, path);
    text_append(&text, L" is a recording of several machines, ");
    text_append_quote(&text, first, SysStringLen(first), TEXT_QUOTE_MAX);
    text_append(&text, L" and ");
    text_append_quote(&text, other, SysStringLen(other), TEXT_QUOTE_MAX);
    text_append(&text, L" among them, and has no event of ");
    text_append_quote(&text, machine, SysStringLen(machine), TEXT_QUOTE_MAX);
    text_append(&text, L"; of such a recording a machine plays the events of its own name");
    return error_raise_here(E_INVALIDARG, &text);
}

/* Of a recording of several machines one plays what was its own; of one machine's anyone plays all. */
static HRESULT play_cast(struct play *play, BSTR path, BSTR machine)
{
    struct cue *other = NULL;
    size_t kept = 0;
    HRESULT hr;

    for (size_t i = 1; i < play->count && !other; ++i)
    {
        if (play->cues[i].source && !is_of(&play->cues[i], play->cues[0].source))
            other = &play->cues[i];
    }
    if (!other)
        return S_OK;
    for (size_t i = 0; i < play->count && !kept; ++i)
        kept = is_of(&play->cues[i], machine);
    if (!kept && FAILED(hr = error_no_event_of(path, machine, play->cues[0].source, other->source)))
        return hr;
    kept = 0;
    for (size_t i = 0; i < play->count; ++i)
    {
        if (is_of(&play->cues[i], machine))
            play->cues[kept++] = play->cues[i];
        else
            cue_cleanup(&play->cues[i]);
    }
    play->count = kept;
    return S_OK;
}

static HRESULT play_load(struct play *play, BSTR path, BSTR machine)
{
    DWORD size;
    char *text;
    HRESULT hr;

    if (!path || string_has_nul(path) || !is_full_path(path))
        return error_path(path);
    if (FAILED(hr = read_file(path, &text, &size)))
        return hr;
    if (!recording_is_one(text, size))
        hr = play_load_scenario(play, path, text, size);
    else if (SUCCEEDED(hr = play_load_recording(play, path, text, size)))
        hr = play_cast(play, path, machine);
    memory_free(text);
    return hr;
}

static HRESULT fire_cue(struct machine *machine, const struct cue *cue)
{
    struct event_origin origin;
    struct named_events named;
    BSTR description;
    HRESULT hr;

    hr = named_events_init(&named, NAMED_IN_SCENARIO, cue->event, cue->args, cue->arg_count, machine_name(machine),
            LOCALE_INVARIANT, &description);
    if (FAILED(hr))
        return error_raise(hr, &IID_IVMEventMachine, HOST_ERROR_SOURCE, description);
    for (UINT i = 0; cue->details && i < named.count; ++i)
        event_set_origin(&named.events[i], &origin, cue->details, NULL);
    hr = machine_fire(machine, &named);
    named_events_cleanup(&named);
    return hr;
}

/* Waits until it is time, or the machine has been removed. A slow speed may make it longer than one wait can be. */
static HRESULT wait_until(struct machine *machine, ULONGLONG start, double due_ms)
{
    double left;

    while ((left = due_ms - (double)(clock_ms() - start)) > 0)
    {
        if (machine_wait_for_removal(machine, left < 1e9 ? (DWORD)left + 1 : 1000000000))
            return machine_error_removed(machine);
    }
    return S_OK;
}

HRESULT player_play(struct machine *machine, BSTR path, double speed, LONG *fired)
{
    ULONGLONG start;
    struct play play = {0};
    HRESULT hr;

    if (FAILED(hr = play_load(&play, path, machine_name(machine))))
    {
        play_cleanup(&play);
        return hr;
    }
    start = clock_ms();
    for (size_t i = 0; i < play.count && SUCCEEDED(hr); ++i)
    {
        if (SUCCEEDED(hr = wait_until(machine, start, (double)play.cues[i].time_ms / speed))
                && SUCCEEDED(hr = fire_cue(machine, &play.cues[i])))
            ++*fired;
    }
    play_cleanup(&play);
    return hr;
}
