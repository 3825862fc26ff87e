#include "com/wine_desktop.h"

#include "platform/wine.h"

BOOL wine_desktop_look_again(void)
{
    return is_wine() && SetThreadDesktop(GetThreadDesktop(GetCurrentThreadId()));
}
