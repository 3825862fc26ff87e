#include "watch/raw_recording.h"

#include "host/hyperv/computer.h"
#include "host/hyperv/recording.h"
#include "host/hyperv/wmi_source.h"
#include "platform/memory.h"
#include "watch/output.h"

/* How long a step waits at most: Ctrl+C waits as long. */
#define WAIT_MS 250

/* An address in UTF-8. */
#define ADDRESS_SIZE 1024

struct raw_recording
{
    HANDLE file;
    DWORD error; /* of writing; 0: none */
    struct wmi_source source;
    struct hv_recording recording;
    struct hv_computer computer;
    struct hv_address address;
    struct hv_machine machine;
    char text[ADDRESS_SIZE];
    long events;
    bool refused;
};

static volatile LONG stopped;

static BOOL WINAPI on_control(DWORD control)
{
    (void)control;
    InterlockedExchange(&stopped, TRUE);
    return TRUE;
}

static void write_lines(void *context, const char *text, size_t length)
{
    struct raw_recording *raw = context;
    DWORD written;

    if (!raw->error && !WriteFile(raw->file, text, (DWORD)length, &written, NULL))
        raw->error = GetLastError();
}

/* What is said of the machine */

static void on_event(void *context, const struct vm_event *event)
{
    struct raw_recording *raw = context;

    (void)event;
    ++raw->events;
}

static void on_state(void *context, enum vm_state state)
{
    (void)context, (void)state;
}

static void complain(const char *text)
{
    WCHAR wide[LIVE_FAULT_SIZE];

    if (MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, LIVE_FAULT_SIZE))
        output_complain(L"%ls", wide);
}

static void on_connection(void *context, bool connected, const char *fault)
{
    (void)context, (void)connected;
    if (fault)
        complain(fault);
}

static void on_tried(void *context, bool has_memory)
{
    struct raw_recording *raw = context;

    (void)has_memory;
    hv_recording_open(&raw->recording, raw->text);
}

static void on_refused(void *context, const char *description)
{
    struct raw_recording *raw = context;

    (void)description;
    hv_recording_open(&raw->recording, raw->text);
    raw->refused = true;
}

static void on_removed(void *context)
{
    (void)context;
    complain("the machine has been deleted");
}

static const struct live_callbacks callbacks = {
        .event = on_event,
        .state = on_state,
        .connection = on_connection,
        .tried = on_tried,
        .refused = on_refused,
        .removed = on_removed,
};

/* Recording */

static void record(struct raw_recording *raw, const struct options *options)
{
    ULONGLONG start = GetTickCount64(), now = start, due;

    hv_machine_init(&raw->machine, &raw->address, &callbacks, raw);
    hv_computer_add(&raw->computer, &raw->machine);
    while (!stopped && !raw->refused && !raw->error && (!options->count || raw->events < options->count)
            && (options->timeout_ms == INFINITE || now - start < options->timeout_ms))
    {
        due = hv_computer_due_ms(&raw->computer);
        due = due <= now ? 0 : due - now;
        if (!hv_computer_waits(&raw->computer))
            Sleep(due < WAIT_MS ? (DWORD)due : WAIT_MS);
        hv_computer_step(&raw->computer, due < WAIT_MS ? (uint32_t)due : WAIT_MS);
        now = GetTickCount64();
    }
    hv_computer_remove(&raw->computer, &raw->machine);
    hv_machine_cleanup(&raw->machine);
}

/* NULL: it is complained of. */
static struct raw_recording *create(const struct options *options)
{
    struct raw_recording *raw = memory_alloc(sizeof(*raw));
    char description[256];

    if (!raw)
    {
        output_complain(L"out of memory");
        return NULL;
    }
    if (!WideCharToMultiByte(CP_UTF8, 0, options->machines[0], -1, raw->text, ADDRESS_SIZE, NULL, NULL)
            || strncmp(raw->text, "hyperv:", strlen("hyperv:")))
        output_complain(L"--record-raw is for a machine of Hyper-V, as in hyperv:Web");
    else if (hv_address_parse(&raw->address, raw->text, description))
        complain(description);
    else if ((raw->file = CreateFileW(options->record_raw, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_NEW,
                      FILE_ATTRIBUTE_NORMAL, NULL))
            == INVALID_HANDLE_VALUE)
        output_complain_of(L"the file of --record-raw cannot be made, which must not be there yet",
                HRESULT_FROM_WIN32(GetLastError()), NULL);
    else
        return raw;
    memory_free(raw);
    return NULL;
}

bool raw_recording_run(const struct options *options)
{
    struct raw_recording *raw = create(options);
    bool done;

    if (!raw)
        return false;
    SetConsoleCtrlHandler(on_control, TRUE);
    wmi_source_init(&raw->source, raw->address.host);
    hv_recording_init(&raw->recording, &wmi_source_functions, &raw->source, options->replace_names, write_lines, raw);
    hv_computer_init(&raw->computer, &hv_recording_source, &raw->recording, raw->address.host);
    record(raw, options);
    hv_computer_cleanup(&raw->computer);
    hv_recording_cleanup(&raw->recording);
    wmi_source_cleanup(&raw->source);
    CloseHandle(raw->file);
    if (raw->error)
        output_complain_of(L"the recording cannot be written", HRESULT_FROM_WIN32(raw->error), NULL);
    if (hv_recording_lost_memory(&raw->recording))
        output_complain(L"memory has run out, and something is missing in the recording");
    done = !raw->error && !raw->refused && !hv_recording_lost_memory(&raw->recording);
    memory_free(raw);
    return done;
}
