/*
 * The desktop, which message-only windows need too. Windows has it before any program runs. Wine (8.0 and 10.0) makes it
 * in a process of its own (explorer.exe) when the first program wants a window, and a thread of another program that has
 * looked at it half made, as CoInitialize does, remembers it so and can make no such window any more. In 8.0 the thread
 * finds the rest when it looks again. In 10.0 nothing helps it: whoever starts programs at the same moment has to have the
 * desktop made before.
 */
#ifndef VMEVENTS_COM_WINE_DESKTOP_H
#define VMEVENTS_COM_WINE_DESKTOP_H

#include <windows.h>

/* Makes the calling thread look at its desktop again. FALSE: this is Windows, or the thread has a window. */
BOOL wine_desktop_look_again(void);

#endif
