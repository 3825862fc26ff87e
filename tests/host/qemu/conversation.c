#include "conversation.h"

#include "platform/memory.h"
#include "support/test.h"
#include "support/test_data.h"

#include <string.h>
#ifdef _WIN32
#include <windows.h>
#endif

/* What the machine may still make of it behind the last line. */
#define AFTER_MS 8000

/* How long QEMU may have been busy before it answered. */
#define SOON_MS 2500

/* The file */

/* The guest's clock is that of the first logon that it lists, to a second. */
static void set_clock(struct conversation *conversation, const struct conversation_line *line)
{
    json_t *list = line->agent && line->text ? json_loads(line->text, 0, NULL) : NULL;
    json_t *user = json_array_get(json_object_get(list, "return"), 0);

    if (user && !conversation->guest_clock_ms)
        conversation->guest_clock_ms =
                json_integer_value(json_object_get(user, "login-time")) * 1000 - (long long)line->ms;
    json_decref(list);
}

static char *copy_text(const char *text)
{
    char *copy = malloc(strlen(text) + 1);

    assert_non_null(copy);
    return strcpy(copy, text);
}

static void add_line(struct conversation *conversation, char *text)
{
    struct conversation_line *line;
    char channel[8], direction, *rest;
    unsigned long ms;
    int length = 0;

    text[strcspn(text, "\r\n")] = 0;
    if (!*text || *text == '#')
        return;
    conversation->lines =
            realloc(conversation->lines, (conversation->line_count + 1) * sizeof(*conversation->lines));
    assert_non_null(conversation->lines);
    line = &conversation->lines[conversation->line_count++];
    assert_true(sscanf(text, "%lu %7[a-z]%n", &ms, channel, &length) == 2);
    rest = text + length;
    direction = *rest;
    /* Time begins somewhere. */
    *line = (struct conversation_line){.ms = ms + 100000, .agent = !strcmp(channel, "agent")};
    line->incoming = direction != '<';
    line->text = direction == ' ' ? NULL : copy_text(rest + 2);
    set_clock(conversation, line);
}

/* The path is UTF-8, as this file is compiled, whatever the system's own files are named in. */
static FILE *open_file(const char *path)
{
#ifdef _WIN32
    WCHAR wide[1024];

    assert_true(MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, ARRAYSIZE(wide)));
    return _wfopen(wide, L"rb");
#else
    return fopen(path, "rb");
#endif
}

static void load(struct conversation *conversation, const char *name)
{
    static char text[262144];
    char folder[900], path[1024];
    FILE *file;

    test_data_folder(folder, sizeof(folder), "tests/host/qemu/recorded");
    snprintf(path, sizeof(path), "%s/%s.txt", folder, name);
    file = open_file(path);
    if (!file)
        fail_msg("there is no %s", path);
    while (fgets(text, sizeof(text), file))
        add_line(conversation, text);
    fclose(file);
}

/* Answers */

static void reply(struct conversation *conversation, uint64_t ms, bool agent, const char *text)
{
    struct conversation_reply *place = conversation->replies;

    while (place->ms)
        ++place;
    assert_true(place < conversation->replies + 64);
    *place = (struct conversation_reply){ms, agent, copy_text(text)};
}

static bool is_answer(const struct conversation_line *line)
{
    return line->text && line->incoming && (strstr(line->text, "{\"return\"") == line->text
                                                   || strstr(line->text, "{\"error\"") == line->text);
}

/* Whether the line is that command, but for its id. */
static bool asks(const struct conversation_line *line, json_t *command)
{
    json_t *asked = line->text && !line->agent && !line->incoming ? json_loads(line->text, 0, NULL) : NULL;
    json_t *arguments = json_object_get(asked, "arguments"), *wanted = json_object_get(command, "arguments");
    bool same = asked && json_equal(json_object_get(asked, "execute"), json_object_get(command, "execute"))
            && (arguments == wanted || json_equal(arguments, wanted));

    json_decref(asked);
    return same;
}

/* The answer to the nth of the recorded commands: QEMU answers them in order. */
static const struct conversation_line *nth_answer(const struct conversation *conversation, size_t n)
{
    for (size_t i = 0; i < conversation->line_count; ++i)
    {
        const struct conversation_line *line = &conversation->lines[i];

        if (!line->agent && is_answer(line) && !n--)
            return line;
    }
    return NULL;
}

/* What was answered to the command at that moment or soon after it, or else last before. */
static const struct conversation_line *recorded_answer(
        const struct conversation *conversation, json_t *command)
{
    const struct conversation_line *last = NULL;
    size_t n = 0;

    for (size_t i = 0; i < conversation->line_count; ++i)
    {
        const struct conversation_line *line = &conversation->lines[i], *answer;

        if (line->agent || line->incoming)
            continue;
        answer = nth_answer(conversation, n++);
        if (!answer || !asks(line, command))
            continue;
        if (last && answer->ms > conversation->now_ms + SOON_MS)
            break;
        last = answer;
        if (answer->ms >= conversation->now_ms)
            break;
    }
    return last;
}

static void answer_qmp(struct conversation *conversation, json_t *command)
{
    const struct conversation_line *line = recorded_answer(conversation, command);
    json_t *answer;
    char *dump;

    answer = line ? json_loads(line->text, 0, NULL) : json_pack("{s:{s:s}}", "error", "class", "CommandNotFound");
    assert_non_null(answer);
    json_object_set(answer, "id", json_object_get(command, "id"));
    dump = json_dumps(answer, JSON_COMPACT);
    reply(conversation, line && line->ms > conversation->now_ms ? line->ms : conversation->now_ms, false, dump);
    free(dump);
    json_decref(answer);
}

/* When the agent next said anything, or the list of users: from there on. NULL: never again. */
static const struct conversation_line *next_said(const struct conversation *conversation, bool list)
{
    for (size_t i = 0; i < conversation->line_count; ++i)
    {
        const struct conversation_line *line = &conversation->lines[i];

        if (line->agent && is_answer(line) && line->ms >= conversation->now_ms
                && (!list || strstr(line->text, "{\"return\": [") == line->text))
            return line;
    }
    return NULL;
}

static void answer_agent(struct conversation *conversation, json_t *command)
{
    const char *name = json_string_value(json_object_get(command, "execute"));
    const struct conversation_line *said = next_said(conversation, !strcmp(name, "guest-get-users"));
    char text[128];

    if (!said)
        return;
    if (!strcmp(name, "guest-get-users"))
    {
        reply(conversation, said->ms, true, said->text);
        return;
    }
    if (!strcmp(name, "guest-get-time"))
    {
        snprintf(text, sizeof(text), "{\"return\": %lld000000}",
                conversation->guest_clock_ms + (long long)conversation->now_ms);
        reply(conversation, conversation->now_ms, true, text);
        return;
    }
    assert_string_equal(name, "guest-sync-delimited");
    snprintf(text, sizeof(text), "\xff{\"return\": %ld}",
            (long)json_integer_value(json_object_get(json_object_get(command, "arguments"), "id")));
    reply(conversation, said->ms, true, text);
}

/* What the machine calls */

static bool on_send(void *context, enum vm_channel channel, const char *text, size_t size)
{
    struct conversation *conversation = context;
    bool marked = size && *text == '\xff';
    json_t *command = json_loadb(text + marked, size - marked, 0, NULL);

    assert_non_null(command);
    if (channel == VM_QMP)
        answer_qmp(conversation, command);
    else
        answer_agent(conversation, command);
    json_decref(command);
    return true;
}

static void on_fire(void *context, const struct vm_event *event)
{
    struct conversation *conversation = context;

    assert_true(conversation->event_count < CONVERSATION_EVENTS_MAX);
    vm_event_text(event, conversation->events[conversation->event_count++], sizeof(conversation->events[0]));
}

static void on_learn_state(void *context, enum vm_state state)
{
    (void)context, (void)state;
}

/* The port by which QEMU knew who was connected to the agent's channel, or 0: nobody asked. */
static uint16_t agent_client(const struct conversation *conversation)
{
    uint16_t port = 0;

    for (size_t i = 0; i < conversation->line_count; ++i)
    {
        const struct conversation_line *line = &conversation->lines[i];
        json_t *answer = !line->agent && is_answer(line) ? json_loads(line->text, 0, NULL) : NULL, *device;
        size_t j;

        json_array_foreach(json_object_get(answer, "return"), j, device)
        {
            const char *label = json_string_value(json_object_get(device, "label"));
            const char *client = label && !strcmp(label, "agent")
                    ? strstr(json_string_value(json_object_get(device, "filename")), "<->")
                    : NULL;

            if (client)
                port = (uint16_t)atoi(strrchr(client, ':') + 1);
        }
        json_decref(answer);
    }
    return port;
}

static void on_attached(void *context)
{
    struct conversation *conversation = context;

    vm_open_agent(&conversation->vm, agent_client(conversation), conversation->now_ms);
}

static void on_fault(void *context, const char *fault)
{
    (void)context, (void)fault;
}

static void on_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    (void)context, (void)result, (void)text;
}

static const struct vm_callbacks callbacks = {on_send, on_fire, on_learn_state, on_attached, on_fault, on_logged_off};

/* Playing */

static void feed(struct conversation *conversation, bool agent, const char *bytes, size_t size)
{
    const char *fault = agent ? vm_take_agent(&conversation->vm, bytes, size, conversation->now_ms)
                              : vm_take_qmp(&conversation->vm, bytes, size, conversation->now_ms);

    if (fault)
        fail_msg("%.*s: %s", (int)size, bytes, fault);
}

static void say(struct conversation *conversation, bool agent, const char *text)
{
    size_t step = conversation->by_bytes ? 1 : strlen(text);

    for (size_t i = 0; i < strlen(text); i += step)
        feed(conversation, agent, text + i, step);
    feed(conversation, agent, "\r\n", 2);
}

static void play_line(struct conversation *conversation, const struct conversation_line *line)
{
    if (!line->incoming || is_answer(line))
        return;
    if (line->text)
    {
        say(conversation, line->agent, line->text);
    }
    else if (line->agent)
    {
        vm_close_agent(&conversation->vm, conversation->now_ms);
    }
    else
    {
        /* Nobody listens there any more. */
        vm_close_qmp(&conversation->vm, conversation->now_ms);
        vm_end(&conversation->vm, conversation->now_ms);
    }
}

static struct conversation_reply *first_reply(struct conversation *conversation)
{
    struct conversation_reply *first = NULL;

    for (struct conversation_reply *place = conversation->replies; place < conversation->replies + 64; ++place)
    {
        if (place->ms && (!first || place->ms < first->ms))
            first = place;
    }
    return first;
}

static bool step(struct conversation *conversation, uint64_t end_ms)
{
    const struct conversation_line *line = conversation->next_line < conversation->line_count
            ? &conversation->lines[conversation->next_line]
            : NULL;
    struct conversation_reply *answer = first_reply(conversation), taken;
    uint64_t due = vm_due_ms(&conversation->vm), next = line ? line->ms : end_ms;

    if (answer && answer->ms <= next && answer->ms <= due)
    {
        taken = *answer;
        answer->ms = 0;
        conversation->now_ms = taken.ms > conversation->now_ms ? taken.ms : conversation->now_ms;
        say(conversation, taken.agent, taken.text);
        free(taken.text);
        return true;
    }
    if (due <= next)
    {
        conversation->now_ms = due > conversation->now_ms ? due : conversation->now_ms;
        assert_null(vm_tick(&conversation->vm, conversation->now_ms));
        return true;
    }
    if (!line)
        return false;
    conversation->now_ms = line->ms;
    play_line(conversation, line);
    ++conversation->next_line;
    return true;
}

void conversation_play(struct conversation *conversation, const char *name, bool by_bytes)
{
    memset(conversation, 0, sizeof(*conversation));
    conversation->by_bytes = by_bytes;
    load(conversation, name);
    conversation->now_ms = conversation->lines[0].ms;
    assert_null(address_parse(&conversation->address, "qemu:127.0.0.1:1,agent=2", (char[256]){0}));
    assert_true(vm_init(&conversation->vm, &callbacks, conversation, &conversation->address));
    vm_open_qmp(&conversation->vm, conversation->now_ms);
    while (step(conversation, conversation->lines[conversation->line_count - 1].ms + AFTER_MS))
        ;
}

void conversation_expect(const struct conversation *conversation, const char *expected)
{
    static char text[sizeof(conversation->events)];
    size_t length = 0;

    *text = 0;
    for (size_t i = 0; i < conversation->event_count; ++i)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s\n", conversation->events[i]);
    assert_string_equal(text, expected);
}

void conversation_end(struct conversation *conversation)
{
    vm_cleanup(&conversation->vm);
    for (size_t i = 0; i < conversation->line_count; ++i)
        free(conversation->lines[i].text);
    free(conversation->lines);
    for (size_t i = 0; i < 64; ++i)
    {
        if (conversation->replies[i].ms)
            free(conversation->replies[i].text);
    }
}
