/* A disk for SQLite that the test can fill up: a VFS above the system's own, made the default one. */
#ifndef VMEVENTS_TESTS_FORWARD_FULL_DISK_H
#define VMEVENTS_TESTS_FORWARD_FULL_DISK_H

#include <stdbool.h>

/* While it is full nothing that is there can be written to, and no file grows. */
extern _Atomic bool disk_is_full;

void full_disk_install(void);

#endif
