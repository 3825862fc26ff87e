#include "fleet/cloud_event.h"

#include <inttypes.h>

#include "fleet/topics.h"

static void append_member(struct utf8_text *text, const char *before, const char *string)
{
    utf8_text_append(text, before);
    utf8_text_append_json(text, string);
}

/* The source is a reference to a URI: the topic without its last part. */
static void append_head(struct utf8_text *text, const struct cloud_place *place, const char *kind)
{
    utf8_text_append(text, "{\"specversion\":\"1.0\",\"id\":\"");
    utf8_text_append_format(text, "%s-%s%s%" PRIu64, place->spool, kind, *kind ? "-" : "", place->number);
    utf8_text_append(text, "\",\"source\":\"/" TOPIC_ROOT "/");
    topic_append_name(text, place->host);
    utf8_text_append(text, "/");
    if (place->machine)
        topic_append_name(text, place->machine);
    else
        utf8_text_append(text, TOPIC_OF_HOST);
    utf8_text_append(text, "\"");
}

static void append_attributes(
        struct utf8_text *text, const struct cloud_place *place, const char *time, const char *data_schema)
{
    append_member(text, ",\"subject\":", place->machine ? place->machine : place->host);
    if (time)
        append_member(text, ",\"time\":", time);
    utf8_text_append_format(text, ",\"datacontenttype\":\"application/json\",\"dataschema\":\"%s\"", data_schema);
    if (place->sequence)
        utf8_text_append_format(text, ",\"sequence\":\"%020" PRIu64 "\"", place->sequence);
}

static void append_whose(struct utf8_text *text, const struct cloud_place *place)
{
    append_member(text, ",\"data\":{\"host\":", place->host);
    if (place->machine)
        append_member(text, ",\"machine\":", place->machine);
}

static void append_object(struct utf8_text *text, const char *before, const char *object)
{
    if (!object)
        return;
    utf8_text_append(text, before);
    utf8_text_append(text, object);
}

static void append_event(
        struct utf8_text *text, const struct cloud_place *place, const struct cloud_event *event, bool whole)
{
    append_head(text, place, "");
    utf8_text_append_format(text, ",\"type\":\"vmevents.%s.%s\"", event->interface_name, event->name);
    append_attributes(text, place, event->time, CLOUD_EVENT_DATA_SCHEMA);
    append_whose(text, place);
    append_member(text, ",\"interface\":", event->interface_name);
    append_member(text, ",\"name\":", event->name);
    if (whole)
    {
        utf8_text_append(text, ",\"arguments\":");
        utf8_text_append(text, event->arguments);
        append_object(text, ",\"exact\":", event->exact);
        append_object(text, ",\"details\":", event->details);
        append_member(text, ",\"text\":", event->text);
    }
    else
    {
        utf8_text_append(text, ",\"omitted\":true");
    }
    utf8_text_append(text, "}}");
}

void cloud_event_append(struct utf8_text *text, const struct cloud_place *place, const struct cloud_event *event)
{
    size_t before = text->length;

    append_event(text, place, event, true);
    if (text->failed || text->length - before <= CLOUD_EVENT_BODY_MAX)
        return;
    text->length = before;
    append_event(text, place, event, false);
}

void cloud_event_append_state(
        struct utf8_text *text, const struct cloud_place *place, const char *state, const char *time)
{
    append_head(text, place, "state");
    utf8_text_append(text, ",\"type\":\"vmevents.state\"");
    append_attributes(text, place, time, CLOUD_EVENT_STATE_SCHEMA);
    append_whose(text, place);
    append_member(text, ",\"state\":", state);
    utf8_text_append(text, "}}");
}

void cloud_event_append_host(
        struct utf8_text *text, const struct cloud_place *place, const char *state, const char *time)
{
    append_head(text, place, state);
    utf8_text_append(text, ",\"type\":\"vmevents.host\"");
    append_attributes(text, place, time, CLOUD_EVENT_HOST_SCHEMA);
    append_whose(text, place);
    append_member(text, ",\"state\":", state);
    utf8_text_append(text, "}}");
}
