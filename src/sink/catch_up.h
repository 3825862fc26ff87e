/* CatchUp: how a program learns that everything which was fired so far has been heard. */
#ifndef VMEVENTS_SINK_CATCH_UP_H
#define VMEVENTS_SINK_CATCH_UP_H

#include "sink/sink.h"

/*
 * Waits until the sources that the sink is connected to have delivered to it what they had fired when it was called,
 * and then until everything that waits in the sink for a handler or an advised sink has been heard; up to timeout_ms
 * (INFINITE: without limit). A single-threaded apartment runs its handlers meanwhile. Of the sources those can tell
 * that have a method Settle and are in another process: the host and its machines. Inside a callback of the sink they
 * are asked and not waited for, since one of them may be waiting for the callback. *missing: how many events have not
 * come, of them and of those that wait in the sink.
 *
 * S_OK, E_OUTOFMEMORY, what asking a source returned (one that is gone: with a description)
 */
HRESULT sink_catch_up(struct sink *sink, DWORD timeout_ms, LONG *missing);

#endif
