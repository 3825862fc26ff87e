/* What QEMU is asked. */
#include "host/qemu/vm_parts.h"

#include "host/qemu/json_reader.h"

#include <string.h>

static const struct
{
    const char *command;
    const char *arguments; /* JSON */
} questions[VM_QUESTIONS] = {
        [VM_ASK_CAPABILITY] = {"migrate-set-capabilities",
                "{\"capabilities\": [{\"capability\": \"events\", \"state\": true}]}"},
        [VM_ASK_PROCESS] = {"query-cpus-fast", NULL},
        [VM_ASK_STATS] = {"query-blockstats", NULL},
        [VM_ASK_STATUS] = {"query-status", NULL},
        [VM_ASK_BLOCKS] = {"query-block", NULL},
        [VM_ASK_DEVICES] = {"qom-list", "{\"path\": \"" DEVICES_PATH "\"}"},
        [VM_ASK_PORTS] = {"query-chardev", NULL},
        [VM_ASK_JOBS] = {"query-jobs", NULL},
};

const char *vm_command(int question)
{
    return questions[question].command;
}

/* arguments: a reference, which is taken. What cannot be asked ends the connection, since more hangs on the answer. */
static bool execute(struct vm *vm, const char *command, json_t *arguments, int tag)
{
    bool asked = qmp_execute(&vm->qmp, command, arguments, tag);

    if (asked)
        ++vm->unanswered;
    else if (vm->qmp.state == QMP_READY)
        vm->fault = "a command could not be sent to it";
    return asked;
}

void vm_ask(struct vm *vm, enum vm_question question)
{
    const char *text = questions[question].arguments;
    json_error_t error;
    json_t *arguments;

    if (vm->asked[question])
    {
        vm->ask_again[question] = true;
        return;
    }
    arguments = text ? json_reader_read(text, strlen(text), 0, &error) : NULL;
    if (question == VM_ASK_DEVICES)
        vm->log_size = reset_log_size(&vm->reset_log);
    if (vm_check(vm, !text || arguments))
        vm->asked[question] = execute(vm, questions[question].command, arguments, question);
}

void vm_probe(struct vm *vm, int what, const char *path, const char *property)
{
    for (unsigned int i = 0; i < VM_PROBES_MAX; ++i)
    {
        struct vm_probe *probe = &vm->probes[i];
        json_t *arguments;

        if (probe->path)
            continue;
        arguments = json_pack("{s:s, s:s}", "path", path, "property", property);
        if (!vm_check(vm, arguments != NULL))
            return;
        probe->path = json_incref(json_object_get(arguments, "path"));
        probe->what = what;
        if (execute(vm, "qom-get", arguments, VM_PROBES + (int)i))
            return;
        json_decref(probe->path);
        probe->path = NULL;
        return;
    }
}

void vm_forget_questions(struct vm *vm)
{
    memset(vm->asked, 0, sizeof(vm->asked));
    memset(vm->ask_again, 0, sizeof(vm->ask_again));
    vm->unanswered = 0;
    for (unsigned int i = 0; i < VM_PROBES_MAX; ++i)
    {
        json_decref(vm->probes[i].path);
        vm->probes[i].path = NULL;
    }
}
