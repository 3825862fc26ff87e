/* What a machine may be called: Virtual PC's rules. */
#ifndef VMEVENTS_HOST_MACHINE_NAME_H
#define VMEVENTS_HOST_MACHINE_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

/* IVMVirtualMachine::Name of Windows Virtual PC: "cannot be more than 80 characters". */
#define MACHINE_NAME_MAX 80

/*
 * S_OK, and with a description, of interface IVMEventHost: VM_E_CONFIG_NO_NAME, VM_E_CONFIG_NAME_TOO_LONG,
 * VM_E_CONFIG_NAME_INVALID_CHAR
 */
HRESULT machine_name_check(BSTR name);

bool machine_name_is_empty(BSTR name);

/* Returns VM_E_CONFIG_NO_NAME with its description. */
HRESULT machine_name_error_empty(REFIID iid);

/* In any case, whatever the language of the system. */
bool machine_names_are_equal(BSTR name, BSTR other);

/* A number that equal names have in common. */
uint32_t machine_name_hash(BSTR name);

#endif
