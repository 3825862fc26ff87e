#include "forward/program/record.h"

#include <stdio.h>
#include <wchar.h>

#include "event/catalogue.h"
#include "event/json.h"
#include "forward/program/wide.h"

/* The fields of a record, as the interface gives them. */
struct fields
{
    LONG id;
    BSTR source, interface_name, time, text;
    VARIANT arguments;
};

static void fields_clear(struct fields *fields)
{
    SysFreeString(fields->source);
    SysFreeString(fields->interface_name);
    SysFreeString(fields->time);
    SysFreeString(fields->text);
    VariantClear(&fields->arguments);
}

static bool fields_read(struct fields *fields, IVMEventRecord *record)
{
    memset(fields, 0, sizeof(*fields));
    if (SUCCEEDED(IVMEventRecord_get_Id(record, &fields->id))
            && SUCCEEDED(IVMEventRecord_get_Source(record, &fields->source))
            && SUCCEEDED(IVMEventRecord_get_Interface(record, &fields->interface_name))
            && SUCCEEDED(IVMEventRecord_get_TimeText(record, &fields->time))
            && SUCCEEDED(IVMEventRecord_get_Text(record, &fields->text))
            && SUCCEEDED(IVMEventRecord_get_Arguments(record, &fields->arguments)))
        return true;
    fields_clear(fields);
    return false;
}

/* NULL: the catalogue has no such event. */
static const struct event_type *fields_type(const struct fields *fields)
{
    for (unsigned int i = 0; i < EVENT_INTERFACE_COUNT; ++i)
    {
        if (!wcscmp(event_interfaces[i].name, fields->interface_name))
            return event_type_find(&event_interfaces[i], fields->id);
        if (!wcscmp(server_interfaces[i].name, fields->interface_name))
            return event_type_find(&server_interfaces[i], fields->id);
    }
    return NULL;
}

/* The strings of an event in UTF-8. */
struct strings
{
    char *machine, *interface_name, *name, *time, *arguments, *text, *state;
};

static void strings_free(struct strings *strings)
{
    wide_free(strings->machine);
    wide_free(strings->interface_name);
    wide_free(strings->name);
    wide_free(strings->time);
    wide_free(strings->arguments);
    wide_free(strings->text);
    wide_free(strings->state);
}

/* What the state is called; NULL: the event tells none. */
static const WCHAR *state_of(const struct event_type *type, const VARIANT *args, bool *is_end)
{
    *is_end = false;
    if (!(type->mask & EVENT_MASK(MACHINE_EVENTS_FIRST)))
        return NULL;
    *is_end = V_I4(&args[0]) == vmVMState_DeleteMachine;
    return *is_end ? NULL : enumeration_name(&machine_states, V_I4(&args[0]));
}

static struct heard_event *make_event(const struct strings *strings, bool of_host, bool is_end)
{
    struct cloud_event event = {
            strings->interface_name, strings->name, strings->time, strings->arguments, strings->text};

    if (!strings->machine || !event.interface_name || !event.name || !event.time || !event.arguments || !event.text)
        return NULL;
    return heard_event_create(of_host ? NULL : strings->machine, &event, strings->state, is_end);
}

static struct heard_event *convert(const struct fields *fields, const struct event_type *type, const VARIANT *args)
{
    BSTR arguments = event_arguments_to_json(type, args);
    struct heard_event *event = NULL;
    const WCHAR *state;
    bool is_end;

    if (arguments)
    {
        state = state_of(type, args, &is_end);
        struct strings strings = {utf8_from_bstr(fields->source), utf8_from_bstr(fields->interface_name),
                utf8_from_wide(type->name), utf8_from_bstr(fields->time), utf8_from_bstr(arguments),
                utf8_from_bstr(fields->text), state ? utf8_from_wide(state) : NULL};

        event = make_event(&strings, !wcscmp(fields->source, RECORD_OF_HOST), is_end);
        strings_free(&strings);
    }
    SysFreeString(arguments);
    return event;
}

struct heard_event *record_to_event(IVMEventRecord *record)
{
    struct heard_event *event = NULL;
    const struct event_type *type;
    struct fields fields;
    VARIANT *args;

    if (!fields_read(&fields, record))
        return NULL;
    if ((type = fields_type(&fields)) && SUCCEEDED(SafeArrayAccessData(V_ARRAY(&fields.arguments), (void **)&args)))
    {
        event = convert(&fields, type, args);
        SafeArrayUnaccessData(V_ARRAY(&fields.arguments));
    }
    fields_clear(&fields);
    return event;
}

struct heard_event *record_make_own(BSTR machine, const char *name, VMVMState state, const char *text)
{
    const WCHAR *state_name = enumeration_name(&machine_states, (LONG)state);
    struct strings strings = {
            .machine = utf8_from_bstr(machine), .state = state_name ? utf8_from_wide(state_name) : NULL};
    bool is_end = state == vmVMState_DeleteMachine;
    struct heard_event *heard = NULL;
    char arguments[64], time[32];
    SYSTEMTIME now;

    GetSystemTime(&now);
    snprintf(time, sizeof(time), "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", now.wYear, now.wMonth, now.wDay, now.wHour,
            now.wMinute, now.wSecond, now.wMilliseconds);
    snprintf(arguments, sizeof(arguments), "{\"virtualMachineState\":%ld}", (long)state);
    struct cloud_event event = {CLOUD_EVENT_FORWARD, name, time, arguments, text};

    if (strings.machine)
        heard = heard_event_create(strings.machine, &event, is_end ? NULL : strings.state, is_end);
    strings_free(&strings);
    return heard;
}
