/* What is wrong with a machine whose connections are there, said in a sentence. */
#include "host/qemu/vm_parts.h"

#include <stdio.h>
#include <string.h>

void vm_report(struct vm *vm)
{
    const char *fault = vm->agent_silence;

    if (!fault && *vm->agent_fault)
        fault = vm->agent_fault;
    if (*vm->refusal)
        fault = vm->refusal;
    vm->callbacks->fault(vm->context, fault);
}

/* Not in the middle of a character of UTF-8. */
static size_t whole_characters(const char *text, size_t size)
{
    while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
        --size;
    return size;
}

void vm_quote(char text[VM_FAULT_MAX], const char *words, const char *said)
{
    size_t size = (size_t)snprintf(text, VM_FAULT_MAX, "%s", words), left, length = strlen(said);

    if (size >= VM_FAULT_MAX)
        size = VM_FAULT_MAX - 1;
    left = VM_FAULT_MAX - 1 - size;
    if (length > left)
        length = whole_characters(said, left);
    memcpy(text + size, said, length);
    text[size + length] = 0;
    for (char *byte = text; *byte; ++byte)
    {
        if ((unsigned char)*byte < ' ' || *byte == 127)
            *byte = ' ';
    }
}

void vm_take_refusal(struct vm *vm, int question, const char *error)
{
    char words[80];

    if (!error && question == vm->refused && *vm->refusal)
    {
        *vm->refusal = 0;
        vm_report(vm);
    }
    if (!error || *vm->refusal)
        return;
    snprintf(words, sizeof(words), "QEMU refuses %s: ", vm_command(question));
    vm_quote(vm->refusal, words, error);
    vm->refused = question;
    vm_report(vm);
}
