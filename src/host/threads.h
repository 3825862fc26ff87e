#ifndef VMEVENTS_HOST_THREADS_H
#define VMEVENTS_HOST_THREADS_H

#include <stdbool.h>

/* Prepares what keeps records of threads. False: out of memory. */
bool threads_init(void);

#endif
