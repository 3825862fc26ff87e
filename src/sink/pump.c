#include "sink/pump.h"

/* Messages that are dispatched before the clock is looked at again. */
#define MESSAGES_AT_ONCE 32

/* Jobs that are run before messages have their turn: events may come faster than they can be handled. */
#define JOBS_AT_ONCE 32

/* Dispatches the messages that wait, or the first of many. False: the thread has been asked to quit. */
static bool dispatch_messages(void)
{
    MSG message;

    for (unsigned int i = 0; i < MESSAGES_AT_ONCE && PeekMessageW(&message, NULL, 0, 0, PM_REMOVE); ++i)
    {
        if (message.message == WM_QUIT)
        {
            /* Posted again for the message loop that this call came from. */
            PostQuitMessage((int)message.wParam);
            return false;
        }
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
    return true;
}

bool pump(struct apartment *apartment, HANDLE wake, DWORD timeout_ms, UINT *jobs)
{
    bool ran;

    if (!apartment_is_single_threaded(apartment))
    {
        WaitForSingleObject(wake, timeout_ms);
        return true;
    }
    if ((ran = apartment_run_job()) && ++*jobs % JOBS_AT_ONCE)
        return true;
    if (!dispatch_messages())
        return false;
    if (!ran)
        MsgWaitForMultipleObjectsEx(1, &wake, timeout_ms, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
    return true;
}
