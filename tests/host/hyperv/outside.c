#include "outside.h"

#include "said.h"
#include "sink/library.h"
#include "support/test_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define TEXT_MAX 1024

/* What the event log is said to be under Wine, which has none. */
#define NO_LOG "the event log of Hyper-V cannot be read"

static IVMEventHost *host;
static IVMEventSink *sink;
static IDispatch *played; /* the machine of a conversation; NULL: none */
static unsigned int opened;

int outside_setup_group(void **state)
{
    client_setup(state);
    stage_register();
    return library_load(state);
}

int outside_teardown_group(void **state)
{
    int result = library_unload(state);

    stage_unregister();
    client_teardown(state);
    return result;
}

int outside_setup(void **state)
{
    client_await_no_host(state);
    stage_open();
    host = client_create_host();
    sink = sink_create();
    opened = 0;
    return 0;
}

static void remove_all_machines(void)
{
    IVMEventMachines *machines;
    IVMEventMachine *machine;
    VARIANT first = value_i4(1);
    BSTR name;
    LONG count;

    assert_int_equal(IVMEventHost_get_Machines(host, &machines), S_OK);
    while (IVMEventMachines_get_Count(machines, &count) == S_OK && count)
    {
        assert_int_equal(IVMEventMachines_get_Item(machines, first, &machine), S_OK);
        assert_int_equal(IVMEventMachine_get_Name(machine, &name), S_OK);
        client_release(machine);
        client_remove_machine(host, name);
        SysFreeString(name);
    }
    client_release(machines);
}

/* When no machine is left nothing of WMI is. */
int outside_teardown(void **state)
{
    if (played)
        client_release(played);
    played = NULL;
    remove_all_machines();
    stage_await_end();
    client_release(sink);
    client_release(host);
    client_await_no_host(state);
    stage_close();
    return library_check_idle(state);
}

IVMEventHost *outside_host(void)
{
    return host;
}

struct outcome outside_open_named(const WCHAR *name, const WCHAR *address, IDispatch **machine)
{
    VARIANT args[] = {value_bstr(name), value_bstr(address)}, result;
    struct outcome outcome = client_call(host, L"OpenMachine", &result, 2, args);
    LONG cookie;

    *machine = SUCCEEDED(outcome.hr) ? V_DISPATCH(&result) : NULL;
    if (*machine)
        assert_int_equal(IVMEventSink_Connect(sink, (IUnknown *)*machine, NULL, &cookie), S_OK);
    VariantClear(&args[0]);
    VariantClear(&args[1]);
    return outcome;
}

IDispatch *outside_open(const WCHAR *address)
{
    struct outcome outcome;
    IDispatch *machine;
    WCHAR name[16];

    swprintf(name, ARRAYSIZE(name), L"Web%u", opened++);
    outcome = outside_open_named(name, address, &machine);
    if (!machine)
        fail_msg("%ls is not opened: %ls", address, outcome.description);
    return machine;
}

/* What is heard */

static void append(char *text, const WCHAR *wide)
{
    size_t length = strlen(text);

    CHECK(WideCharToMultiByte(CP_UTF8, 0, wide ? wide : L"", -1, text + length, (int)(TEXT_MAX - length), NULL, NULL));
}

/* "Paused" of "vmVMState_Paused"; FALSE: it is no enumerator. */
static BOOL append_enumerator(char *text, IVMEventRecord *record, LONG place)
{
    VARIANT number = value_i4(place);
    BSTR name = NULL;
    BOOL is_one = SUCCEEDED(IVMEventRecord_get_Enumerator(record, number, &name)) && SysStringLen(name);

    if (is_one)
        append(text, wcschr(name, '_') ? wcschr(name, '_') + 1 : name);
    SysFreeString(name);
    return is_one;
}

static void append_argument(char *text, IVMEventRecord *record, LONG place, const VARIANT *value)
{
    char number[24];

    if (append_enumerator(text, record, place))
        return;
    if (V_VT(value) == VT_BSTR)
        append(text, V_BSTR(value));
    else if (V_VT(value) == VT_BOOL)
        append(text, V_BOOL(value) ? L"True" : L"False");
    else
    {
        snprintf(number, sizeof(number), "%ld", (long)V_I4(value));
        CHECK(V_VT(value) == VT_I4);
        strcat(text, number);
    }
}

static void append_arguments(char *text, IVMEventRecord *record)
{
    VARIANT arguments, value;
    LONG last = -1;

    CHECK(IVMEventRecord_get_Arguments(record, &arguments) == S_OK);
    if (V_VT(&arguments) & VT_ARRAY)
        CHECK(SafeArrayGetUBound(V_ARRAY(&arguments), 1, &last) == S_OK);
    strcat(text, "(");
    for (LONG i = 0; i <= last; ++i)
    {
        CHECK(SafeArrayGetElement(V_ARRAY(&arguments), &i, &value) == S_OK);
        strcat(text, i ? "=" : "");
        append_argument(text, record, i, &value);
        VariantClear(&value);
    }
    strcat(text, ")");
    VariantClear(&arguments);
}

static void append_detail(char *text, IVMEventCollection *details, LONG place)
{
    VARIANT number = value_i4(place), item, value;
    IVMEventValue *detail;
    BSTR name;

    CHECK(IVMEventCollection_get_Item(details, number, &item) == S_OK);
    CHECK(IDispatch_QueryInterface(V_DISPATCH(&item), &IID_IVMEventValue, (void **)&detail) == S_OK);
    CHECK(IVMEventValue_get_Name(detail, &name) == S_OK && IVMEventValue_get_Value(detail, &value) == S_OK);
    strcat(text, " ");
    append(text, name);
    strcat(text, "=");
    CHECK(V_VT(&value) == VT_BSTR);
    append(text, V_BSTR(&value));
    SysFreeString(name);
    VariantClear(&value);
    VariantClear(&item);
    client_release(detail);
}

/* As vm_event_details_text has them. */
static void append_details(char *text, IVMEventRecord *record)
{
    VARIANT all = {.vt = VT_ERROR, .scode = DISP_E_PARAMNOTFOUND}, result;
    IVMEventCollection *details;
    LONG count;

    CHECK(IVMEventRecord_get_Details(record, all, &result) == S_OK);
    CHECK(IDispatch_QueryInterface(V_DISPATCH(&result), &IID_IVMEventCollection, (void **)&details) == S_OK);
    CHECK(IVMEventCollection_get_Count(details, &count) == S_OK);
    for (LONG i = 1; i <= count; ++i)
        append_detail(text, details, i);
    client_release(details);
    VariantClear(&result);
}

static void event_text(IVMEventRecord *record, char text[TEXT_MAX])
{
    BSTR string = NULL;

    *text = 0;
    CHECK(IVMEventRecord_get_Interface(record, &string) == S_OK);
    if (!wcscmp(string, L"IVMDVDDriveEvents"))
        strcpy(text, "DVD.");
    else if (!wcscmp(string, L"IVMFloppyDriveEvents"))
        strcpy(text, "Floppy.");
    SysFreeString(string);
    CHECK(IVMEventRecord_get_Name(record, &string) == S_OK);
    append(text, string);
    SysFreeString(string);
    append_arguments(text, record);
    append_details(text, record);
}

void outside_hear(const char *text)
{
    IVMEventRecord *record;
    char heard[TEXT_MAX];

    assert_int_equal(IVMEventSink_NextEvent(sink, PATIENCE_MS, &record), S_OK);
    if (!record)
        fail_msg("not heard: %s", text);
    event_text(record, heard);
    IVMEventRecord_Release(record);
    if (strcmp(heard, text))
        fail_msg("heard: %s, instead of: %s", heard, text);
}

void outside_hear_nothing(void)
{
    IVMEventRecord *record;
    char heard[TEXT_MAX];

    assert_int_equal(IVMEventSink_NextEvent(sink, 0, &record), S_OK);
    if (!record)
        return;
    event_text(record, heard);
    IVMEventRecord_Release(record);
    fail_msg("heard: %s", heard);
}

/* What there is to see */

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static bool is_so(IDispatch *machine, bool connected, const char *fault, char text[TEXT_MAX])
{
    VARIANT result;
    bool is;

    *text = 0;
    assert_int_equal(client_call(machine, L"Fault", &result, 0, NULL).hr, S_OK);
    append(text, V_BSTR(&result));
    VariantClear(&result);
    assert_int_equal(client_call(machine, L"Connected", &result, 0, NULL).hr, S_OK);
    is = (V_BOOL(&result) != VARIANT_FALSE) == connected;
    if (*fault && !begins(fault, NO_LOG))
        return is && begins(text, fault);
    return is && (!*text || begins(text, NO_LOG));
}

void outside_await_connection(IDispatch *machine, bool connected, const char *fault)
{
    DWORD start = GetTickCount();
    char text[TEXT_MAX];

    while (!is_so(machine, connected, fault, text))
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("%sconnected: \"%s\", instead of \"%s\"", connected ? "not " : "", text, fault);
        Sleep(20);
    }
}

static const WCHAR *const states[] = {L"", L"TurnedOff", L"Saved", L"TurningOn", L"Restoring", L"Running", L"Paused",
        L"Saving", L"TurningOff", L"MergingDrives", L"DeleteMachine"};

static const WCHAR *state_of(IDispatch *machine)
{
    VARIANT result;

    assert_int_equal(client_call(machine, L"State", &result, 0, NULL).hr, S_OK);
    assert_in_range(V_I4(&result), 0, ARRAYSIZE(states) - 1);
    return states[V_I4(&result)];
}

void outside_await_state(IDispatch *machine, const char *state)
{
    DWORD start = GetTickCount();
    char text[TEXT_MAX];

    for (;; Sleep(20))
    {
        *text = 0;
        append(text, state_of(machine));
        if (!strcmp(text, state))
            return;
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("the state is %s, not %s", text, state);
    }
}

void outside_await_query(enum hv_class class_)
{
    LONG before = stage_counts_when_said()->queries[class_];
    DWORD start = GetTickCount();

    while (stage_counts()->queries[class_] == before)
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("%s is not asked for", hv_class_name(class_));
        Sleep(5);
    }
}

/* Playing */

struct playing
{
    struct outcome outcome;
    char group[32768]; /* lines of one moment, that are said together */
    uint64_t ms;
    bool tells; /* something that the host has to ask behind */
};

/* What the host has to do about it is done when it has asked again; what it has not to do cannot be waited for. */
static void say_group(struct playing *playing)
{
    LONG asked = stage_counts()->queries[HV_CLASS_SYSTEM];
    DWORD start = GetTickCount();

    if (*playing->group)
        stage_say(playing->group);
    while (playing->tells && stage_counts()->queries[HV_CLASS_SYSTEM] == asked)
    {
        if (GetTickCount() - start > PATIENCE_MS)
            fail_msg("nothing is asked about: %s", playing->group);
        Sleep(2);
    }
    *playing->group = 0;
    playing->tells = false;
}

static void open_machine(struct playing *playing, const char *address)
{
    WCHAR wide[256];

    MultiByteToWideChar(CP_UTF8, 0, address, -1, wide, ARRAYSIZE(wide));
    playing->outcome = outside_open_named(L"Web", wide, &played);
}

/* An expected text that ends by three dots is the beginning. */
static void cut_dots(char *text)
{
    size_t length = strlen(text);

    if (length > 3 && !strcmp(text + length - 3, "..."))
        text[length - 3] = 0;
}

static void expect(struct playing *playing, char *text)
{
    static const char refused[] = "refused: ";
    char description[TEXT_MAX] = "";

    cut_dots(text);
    append(description, playing->outcome.description);
    if (begins(text, refused))
    {
        assert_null(played);
        if (!begins(description, text + strlen(refused)))
            fail_msg("refused: %s, instead of %s", description, text);
    }
    else if (!strcmp(text, "removed"))
    {
        outside_hear("OnStateChange(DeleteMachine)");
    }
    else if (begins(text, "On") || begins(text, "DVD.") || begins(text, "Floppy."))
    {
        outside_hear(text);
    }
    else if (played && begins(text, "state "))
    {
        outside_await_state(played, text + strlen("state "));
    }
    else if (played && strcmp(text, "tried"))
    {
        bool connected = begins(text, "connected");
        const char *fault = strstr(text, ": ");

        outside_await_connection(played, connected, fault ? fault + 2 : "");
    }
}

static void play_line(struct playing *playing, const char *line)
{
    struct said said;

    said_parse(&said, line);
    if (said.verb == SAID_WRONG)
        fail_msg("no line of a conversation: %s", line);
    if (said.verb == SAID_HEARS || said.verb == SAID_OPENS || said.ms != playing->ms)
        say_group(playing);
    if (said.verb == SAID_HEARS)
        expect(playing, said.rest);
    else if (said.verb == SAID_OPENS)
        open_machine(playing, said.rest);
    else if (said.verb != SAID_NOTHING)
    {
        CHECK(strlen(playing->group) + strlen(line) < sizeof(playing->group));
        strcat(playing->group, line);
        playing->ms = said.ms;
        playing->tells |= said.verb == SAID_TELLS && !strcmp(said.words[1], "Msvm_ComputerSystem");
    }
    said_cleanup(&said);
}

void outside_play(const char *name)
{
    struct playing *playing = calloc(1, sizeof(*playing));
    char folder[900], path[1024], line[2048];
    FILE *file;

    CHECK(playing);
    test_data_folder(folder, sizeof(folder), "tests/host/hyperv/conversations");
    snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
    if (!(file = fopen(path, "r")))
        fail_msg("%s cannot be read", path);
    while (fgets(line, sizeof(line), file))
        play_line(playing, line);
    fclose(file);
    say_group(playing);
    outside_hear_nothing();
    free(playing);
}
