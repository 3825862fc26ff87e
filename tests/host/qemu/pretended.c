#include "pretended.h"

#include "conversation.h"
#include "support/test.h"

#include <string.h>

static void reply(struct pretended *pretended, bool agent, const char *text)
{
    size_t size = strlen(text) + 2;

    assert_true(pretended->reply_size + size < sizeof(pretended->replies));
    pretended->replies[pretended->reply_size] = agent ? 2 : 1;
    memcpy(pretended->replies + pretended->reply_size + 1, text, size - 1);
    pretended->reply_size += size;
}

static const char *qom_property(const struct pretended *pretended, json_t *arguments)
{
    const char *property = json_string_value(json_object_get(arguments, "property"));
    const char *path = json_string_value(json_object_get(arguments, "path"));

    if (!strcmp(property, "type") && pretended->drive_type)
        return pretended->drive_type;
    if (!strcmp(property, "type"))
        return strncmp(path, "cd", 2) ? "\"floppy\"" : "\"ide-cd\"";
    return !strcmp(property, "name") ? "\"org.qemu.guest_agent.0\"" : "\"agent\"";
}

static void answer_qmp(struct pretended *pretended, json_t *command)
{
    const char *name = json_string_value(json_object_get(command, "execute"));
    char result[4096] = "{}", text[4400];

    if (!strcmp(name, "query-status"))
        snprintf(result, sizeof(result), "{\"status\": \"%s\", \"running\": %s}", pretended->run_state,
                strcmp(pretended->run_state, "running") ? "false" : "true");
    else if (!strcmp(name, "query-block"))
        snprintf(result, sizeof(result), "%s", pretended->drives);
    else if (!strcmp(name, "query-uuid"))
        snprintf(result, sizeof(result), "{\"UUID\": \"11111111-2222-3333-4444-555555555555\"}");
    else if (!strcmp(name, "query-cpus-fast"))
        snprintf(result, sizeof(result), "[{\"thread-id\": %d}]", pretended->process);
    else if (!strcmp(name, "qom-list"))
        snprintf(result, sizeof(result),
                pretended->has_port ? "[{\"name\": \"%s\", \"type\": \"child<virtserialport>\"}%s]" : "[{}%s%s]",
                pretended->has_port ? pretended->port : "", pretended->more_devices);
    else if (!strcmp(name, "qom-get"))
        snprintf(result, sizeof(result), "%s", qom_property(pretended, json_object_get(command, "arguments")));
    else if (!strcmp(name, "query-chardev"))
        snprintf(result, sizeof(result),
                "[{\"label\": \"agent\", \"frontend-open\": %s, \"filename\": \"tcp:127.0.0.1:2,server=on <-> "
                "127.0.0.1:%d\"}]",
                pretended->port_open ? "true" : "false", pretended->agent_client);
    else if (!strcmp(name, "query-blockstats"))
        snprintf(result, sizeof(result), "%s", pretended->stats);
    else if (!strcmp(name, "query-jobs"))
        snprintf(result, sizeof(result), "%s", pretended->jobs);
    snprintf(text, sizeof(text), "{\"return\": %s, \"id\": %ld}", result,
            (long)json_integer_value(json_object_get(command, "id")));
    if (pretended->refuses && !strcmp(name, pretended->refuses))
        snprintf(text, sizeof(text), "{\"error\": {\"desc\": \"not\\nnow\"}, \"id\": %ld}",
                (long)json_integer_value(json_object_get(command, "id")));
    reply(pretended, false, text);
}

static void answer_agent(struct pretended *pretended, json_t *command)
{
    const char *name = json_string_value(json_object_get(command, "execute"));
    char text[1024];

    ++pretended->asked;
    if (!pretended->agent_answers)
        return;
    if (!strcmp(name, "guest-sync-delimited"))
        snprintf(text, sizeof(text), "\xff{\"return\": %ld}",
                (long)json_integer_value(json_object_get(json_object_get(command, "arguments"), "id")));
    else if (!strcmp(name, "guest-get-users") && pretended->nonsense)
        snprintf(text, sizeof(text), "%s", pretended->nonsense);
    else if (!strcmp(name, "guest-get-users") && pretended->users)
        snprintf(text, sizeof(text), "{\"return\": %s}", pretended->users);
    else if (!strcmp(name, "guest-get-time"))
        snprintf(text, sizeof(text), "{\"return\": %.0f}",
                (pretended->guest_clock + (double)pretended->now_ms / 1e3) * 1e9);
    else if (!pretended->agent_executes || !strcmp(name, "guest-get-users"))
        snprintf(text, sizeof(text), "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"%s is disabled\"}}",
                name);
    else
        snprintf(text, sizeof(text), "{\"return\": {\"pid\": %u}}", ++pretended->executions);
    reply(pretended, true, text);
}

/* What the machine calls */

static bool on_send(void *context, enum vm_channel channel, const char *text, size_t size)
{
    struct pretended *pretended = context;
    bool marked = size && *text == '\xff';
    json_t *command;

    pretended->is_answering = true;
    command = json_loadb(text + marked, size - marked, 0, NULL);
    assert_non_null(command);
    if (channel == VM_QMP)
        answer_qmp(pretended, command);
    else
        answer_agent(pretended, command);
    json_decref(command);
    pretended->is_answering = false;
    return true;
}

static void on_fire(void *context, const struct vm_event *event)
{
    struct pretended *pretended = context;
    size_t length = strlen(pretended->events);

    assert_true(length + 200 < sizeof(pretended->events));
    vm_event_text(event, pretended->events + length, 198);
    strcat(pretended->events, "\n");
    length = strlen(pretended->details);
    assert_true(length + 200 < sizeof(pretended->details));
    vm_event_details_text(event, pretended->details + length, 198);
    strcat(pretended->details, "\n");
}

static void on_learn_state(void *context, enum vm_state state)
{
    struct pretended *pretended = context;

    pretended->learnt = state;
}

static void on_attached(void *context)
{
    struct pretended *pretended = context;

    pretended->attached = true;
    vm_open_agent(&pretended->vm, 7, pretended->now_ms);
}

static void on_fault(void *context, const char *fault)
{
    struct pretended *pretended = context;

    pretended->fault = fault;
    assert_true(!fault || *fault);
}

static void on_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    struct pretended *pretended = context;

    pretended->logoff_result = (int)result;
    snprintf(pretended->logoff_text, sizeof(pretended->logoff_text), "%s", text ? text : "");
}

static const struct vm_callbacks callbacks = {on_send, on_fire, on_learn_state, on_attached, on_fault, on_logged_off};

/* Time */

/* What has the connections do it by themselves in the host. */
static void reconnect(struct pretended *pretended, bool agent, const char *text, const char *fault)
{
    if (!pretended->reconnects)
        fail_msg("%s: %s", text, fault);
    ++pretended->losses;
    if (agent)
    {
        pretended_reconnect_agent(pretended);
        return;
    }
    pretended_lose(pretended);
    pretended_connect(pretended);
}

static void take(struct pretended *pretended, bool agent, const char *text)
{
    const char *fault = agent ? vm_take_agent(&pretended->vm, text, strlen(text), pretended->now_ms)
                              : vm_take_qmp(&pretended->vm, text, strlen(text), pretended->now_ms);

    if (!fault)
        fault = agent ? vm_take_agent(&pretended->vm, "\n", 1, pretended->now_ms)
                      : vm_take_qmp(&pretended->vm, "\n", 1, pretended->now_ms);
    if (fault)
        reconnect(pretended, agent, text, fault);
}

static void deliver_replies(struct pretended *pretended)
{
    char text[8192];
    bool agent;
    size_t size;

    while (pretended->reply_size && !pretended->is_busy)
    {
        agent = *pretended->replies == 2;
        snprintf(text, sizeof(text), "%s", pretended->replies + 1);
        size = strlen(text) + 2;
        pretended->reply_size -= size;
        memmove(pretended->replies, pretended->replies + size, pretended->reply_size);
        take(pretended, agent, text);
    }
}

void pretended_wait(struct pretended *pretended, uint64_t ms)
{
    uint64_t end = pretended->now_ms + ms;

    deliver_replies(pretended);
    while (vm_due_ms(&pretended->vm) <= end)
    {
        uint64_t due = vm_due_ms(&pretended->vm);
        const char *fault;

        pretended->now_ms = due > pretended->now_ms ? due : pretended->now_ms;
        if ((fault = vm_tick(&pretended->vm, pretended->now_ms)))
            reconnect(pretended, false, "when it was due", fault);
        deliver_replies(pretended);
        /* What is due must not be due again at once. */
        if (due == vm_due_ms(&pretended->vm))
            fail_msg("it is due at %lu ms for ever, behind:\n%s", (unsigned long)due, pretended->events);
    }
    pretended->now_ms = end;
}

void pretended_say_late(struct pretended *pretended, const char *event, const char *data, uint64_t ms)
{
    long seconds = (long)((pretended->now_ms - ms) / 1000), us = (long)((pretended->now_ms - ms) % 1000 * 1000);
    char text[1024];

    /* As QEMU does when it cannot have the time. */
    if (pretended->without_time)
        seconds = us = -1;
    snprintf(text, sizeof(text),
            "{\"event\": \"%s\", \"data\": %s, \"timestamp\": {\"seconds\": %ld, \"microseconds\": %ld}}", event,
            data ? data : "{}", seconds, us);
    take(pretended, false, text);
    deliver_replies(pretended);
}

void pretended_say(struct pretended *pretended, const char *event, const char *data)
{
    pretended_say_late(pretended, event, data, 0);
}

/* Connections */

void pretended_connect(struct pretended *pretended)
{
    pretended->reply_size = 0;
    pretended->attached = false;
    vm_open_qmp(&pretended->vm, pretended->now_ms);
    take(pretended, false, "{\"QMP\": {\"version\": {}, \"capabilities\": []}}");
    deliver_replies(pretended);
    assert_true(pretended->attached);
}

void pretended_reconnect_agent(struct pretended *pretended)
{
    vm_close_agent(&pretended->vm, pretended->now_ms);
    vm_open_agent(&pretended->vm, 7, pretended->now_ms);
}

void pretended_lose(struct pretended *pretended)
{
    pretended->reply_size = 0;
    vm_close_agent(&pretended->vm, pretended->now_ms);
    vm_close_qmp(&pretended->vm, pretended->now_ms);
}

void pretended_move(struct pretended *pretended)
{
    pretended_lose(pretended);
    vm_move(&pretended->vm, false, pretended->now_ms);
    ++pretended->process;
    pretended->run_state = "running";
    pretended_connect(pretended);
}

void pretended_expect(struct pretended *pretended, const char *events)
{
    assert_string_equal(pretended->events, events);
    *pretended->events = *pretended->details = 0;
}

void pretended_expect_details(struct pretended *pretended, const char *details)
{
    assert_string_equal(pretended->details, details);
    *pretended->events = *pretended->details = 0;
}

struct pretended *pretended_create(const char *address)
{
    struct pretended *pretended = calloc(1, sizeof(*pretended));

    assert_non_null(pretended);
    pretended->now_ms = 1000000;
    pretended->run_state = "running";
    pretended->drives = "[]";
    pretended->stats = "[]";
    pretended->has_port = pretended->port_open = true;
    pretended->port = "agent0";
    pretended->more_devices = "";
    pretended->agent_client = 7;
    pretended->process = 100;
    pretended->jobs = "[{\"id\": \"j\", \"type\": \"snapshot-load\"}]";
    pretended->agent_answers = pretended->agent_executes = true;
    pretended->guest_clock = 500;
    pretended->users = "[]";
    pretended->logoff_result = -1;
    assert_null(address_parse(&pretended->address, address, (char[256]){0}));
    return pretended;
}

bool pretended_init(struct pretended *pretended)
{
    return vm_init(&pretended->vm, &callbacks, pretended, &pretended->address);
}

struct pretended *pretended_start(const char *address)
{
    struct pretended *pretended = pretended_create(address);

    assert_true(pretended_init(pretended));
    pretended_connect(pretended);
    pretended_wait(pretended, 2000);
    pretended_expect(pretended, "");
    return pretended;
}

void pretended_end(struct pretended *pretended)
{
    vm_cleanup(&pretended->vm);
    free(pretended);
}

int pretended_set_up(void **state)
{
    *state = pretended_start("qemu:127.0.0.1:1,agent=2");
    return 0;
}

int pretended_tear_down(void **state)
{
    pretended_end(*state);
    return 0;
}

void pretended_say_as_agent(struct pretended *pretended, const char *text)
{
    assert_null(vm_take_agent(&pretended->vm, text, strlen(text), pretended->now_ms));
}

void pretended_log_on(struct pretended *pretended, const char *users)
{
    pretended->users = users;
    pretended_wait(pretended, 3000);
    pretended_expect(pretended, "");
}

void pretended_reset(struct pretended *pretended)
{
    pretended_say(pretended, "RESET", "{\"guest\": false, \"reason\": \"host-qmp-system-reset\"}");
}

void pretended_reset_by_guest(struct pretended *pretended)
{
    pretended_say(pretended, "RESET", "{\"guest\": true, \"reason\": \"guest-reset\"}");
}
