#include "host/endings.h"

#include "com/lane.h"

#define INTERVAL_MS 1000

static TP_TIMER *timer;

static void CALLBACK endings_look(TP_CALLBACK_INSTANCE *instance, void *context, TP_TIMER *elapsed)
{
    (void)instance, (void)context, (void)elapsed;
    if (lanes_let_go(CLIENT_PATIENCE_MS))
        endings_watch();
}

BOOL endings_init(void)
{
    return (timer = CreateThreadpoolTimer(endings_look, NULL, NULL)) != NULL;
}

void endings_cleanup(void)
{
    SetThreadpoolTimer(timer, NULL, 0, 0);
    WaitForThreadpoolTimerCallbacks(timer, TRUE);
    CloseThreadpoolTimer(timer);
    timer = NULL;
}

void endings_watch(void)
{
    LARGE_INTEGER due = {.QuadPart = -10000LL * INTERVAL_MS};
    FILETIME time = {due.LowPart, due.HighPart};

    SetThreadpoolTimer(timer, &time, 0, INTERVAL_MS / 2);
}
