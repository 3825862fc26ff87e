#include "forward/program/record.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "event/catalogue.h"
#include "forward/program/wide.h"
#include "json/scan.h"
#include "platform/memory.h"

/* The fields of a record, as the interface gives them. */
struct fields
{
    LONG id;
    BSTR source, interface_name, time, text, json;
    VARIANT arguments;
};

static void fields_clear(struct fields *fields)
{
    SysFreeString(fields->source);
    SysFreeString(fields->interface_name);
    SysFreeString(fields->time);
    SysFreeString(fields->text);
    SysFreeString(fields->json);
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
            && SUCCEEDED(IVMEventRecord_get_Json(record, &fields->json))
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
    char *machine, *interface_name, *name, *time, *arguments, *text, *exact, *details, *state;
};

static void strings_free(struct strings *strings)
{
    wide_free(strings->machine);
    wide_free(strings->interface_name);
    wide_free(strings->name);
    wide_free(strings->time);
    wide_free(strings->arguments);
    wide_free(strings->text);
    memory_free(strings->exact);
    memory_free(strings->details);
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
    struct cloud_event event = {strings->interface_name, strings->name, strings->time, strings->arguments,
            strings->text, strings->exact, strings->details};

    if (!strings->machine || !event.interface_name || !event.name || !event.time || !event.arguments || !event.text)
        return NULL;
    return heard_event_create(of_host ? NULL : strings->machine, &event, strings->state, is_end);
}

/* The member of the record's JSON of that name, for memory_free; NULL: it has none, or there is no memory. */
static char *copy_member(const struct scan_value *json, const char *name)
{
    struct scan_value value;
    char *copy;

    if (!scan_find(json, name, &value) || !(copy = memory_alloc(value.length + 1)))
        return NULL;
    return memcpy(copy, value.start, value.length);
}

static struct heard_event *convert(
        const struct fields *fields, const struct event_type *type, const VARIANT *args, const struct scan_value *json)
{
    bool is_end;
    const WCHAR *state = state_of(type, args, &is_end);
    struct strings strings = {
            .machine = utf8_from_bstr(fields->source),
            .interface_name = utf8_from_bstr(fields->interface_name),
            .name = utf8_from_wide(type->name),
            .time = utf8_from_bstr(fields->time),
            .arguments = copy_member(json, "arguments"),
            .text = utf8_from_bstr(fields->text),
            .exact = copy_member(json, "exact"),
            .details = copy_member(json, "details"),
            .state = state ? utf8_from_wide(state) : NULL,
    };
    struct heard_event *event = make_event(&strings, !wcscmp(fields->source, RECORD_OF_HOST), is_end);

    strings_free(&strings);
    return event;
}

/* What another host has fired says where it comes from. */
static bool has_origin(const struct scan_value *json)
{
    struct scan_value details, origin;

    return scan_find(json, "details", &details) && scan_find(&details, "origin", &origin);
}

static struct heard_event *convert_own(const struct fields *fields, const struct event_type *type, bool *is_relayed)
{
    char *text = utf8_from_bstr(fields->json);
    struct heard_event *event = NULL;
    struct scan_value json;
    VARIANT *args;

    if (text && scan_text(text, strlen(text), &json) && !(*is_relayed = has_origin(&json))
            && SUCCEEDED(SafeArrayAccessData(V_ARRAY(&fields->arguments), (void **)&args)))
    {
        event = convert(fields, type, args, &json);
        SafeArrayUnaccessData(V_ARRAY(&fields->arguments));
    }
    wide_free(text);
    return event;
}

struct heard_event *record_to_event(IVMEventRecord *record, bool *is_relayed)
{
    struct heard_event *event = NULL;
    const struct event_type *type;
    struct fields fields;

    *is_relayed = false;
    if (!fields_read(&fields, record))
        return NULL;
    if ((type = fields_type(&fields)))
        event = convert_own(&fields, type, is_relayed);
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
    struct cloud_event event = {CLOUD_EVENT_FORWARD, name, time, arguments, text, NULL, NULL};

    if (strings.machine)
        heard = heard_event_create(strings.machine, &event, is_end ? NULL : strings.state, is_end);
    strings_free(&strings);
    return heard;
}
