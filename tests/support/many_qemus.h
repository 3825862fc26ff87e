/* Many QEMUs that are pretended, in one thread: what a host has to ask so that it is content, and events on demand. */
#ifndef VMEVENTS_TESTS_MANY_QEMUS_H
#define VMEVENTS_TESTS_MANY_QEMUS_H

#include <stddef.h>

/* Begins to answer at a port of every address of this computer; the QEMU of that number has an address of its own, which
 * many_qemus_address writes. Ends the program when it fails. */
void many_qemus_start(void);

/* "qemu:127.0.3.7:41234". */
void many_qemus_address(unsigned int number, wchar_t *address, size_t size);

/* How many are connected, and how many questions have been answered. */
long many_qemus_connected(void);
long many_qemus_answered(void);

/* Each of them says that its machine has been reset. */
void many_qemus_reset(void);

#endif
