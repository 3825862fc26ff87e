/* A host with one machine, Alpha: what each test of those that listen to it begins with, and their other processes find. */
#ifndef VMEVENTS_TESTS_HOST_ALPHA_H
#define VMEVENTS_TESTS_HOST_ALPHA_H

#include "client.h"

extern IVMEventHost *host;
extern IVMEventMachine *machine;

/* A test's functions for cmocka. */
int alpha_set_up(void **state);
int alpha_tear_down(void **state);

/* In another process of the test: finds the two. */
void alpha_find(void);

/* What Settle of the machine returns. */
LONG alpha_settle(DWORD cookie, LONG timeout_ms);

#endif
