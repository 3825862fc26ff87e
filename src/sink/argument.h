/* An argument as a script gives it: perhaps by reference, and that in a VARIANT. */
#ifndef VMEVENTS_SINK_ARGUMENT_H
#define VMEVENTS_SINK_ARGUMENT_H

#include <stdbool.h>

#include <windows.h>
#include <oaidl.h>

/*
 * Puts the value that is meant in the place of a reference to it; nothing is copied, and nothing is to be freed. A number
 * by reference stays one, for given_convert to follow. False: it refers to nothing.
 */
bool argument_resolve(VARIANT *value);

#endif
