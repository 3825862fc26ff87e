/* Milliseconds that pass evenly: those of GetTickCount come in steps of 10 to 16, too coarse for waits of 25. */
#ifndef VMEVENTS_COM_CLOCK_H
#define VMEVENTS_COM_CLOCK_H

#include <windows.h>

static inline ULONGLONG clock_ms(void)
{
    LARGE_INTEGER count, frequency;

    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    return (ULONGLONG)(count.QuadPart / frequency.QuadPart * 1000
            + count.QuadPart % frequency.QuadPart * 1000 / frequency.QuadPart);
}

/* What is left of a timeout in milliseconds that began at `start`. */
static inline DWORD clock_left_ms(ULONGLONG start, DWORD timeout_ms)
{
    ULONGLONG waited = clock_ms() - start;

    return waited < timeout_ms ? timeout_ms - (DWORD)waited : 0;
}

#endif
