/*
 * Messages as they go to a broker. Called with the word "messages" it writes many of them, a line each, for the validator
 * of tests/forward/validate.py.
 */
#include "fleet/cloud_event.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

#define HOST "pc.example"
#define SPOOL "0123456789abcdef"

static const struct cloud_place place = {HOST, "Web 1", SPOOL, 42, 7};
static const struct cloud_event event = {"IVMVirtualMachineEvents", "OnGuestLogoff", "2026-01-31T09:05:01.223Z",
        "{\"logoffType\":1}", "OnGuestLogoff(logoffType=vmLogoff_Forced)", NULL, "{\"user\":\"alice\"}"};

static void an_event(void **state)
{
    struct utf8_text text = {0};

    (void)state;
    cloud_event_append(&text, &place, &event);
    assert_string_equal(utf8_text_get(&text),
            "{\"specversion\":\"1.0\",\"id\":\"0123456789abcdef-42\",\"source\":\"/vmevents/pc%2Eexample/Web%201\","
            "\"type\":\"vmevents.IVMVirtualMachineEvents.OnGuestLogoff\",\"subject\":\"Web 1\","
            "\"time\":\"2026-01-31T09:05:01.223Z\",\"datacontenttype\":\"application/json\","
            "\"dataschema\":\"urn:vmevents:event:1\",\"sequence\":\"00000000000000000007\",\"data\":{"
            "\"host\":\"pc.example\",\"machine\":\"Web 1\",\"interface\":\"IVMVirtualMachineEvents\","
            "\"name\":\"OnGuestLogoff\",\"arguments\":{\"logoffType\":1},\"details\":{\"user\":\"alice\"},"
            "\"text\":\"OnGuestLogoff(logoffType=vmLogoff_Forced)\"}}");
    utf8_text_free(&text);
}

static void a_message_that_no_broker_would_take(void **state)
{
    struct utf8_text text = {0}, arguments = {0};
    struct cloud_event large = event;

    (void)state;
    utf8_text_append(&arguments, "{\"configKey\":\"");
    while (arguments.length < CLOUD_EVENT_BODY_MAX)
        utf8_text_append(&arguments, "0123456789");
    utf8_text_append(&arguments, "\"}");
    large.arguments = utf8_text_get(&arguments);
    utf8_text_append(&text, "before ");
    cloud_event_append(&text, &place, &large);
    assert_non_null(utf8_text_get(&text));
    assert_true(text.length < 1000);
    assert_memory_equal(text.start, "before {", 8);
    assert_non_null(strstr(text.start, "\"name\":\"OnGuestLogoff\",\"omitted\":true}}"));
    utf8_text_free(&text);
    utf8_text_free(&arguments);
}

static void strings_of_any_bytes(void **state)
{
    struct utf8_text text = {0};

    (void)state;
    utf8_text_append_json(&text, "a\"\\\n\x7f\xc3\xbc\xff\xc0\x80\xed\xa0\x80\xf0\x9f\x98\x80\xe2\x82");
    assert_string_equal(utf8_text_get(&text),
            "\"a\\\"\\\\\\u000a\\u007f\xc3\xbc\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\xf0\x9f\x98\x80\\ufffd\\ufffd"
            "\"");
    utf8_text_free(&text);
}

static void write_message(struct utf8_text *text)
{
    puts(utf8_text_get(text));
    utf8_text_clear(text);
}

static int write_messages(void)
{
    struct cloud_place any = place;
    struct cloud_event own = {
            CLOUD_EVENT_FORWARD, "EventsDropped", event.time, "{\"count\":3,\"total\":9}", "3 dropped", NULL, NULL};
    struct utf8_text text = {0};

    cloud_event_append(&text, &place, &event);
    write_message(&text);
    cloud_event_append_state(&text, &place, "vmVMState_Running", event.time);
    write_message(&text);
    any.machine = "\xc3\xbc \"quoted\" \xff";
    any.number = any.sequence = UINT64_MAX;
    cloud_event_append(&text, &any, &event);
    write_message(&text);
    any.machine = NULL;
    cloud_event_append(&text, &any, &own);
    write_message(&text);
    any.sequence = 0;
    cloud_event_append_host(&text, &any, "online", event.time);
    write_message(&text);
    cloud_event_append_host(&text, &any, "lost", NULL);
    write_message(&text);
    utf8_text_free(&text);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(an_event),
            cmocka_unit_test(a_message_that_no_broker_would_take),
            cmocka_unit_test(strings_of_any_bytes),
    };

    if (argc > 1 && !strcmp(argv[1], "messages"))
        return write_messages();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
