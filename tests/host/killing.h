/* The end of a host that nobody had expected. */
#ifndef VMEVENTS_TESTS_KILLING_H
#define VMEVENTS_TESTS_KILLING_H

/* Kills every vmhost.exe that runs, in such a way that the next one can be had. */
void host_kill(void);

#endif
