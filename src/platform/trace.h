/*
 * The trace: lines about what happens, for whoever has to find out why something does not (docs/trace.md).
 *
 *     VMEVENTS_TRACE       the channels: "sink", "host", "qemu", "com", "hyperv" or "all", with commas between them
 *     VMEVENTS_TRACE_FILE  the file that lines are appended to, by any number of processes; without it they go to the
 *                          debugger on Windows, to standard error elsewhere
 *
 * Where the trace is off, a place that traces costs a test of one variable. The way of an event to a C callback has no
 * such place. Nothing fails because of the trace, and it needs none of the project's memory.
 */
#ifndef VMEVENTS_PLATFORM_TRACE_H
#define VMEVENTS_PLATFORM_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_SINK 1u
#define TRACE_HOST 2u
#define TRACE_QEMU 4u
#define TRACE_COM 8u
#define TRACE_HYPERV 16u
#define TRACE_ALL (TRACE_SINK | TRACE_HOST | TRACE_QEMU | TRACE_COM | TRACE_HYPERV)

/* The channels that are on. Written by trace_open alone. */
extern unsigned int trace_channels;

/* Reads the variables, and opens the file when a channel is named. Called once, before there are other threads that trace;
 * DllMain may. The first line says which part of the project this is, its version and the program. A name that is
 * no channel, and a file that cannot be opened, are told where lines go to. */
void trace_open(const char *part, const wchar_t *version);

/* Closes the file. Nothing is traced afterwards. */
void trace_close(void);

/*
 * A line, when the channel is on: trace(TRACE_HOST, "machine \"%ls\" is made", name).
 *
 * The format has %s for UTF-8, %ls for wchar_t, NULL being "(none)", and of numbers %d, %u, %lx with what may stand
 * between. Strings are written so that nothing in them makes a second line or moves a terminal, and only so far as
 * TRACE_STRING_MAX bytes reach. The last error (errno) is the same afterwards.
 */
#define trace(channel, ...)                                                                                            \
    do                                                                                                                 \
    {                                                                                                                  \
        if (__builtin_expect(trace_channels & (channel), 0))                                                           \
            trace_write(channel, __VA_ARGS__);                                                                         \
    } while (0)

__attribute__((cold, format(printf, 2, 3))) void trace_write(unsigned int channel, const char *format, ...);

/* A number by which lines about the same object are known: for %lx. */
#define TRACE_ID(object) ((unsigned long)(uintptr_t)(object))

/* Whether the channel is on, for what is to be prepared for its line. */
static inline bool trace_is_on(unsigned int channel)
{
    return __builtin_expect((trace_channels & channel) != 0, 0);
}

#endif
