/*
 * What QEMU and a guest agent may say: whatever it is, the machine either understands it or ends that connection with a
 * reason, keeps within its memory, and has every event in a form that can be fired.
 *
 * An input is text, a line for each thing that happens: q and a are followed by bytes from QEMU and from the agent, t by
 * milliseconds that pass, c ends the connection to QEMU and begins another, m does so at another QEMU, where the machine
 * goes on, l asks for the users to be logged off, x ends the machine. What comes from QEMU is also said to one who asks
 * whether the machine is there. QEMU's answers come by themselves, in turn from the list below. Every input is played again with
 * single requests for memory refused.
 */
#include "fuzz/target.h"
#include "host/qemu/json_reader.h"
#include "host/qemu/scout.h"
#include "host/qemu/vm.h"

#include <string.h>

#include "support/counted_memory.h"

#define ADDRESS "qemu:127.0.0.1:1,agent=2"

/* No input may make the machine ask more than this of QEMU for each byte of it. */
#define QUESTIONS_PER_BYTE 64

struct play
{
    struct vm vm;
    struct scout scout;
    struct address address;
    uint64_t now_ms;
    uint32_t ids[256]; /* of commands that have not been answered */
    size_t unanswered, questions, said;
    unsigned int turn;
};

static const char *const results[] = {
        "{}",
        "{\"UUID\": \"11111111-2222-3333-4444-555555555555\"}",
        "[{\"thread-id\": 7}]",
        "[]",
        "{\"status\": \"running\", \"running\": true}",
        ("[{\"qdev\": \"cd0\", \"removable\": true, \"tray_open\": false, \"inserted\": {\"file\": \"a\"}}, "
         "{\"qdev\": \"f\", \"removable\": true}]"),
        "[{\"name\": \"agent0\", \"type\": \"child<virtserialport>\"}]",
        "\"org.qemu.guest_agent.0\"",
        "\"floppy\"",
        "[{\"label\": \"org.qemu.guest_agent.0\", \"frontend-open\": true, \"filename\": \"<-> 127.0.0.1:7\"}]",
        "[{\"id\": \"j\", \"type\": \"snapshot-load\"}]",
        "null",
};

static bool on_send(void *context, enum vm_channel channel, const char *text, size_t size)
{
    struct play *play = context;
    const char *id;

    REQUIRE(size && text[size - 1] == '\n');
    if (channel == VM_AGENT)
        return true;
    id = strstr(text, "\"id\":");
    REQUIRE(id && ++play->questions <= 256 + QUESTIONS_PER_BYTE * play->said);
    if (play->unanswered == sizeof(play->ids) / sizeof(play->ids[0]))
        return false;
    play->ids[play->unanswered++] = (uint32_t)strtoul(id + 5, NULL, 10);
    return true;
}

static void on_fire(void *context, const struct vm_event *event)
{
    bool has_text = event->type == VM_EVENT_CONFIGURATION_CHANGED || event->type >= VM_EVENT_DVD_INSERT;

    (void)context;
    REQUIRE(event->type <= VM_EVENT_FLOPPY_EJECT);
    REQUIRE(has_text == (event->text != NULL));
    if (event->type == VM_EVENT_STATE_CHANGE)
        REQUIRE(event->number > VM_UNKNOWN && event->number <= VM_TURNING_OFF);
    if (event->type == VM_EVENT_GUEST_LOGOFF)
        REQUIRE(event->number >= VM_LOGOFF_NORMAL && event->number <= VM_LOGOFF_EXTERNAL);
}

static void on_learn_state(void *context, enum vm_state state)
{
    (void)context;
    REQUIRE(state > VM_UNKNOWN && state <= VM_TURNING_OFF);
}

static void on_attached(void *context)
{
    struct play *play = context;

    vm_open_agent(&play->vm, 7, play->now_ms);
}

static void on_fault(void *context, const char *fault)
{
    (void)context;
    REQUIRE(!fault || *fault);
}

static void on_logged_off(void *context, enum vm_logoff_result result, const char *text)
{
    (void)context, (void)text;
    REQUIRE(result <= VM_LOGOFF_ENDED);
}

static const struct vm_callbacks callbacks = {on_send, on_fire, on_learn_state, on_attached, on_fault, on_logged_off};

static void connect(struct play *play)
{
    static const char greeting[] = "{\"QMP\": {}}\n";

    vm_close_agent(&play->vm, play->now_ms);
    vm_close_qmp(&play->vm, play->now_ms);
    play->unanswered = 0;
    vm_open_qmp(&play->vm, play->now_ms);
    vm_take_qmp(&play->vm, greeting, strlen(greeting), play->now_ms);
}

static void check(struct play *play, const char *fault)
{
    REQUIRE(!fault || *fault);
    REQUIRE(play->vm.order.count <= ORDER_HELD_MAX + 1 && play->vm.qmp_messages.size <= 2 * MESSAGE_MAX);
    if (fault)
        connect(play);
}

static void answer_all(struct play *play)
{
    char text[512];
    uint32_t id;

    for (int i = 0; i < 64 && play->unanswered; ++i)
    {
        id = play->ids[0];
        memmove(play->ids, play->ids + 1, --play->unanswered * sizeof(play->ids[0]));
        snprintf(text, sizeof(text), "{\"return\": %s, \"id\": %lu}\n",
                results[play->turn++ % (sizeof(results) / sizeof(results[0]))], (unsigned long)id);
        check(play, vm_take_qmp(&play->vm, text, strlen(text), play->now_ms));
    }
}

static void pass_time(struct play *play, uint64_t ms)
{
    uint64_t end = play->now_ms + ms % 100000;

    while (vm_due_ms(&play->vm) <= end)
    {
        uint64_t due = vm_due_ms(&play->vm);

        play->now_ms = due > play->now_ms ? due : play->now_ms;
        ++play->said;
        check(play, vm_tick(&play->vm, play->now_ms));
        answer_all(play);
        REQUIRE(vm_due_ms(&play->vm) != due || play->vm.guest.agent.next_ms == due);
    }
    play->now_ms = end;
}

/* Whatever the agent says, only memory can end its connection, or a message that is too large. */
static void take_from_agent(struct play *play, const char *bytes, size_t size)
{
    const char *fault = vm_take_agent(&play->vm, bytes, size, play->now_ms);

    REQUIRE(!fault || strstr(fault, "memory has run out") || strstr(fault, "more than"));
    if (!fault)
        return;
    vm_close_agent(&play->vm, play->now_ms);
    vm_open_agent(&play->vm, 7, play->now_ms);
}

static bool scout_sends(void *context, const char *text, size_t size)
{
    (void)context;
    REQUIRE(size && text[size - 1] == '\n');
    return true;
}

static void scout_starts(struct play *play)
{
    static const char greeting[] = "{\"QMP\": {}}\n{\"return\": {}, \"id\": 1}\n";

    scout_close(&play->scout);
    scout_open(&play->scout);
    scout_take(&play->scout, greeting, strlen(greeting));
}

static void scout_hears(struct play *play, const char *bytes, size_t size)
{
    const char *fault = scout_take(&play->scout, bytes, size);

    REQUIRE(!fault || *fault);
    REQUIRE(play->scout.messages.size <= 2 * MESSAGE_MAX);
    scout_verdict(&play->scout, vm_uuid(&play->vm));
    if (fault)
        scout_starts(play);
}

static void play_line(struct play *play, const char *line, size_t size)
{
    char number[8] = "";

    play->said += size;
    switch (size ? *line : 0)
    {
        case 'q':
            check(play, vm_take_qmp(&play->vm, line + 1, size - 1, play->now_ms));
            check(play, vm_take_qmp(&play->vm, "\n", 1, play->now_ms));
            scout_hears(play, line + 1, size - 1);
            scout_hears(play, "\n", 1);
            break;
        case 'a':
            take_from_agent(play, line + 1, size - 1);
            take_from_agent(play, "\n", 1);
            break;
        case 't':
            memcpy(number, line + 1, size - 1 < sizeof(number) - 1 ? size - 1 : sizeof(number) - 1);
            pass_time(play, strtoul(number, NULL, 10));
            break;
        case 'c':
            connect(play);
            break;
        case 'm':
            vm_close_agent(&play->vm, play->now_ms);
            vm_close_qmp(&play->vm, play->now_ms);
            if (size > 1)
                vm_find(&play->vm, false, play->now_ms);
            else
                vm_move(&play->vm, false, play->now_ms);
            connect(play);
            break;
        case 'l':
            vm_logoff(&play->vm, play->now_ms);
            break;
        case 'x':
            vm_close_qmp(&play->vm, play->now_ms);
            vm_end(&play->vm, play->now_ms);
            connect(play);
            break;
    }
    answer_all(play);
}

static void play_input(const char *text, size_t size)
{
    struct play *play = calloc(1, sizeof(*play));
    const char *end = text + size, *line_end;

    REQUIRE(play);
    play->now_ms = 1000;
    REQUIRE(!address_parse(&play->address, ADDRESS, (char[256]){0}));
    scout_init(&play->scout, scout_sends, play);
    scout_starts(play);
    if (vm_init(&play->vm, &callbacks, play, &play->address))
    {
        connect(play);
        answer_all(play);
        for (; text < end; text = line_end + 1)
        {
            line_end = memchr(text, '\n', (size_t)(end - text));
            line_end = line_end ? line_end : end;
            play_line(play, text, (size_t)(line_end - text));
        }
    }
    vm_cleanup(&play->vm);
    scout_cleanup(&play->scout);
    free(play);
    REQUIRE(!counted_memory_get()->live().blocks);
}

static unsigned int requests, refused;

static bool refuse_one(void)
{
    return ++requests != refused;
}

/* With single requests for memory refused: all of the first, then fewer and fewer, to the last. */
static void play_without_memory(const char *text, size_t size)
{
    counted_memory_get()->set_gate(refuse_one);
    for (unsigned int next = 1; next; next = requests >= refused ? next + 1 + next / 8 : 0)
    {
        refused = next;
        requests = 0;
        play_input(text, size);
    }
    counted_memory_get()->set_gate(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_reader_init();
    play_input((const char *)data, size);
    play_without_memory((const char *)data, size);
    return 0;
}
