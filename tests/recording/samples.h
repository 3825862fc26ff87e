/* VARIANTs of every type that a recording keeps, with values at the edges. */
#ifndef VMEVENTS_TESTS_RECORDING_SAMPLES_H
#define VMEVENTS_TESTS_RECORDING_SAMPLES_H

#include <stdbool.h>

#include <windows.h>
#include <oleauto.h>

/* Makes the sample of that number, to be cleared by VariantClear. False: there are no more. */
bool sample_make(UINT number, VARIANT *value);

#endif
