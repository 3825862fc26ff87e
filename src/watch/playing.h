/* A scenario that a machine plays, or a recording that all of them do. */
#ifndef VMEVENTS_WATCH_PLAYING_H
#define VMEVENTS_WATCH_PLAYING_H

#include <stdbool.h>

#include "vmevents.h"
#include "watch/options.h"

/* Play blocks until the scenario is over, so a thread of its own calls it. */
struct playing
{
    IDispatch *player;
    const struct options *options;
    HANDLE thread; /* NULL: nothing plays */
    HRESULT hr;
    BSTR description;
    bool caught_up; /* everything that was played has come, or has been waited for */
};

/* `player` is a machine or the host, and has to be there as long as it plays. False: there is no thread for it, which has been
 * written. */
bool playing_start(struct playing *playing, IDispatch *player, const struct options *options);

/* Whether something is played, and whether that is over. */
bool playing_is_on(const struct playing *playing);
bool playing_is_over(const struct playing *playing);

/* Once it is over: waits for what is still under way to the sink. False: not all has come, which has been written. */
bool playing_catch_up(struct playing *playing, IVMEventSink *sink, DWORD timeout_ms);

/* Once it is over: whether it was played to its end. If not, why has been written. */
bool playing_succeeded(struct playing *playing);

#endif
