/* Whether 32-bit programs run here: some kernels run none, and a Wine may have been installed without. */
#ifndef VMEVENTS_TESTS_BITS32_H
#define VMEVENTS_TESTS_BITS32_H

#include <stdbool.h>

/* For 64-bit tests that start 32-bit programs: starts one, once for the process. */
bool bits32_run(void);

#endif
