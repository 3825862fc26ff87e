/* What vmforward writes is read as it was meant; and what it would not write is refused, with a reason. */
#include "fleet/message.h"

#include "fleet/cloud_event.h"
#include "fleet/topics.h"

#include "support/counted_memory.h"
#include "support/test.h"

#include <string.h>

#define TOPIC "vmevents/pc%2E1/Web%201/"
#define SPOOL "0123456789abcdef"

static const struct cloud_place place = {"pc.1", "Web 1", SPOOL, 42, 7};
static const struct cloud_place of_host = {"pc.1", NULL, SPOOL, 42, 0};
static const char time[] = "2026-01-31T09:05:01.223Z";

static const char *read(struct message *message, const char *topic, const char *body)
{
    return message_read(message, topic, strlen(topic), body, strlen(body));
}

static void append_event(struct utf8_text *text, const char *interface_name, const char *name, const char *arguments)
{
    struct cloud_event event = {interface_name, name, time, arguments, "text", NULL, "{\"user\":\"alice\"}"};

    cloud_event_append(text, &place, &event);
    assert_non_null(utf8_text_get(text));
}

static void expect_event(
        const char *interface_name, const char *name, const char *arguments, enum message_kind kind, int state)
{
    struct utf8_text text = {0}, topic = {0};
    struct scan_value details;
    struct message message;

    append_event(&text, interface_name, name, arguments);
    topic_append(&topic, "pc.1", "Web 1", name);
    assert_null(read(&message, utf8_text_get(&topic), text.start));
    assert_int_equal(message.kind, kind);
    assert_int_equal(message.state, state);
    assert_int_equal(message.sequence, 7);
    assert_string_equal(message.id, SPOOL "-42");
    assert_string_equal(message.spool, SPOOL);
    assert_string_equal(message.time, time);
    assert_true(scan_find(&message.data, "details", &details));
    utf8_text_free(&text);
    utf8_text_free(&topic);
}

static void events(void **state)
{
    (void)state;
    expect_event("IVMVirtualMachineEvents", "OnReset", "{}", MESSAGE_EVENT, 0);
    expect_event("IVMVirtualMachineEvents", "OnStateChange", "{\"virtualMachineState\":5}", MESSAGE_EVENT, 5);
    expect_event("IVMVirtualMachineEvents", "OnStateChange", "{\"virtualMachineState\":10}", MESSAGE_GONE, 10);
    expect_event("vmforward", "MachineHeard", "{\"virtualMachineState\":6}", MESSAGE_HEARD, 6);
    expect_event("vmforward", "MachineGone", "{\"virtualMachineState\":10}", MESSAGE_GONE, 10);
    expect_event("vmforward", "Anything", "{}", MESSAGE_OTHER, 0);
}

static void states(void **state)
{
    struct utf8_text text = {0};
    struct message message;

    (void)state;
    cloud_event_append_state(&text, &place, "vmVMState_Paused", time);
    assert_null(read(&message, TOPIC "state", utf8_text_get(&text)));
    assert_int_equal(message.kind, MESSAGE_STATE);
    assert_int_equal(message.state, 6);
    assert_int_equal(message.sequence, 7);
    assert_null(read(&message, TOPIC "state", ""));
    assert_int_equal(message.kind, MESSAGE_NO_STATE);
    utf8_text_clear(&text);
    cloud_event_append_host(&text, &of_host, "lost", NULL);
    assert_null(read(&message, "vmevents/pc%2E1/=host/state", utf8_text_get(&text)));
    assert_int_equal(message.kind, MESSAGE_HOST_STATE);
    assert_int_equal(message.host_state, MESSAGE_LOST);
    utf8_text_free(&text);
}

static void topics(void **state)
{
    static const char *const wrong[] = {"", "vmevents", "vmevents/", "vmevents/a/b", "vmevents/a/b/c/d", "other/a/b/c",
            "vmevents//b/c", "vmevents/a//c", "vmevents/a.b/c/d", "vmevents/a/b%2f/c", "vmevents/a/b%00/c",
            "VMEVENTS/a/b/c", "vmevents/=host/b/c"};
    struct message_place read_place;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i)
        assert_non_null(message_read_topic(&read_place, wrong[i], strlen(wrong[i])));
    assert_null(message_read_topic(&read_place, TOPIC "OnReset", strlen(TOPIC "OnReset")));
    assert_string_equal(read_place.host, "pc.1");
    assert_string_equal(read_place.machine, "Web 1");
    assert_null(message_read_topic(&read_place, "vmevents/a/=host/state", 22));
    assert_string_equal(read_place.machine, "");
}

/* The message with one part in place of another. */
static void refuse(const char *part, const char *other, const char *why)
{
    struct utf8_text text = {0}, changed = {0};
    struct message message;
    const char *fault, *found;

    append_event(&text, "IVMVirtualMachineEvents", "OnGuestLogoff", "{\"logoffType\":1}");
    assert_null(read(&message, TOPIC "OnGuestLogoff", text.start));
    assert_non_null(found = strstr(text.start, part));
    utf8_text_append_part(&changed, text.start, (size_t)(found - text.start));
    utf8_text_append(&changed, other);
    utf8_text_append(&changed, found + strlen(part));
    fault = read(&message, TOPIC "OnGuestLogoff", utf8_text_get(&changed));
    if (!fault || !strstr(fault, why))
        fail_msg("%s in place of %s: %s, not %s", other, part, fault ? fault : "it is taken", why);
    utf8_text_free(&text);
    utf8_text_free(&changed);
}

static void what_makes_no_sense(void **state)
{
    struct message message;
    static char large[MESSAGE_BODY_MAX + 1];
    struct utf8_text text = {0};

    (void)state;
    refuse("\"1.0\"", "\"0.3\"", "CloudEvent");
    refuse("\"1.0\"", "1.0", "CloudEvent");
    refuse("Web%201\"", "Mail\"", "source");
    refuse(SPOOL, "0123456789abcdeF", "id");
    refuse(SPOOL "-42", SPOOL "-042", "id");
    refuse(SPOOL "-42", SPOOL "-state-42", "id");
    refuse("00000000000000000007", "7", "sequence");
    refuse("00000000000000000007", "00000000000000000000", "sequence");
    refuse("00000000000000000007", "99999999999999999999", "sequence");
    refuse("\"name\":\"OnGuestLogoff\"", "\"name\":\"OnReset\"", "one event");
    refuse("vmevents.IVMVirtualMachineEvents.", "vmevents.vmforward.", "one event");
    refuse("\"interface\":\"IVMVirtualMachineEvents\"", "\"interface\":1", "interface");
    refuse("\"data\":{", "\"daten\":{", "data");
    refuse("\"text\":\"text\"", "\"text\":\"\x01\"", "JSON");
    refuse("\"text\":\"text\"", "\"text\":\"\xff\"", "JSON");
    refuse("}}", "}", "JSON");
    assert_non_null(message_read(&message, TOPIC "OnReset", strlen(TOPIC "OnReset"), "{}\0", 3));
    assert_non_null(message_read(&message, TOPIC "OnReset", strlen(TOPIC "OnReset"), "", 0));
    append_event(&text, "vmforward", "MachineHeard", "{\"virtualMachineState\":10}");
    assert_non_null(strstr(read(&message, TOPIC "MachineHeard", text.start), "heard that is deleted"));
    utf8_text_free(&text);
    memset(large, ' ', sizeof(large));
    assert_non_null(
            strstr(message_read(&message, TOPIC "OnReset", strlen(TOPIC "OnReset"), large, sizeof(large)), "256 KB"));
    assert_non_null(strstr(read(&message, TOPIC "OnReset", "<html>no</html>"), "JSON"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(events),
            cmocka_unit_test(states),
            cmocka_unit_test(topics),
            cmocka_unit_test(what_makes_no_sense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
