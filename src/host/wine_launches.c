#include "host/wine_launches.h"

#include "platform/wine.h"

/* A client that has started a process looks for the class object once a second, and fails when the process ends in the
 * first second. So this is how long a process is of use to the client that started it, if another one serves it. */
#define USEFUL_MS 3000

static HANDLE turn;

DWORD wine_launches_await_turn(DWORD timeout)
{
    if (!is_wine() || !(turn = CreateMutexW(NULL, FALSE, L"Local\\VMEvents.Host offers its class object")))
        return timeout;
    if (WaitForSingleObject(turn, 0) != WAIT_TIMEOUT)
        return timeout;
    /* A process that was killed leaves its turn behind, which is then abandoned. */
    return WaitForSingleObject(turn, USEFUL_MS) != WAIT_TIMEOUT ? min(timeout, USEFUL_MS) : 0;
}

void wine_launches_end_turn(void)
{
    if (turn)
        ReleaseMutex(turn);
}
