/* How vmwatch ends; its usage tells what each means. */
#ifndef VMEVENTS_WATCH_EXIT_CODE_H
#define VMEVENTS_WATCH_EXIT_CODE_H

enum exit_code
{
    EXIT_DONE = 0,
    EXIT_ERROR = 1,
    EXIT_USAGE = 2,
    EXIT_TIME_UP = 3
};

#endif
