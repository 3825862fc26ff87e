/* Work that a single-threaded apartment leaves to the multithreaded one. */
#ifndef VMEVENTS_COM_MULTITHREADED_H
#define VMEVENTS_COM_MULTITHREADED_H

#include <windows.h>

/* Keeps the process's multithreaded apartment alive, and what lives in it, until multithreaded_let_go. */
HRESULT multithreaded_hold(void);
void multithreaded_let_go(void);

/* Runs the function in the multithreaded apartment and returns when it has: on the spot if the caller is there
 * already, else on a thread of the pool, while the caller's apartment goes on serving calls. */
HRESULT multithreaded_call(void (*function)(void *context), void *context);

#endif
