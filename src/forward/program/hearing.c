#include "forward/program/hearing.h"

#include <stdio.h>

#include "client/library.h"
#include "forward/program/machines.h"
#include "forward/program/output.h"
#include "forward/program/record.h"
#include "platform/backoff.h"
#include "platform/memory.h"

/* What the sink keeps while the spool cannot take anything in. */
#define QUEUE_CAPACITY 100000

/* How long the sink is waited for, and the forwarder. */
#define NEXT_MS 250
#define HAND_MS 1000

/* How often it is looked who is there, and how many of these looks there are until one is close. */
#define LOOK_MS 500
#define CLOSE_LOOK 20

/* How long is waited for a host that cannot be had. */
#define HOST_FIRST_MS 500
#define HOST_LONGEST_MS 15000

/* How long an end may take. */
#define END_MS 3000

struct hearing
{
    struct forwarder *forwarder;
    const struct config *config;
    IVMEventSink *sink;
    struct machines machines;
    HANDLE stop;       /* an event */
    HANDLE threads[2]; /* listens, looks */
};

static bool is_over(const struct hearing *hearing)
{
    return WaitForSingleObject(hearing->stop, 0) == WAIT_OBJECT_0;
}

static void hand(struct hearing *hearing, struct heard_event *event)
{
    if (!event)
    {
        output_tell(true, "an event could not be read, or memory has run out");
        return;
    }
    /* While the spool takes nothing in, the sink keeps what comes. At the end nobody waits for it any more. */
    while (!forwarder_hand(hearing->forwarder, event, HAND_MS))
    {
        if (is_over(hearing))
        {
            heard_event_free(event);
            return;
        }
    }
}

static void take(struct hearing *hearing, IVMEventRecord *record)
{
    bool is_relayed;
    struct heard_event *event = record_to_event(record, &is_relayed);
    BSTR name;

    if (is_relayed)
        return;
    if (event && event->is_end && SUCCEEDED(IVMEventRecord_get_Source(record, &name)))
    {
        machines_forget(&hearing->machines, name);
        SysFreeString(name);
    }
    hand(hearing, event);
}

static DWORD CALLBACK take_events(void *context)
{
    struct hearing *hearing = context;
    IVMEventRecord *record;
    bool over;
    HRESULT hr;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    do
    {
        over = is_over(hearing);
        hr = IVMEventSink_NextEvent(hearing->sink, over ? 0 : NEXT_MS, &record);
        if (FAILED(hr))
        {
            output_tell(true, "the sink gives no events any more");
            break;
        }
        if (record)
        {
            take(hearing, record);
            IVMEventRecord_Release(record);
        }
        else
        {
            machines_note_empty(&hearing->machines);
        }
        /* The last look is behind the stop. */
    } while (record || !over);
    CoUninitialize();
    return 0;
}

static void on_changed(void *context, BSTR name, VMVMState state)
{
    struct hearing *hearing = context;
    bool is_gone = state == vmVMState_DeleteMachine;

    hand(hearing,
            record_make_own(name, is_gone ? "MachineGone" : "MachineHeard", state,
                    is_gone ? "the machine is there no more" : "from here on the machine is heard"));
}

static void say(void *context, bool is_fault, const char *text)
{
    (void)context;
    output_tell(is_fault, text);
}

static void note(struct hearing *hearing)
{
    LONG dropped = 0;

    IVMEventSink_get_Dropped(hearing->sink, &dropped);
    forwarder_note(hearing->forwarder, machines_count(&hearing->machines), (uint64_t)dropped);
}

static DWORD CALLBACK look_around(void *context)
{
    struct hearing *hearing = context;
    uint64_t wait = 0;
    unsigned int looks = 0;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    do
    {
        if (machines_look(&hearing->machines, hearing->config, looks++ % CLOSE_LOOK == 0))
            wait = 0;
        else
            wait = backoff_next(wait, HOST_FIRST_MS, HOST_LONGEST_MS);
        note(hearing);
    } while (WaitForSingleObject(hearing->stop, wait ? (DWORD)wait : LOOK_MS) == WAIT_TIMEOUT);
    machines_clear(&hearing->machines);
    CoUninitialize();
    return 0;
}

static bool create_sink(struct hearing *hearing)
{
    HRESULT hr = library_create_sink(&IID_IVMEventSink, (void **)&hearing->sink);

    if (SUCCEEDED(hr))
        hr = IVMEventSink_put_QueueCapacity(hearing->sink, QUEUE_CAPACITY);
    if (SUCCEEDED(hr))
        return true;
    output_complain("cannot use vmevents.dll, which has to be in the same folder: error 0x%08lx", (unsigned long)hr);
    return false;
}

static void free_hearing(struct hearing *hearing)
{
    if (hearing->sink)
        IVMEventSink_Release(hearing->sink);
    if (hearing->stop)
        CloseHandle(hearing->stop);
    memory_free(hearing);
}

struct hearing *hearing_begin(struct forwarder *forwarder, const struct config *config)
{
    struct hearing *hearing = memory_alloc(sizeof(*hearing));

    if (!hearing)
        return NULL;
    hearing->forwarder = forwarder;
    hearing->config = config;
    if (!create_sink(hearing) || !(hearing->stop = CreateEventW(NULL, TRUE, FALSE, NULL)))
    {
        free_hearing(hearing);
        return NULL;
    }
    hearing->machines = (struct machines){.sink = hearing->sink,
            .last_count = -1,
            .lock = LOCK_INIT,
            .changed = on_changed,
            .say = say,
            .context = hearing};
    hearing->threads[0] = CreateThread(NULL, 0, take_events, hearing, 0, NULL);
    hearing->threads[1] = CreateThread(NULL, 0, look_around, hearing, 0, NULL);
    if (hearing->threads[0] && hearing->threads[1])
        return hearing;
    output_complain("no thread can be started");
    hearing_end(hearing);
    return NULL;
}

void hearing_end(struct hearing *hearing)
{
    DWORD count = 0, waited = WAIT_OBJECT_0;
    HANDLE threads[2];

    SetEvent(hearing->stop);
    for (size_t i = 0; i < ARRAYSIZE(threads); ++i)
    {
        if (hearing->threads[i])
            threads[count++] = hearing->threads[i];
    }
    if (count)
        waited = WaitForMultipleObjects(count, threads, TRUE, END_MS);
    if (waited == WAIT_TIMEOUT)
        return;
    while (count)
        CloseHandle(threads[--count]);
    free_hearing(hearing);
}
