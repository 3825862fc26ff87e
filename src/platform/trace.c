/*
 * Where lines go to. Each is written by one call to a file that is open for appending alone: the system puts it behind
 * whatever other processes have written.
 */
#include "platform/trace.h"

#include "platform/trace_line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include "platform/wine.h"

#include <windows.h>
#else
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>
#endif

unsigned int trace_channels;

static const struct
{
    const char *name;
    unsigned int channel;
} channels[] = {{"sink", TRACE_SINK}, {"host", TRACE_HOST}, {"qemu", TRACE_QEMU}, {"com", TRACE_COM},
        {"hyperv", TRACE_HYPERV}, {"all", TRACE_ALL}};

#define CHANNEL_COUNT (sizeof(channels) / sizeof(channels[0]))

/* So much of VMEVENTS_TRACE is read, and of what the variables name a file by. */
#define NAMES_MAX 256
#define PATH_MAX_LENGTH 1024

#ifdef _WIN32

static HANDLE file = INVALID_HANDLE_VALUE;

/* Wine looks for the end of a file that is open for appending and then writes there, in two steps, so that another
 * process may write to the same place. There, and only there, processes take turns. */
static HANDLE wine_turn;

/* A process that is stopped in its turn does not stop the others for good. */
#define WINE_TURN_MS 1000

/* How long the variable is; from NAMES_MAX on nothing is read. */
static size_t read_names(char names[NAMES_MAX])
{
    return GetEnvironmentVariableA("VMEVENTS_TRACE", names, NAMES_MAX);
}

static void open_file(void)
{
    WCHAR path[PATH_MAX_LENGTH];
    DWORD length = GetEnvironmentVariableW(L"VMEVENTS_TRACE_FILE", path, PATH_MAX_LENGTH);

    if (!length)
        return;
    if (length >= PATH_MAX_LENGTH)
    {
        trace_write(TRACE_ALL, "VMEVENTS_TRACE_FILE is longer than %u characters; lines go to the debugger",
                (unsigned int)(PATH_MAX_LENGTH - 1));
        return;
    }
    file = CreateFileW(path, FILE_APPEND_DATA | SYNCHRONIZE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
            NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE)
        trace_write(TRACE_ALL, "VMEVENTS_TRACE_FILE \"%ls\" cannot be opened (error %lu); lines go to the debugger",
                path, (unsigned long)GetLastError());
    else if (is_wine())
        wine_turn = CreateMutexW(NULL, FALSE, L"vmevents trace");
}

static void write_to_debugger(const struct trace_line *line)
{
    WCHAR text[TRACE_LINE_MAX];

    if (MultiByteToWideChar(CP_UTF8, 0, line->text, -1, text, TRACE_LINE_MAX))
        OutputDebugStringW(text);
}

static void write_line(struct trace_line *line)
{
    DWORD written;

    if (file == INVALID_HANDLE_VALUE)
    {
        write_to_debugger(line);
        return;
    }
    if (wine_turn)
        WaitForSingleObject(wine_turn, WINE_TURN_MS);
    WriteFile(file, line->text, (DWORD)line->length, &written, NULL);
    if (wine_turn)
        ReleaseMutex(wine_turn);
}

static void close_file(void)
{
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    if (wine_turn)
        CloseHandle(wine_turn);
    file = INVALID_HANDLE_VALUE;
    wine_turn = NULL;
}

static void append_head(struct trace_line *line)
{
    SYSTEMTIME time;

    GetSystemTime(&time);
    trace_line_append(line, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ %lu %lu ", time.wYear, time.wMonth, time.wDay,
            time.wHour, time.wMinute, time.wSecond, time.wMilliseconds, (unsigned long)GetCurrentProcessId(),
            (unsigned long)GetCurrentThreadId());
}

static void append_program(struct trace_line *line)
{
    WCHAR path[PATH_MAX_LENGTH];

    if (GetModuleFileNameW(NULL, path, PATH_MAX_LENGTH))
        trace_line_append(line, " in %ls", path);
}

#define SAVE_ERROR DWORD saved_error = GetLastError()
#define RESTORE_ERROR SetLastError(saved_error)

#else

static int file = STDERR_FILENO;

static size_t read_names(char names[NAMES_MAX])
{
    const char *value = getenv("VMEVENTS_TRACE");
    size_t length = value ? strlen(value) : 0;

    if (length && length < NAMES_MAX)
        memcpy(names, value, length + 1);
    return length;
}

static void open_file(void)
{
    const char *path = getenv("VMEVENTS_TRACE_FILE");
    int opened;

    if (!path || !*path)
        return;
    if ((opened = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) >= 0)
        file = opened;
    else
        trace_write(TRACE_ALL, "VMEVENTS_TRACE_FILE \"%s\" cannot be opened (error %d); lines go to standard error",
                path, errno);
}

static void write_line(struct trace_line *line)
{
    /* What cannot be written is lost. */
    if (write(file, line->text, line->length) < 0)
        return;
}

static void close_file(void)
{
    if (file != STDERR_FILENO)
        close(file);
    file = STDERR_FILENO;
}

static void append_head(struct trace_line *line)
{
    struct timespec now;
    struct tm time;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &time);
    trace_line_append(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %lu %lu ", time.tm_year + 1900, time.tm_mon + 1,
            time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec, (int)(now.tv_nsec / 1000000), (unsigned long)getpid(),
            (unsigned long)pthread_self());
}

static void append_program(struct trace_line *line)
{
    (void)line;
}

#define SAVE_ERROR int saved_error = errno
#define RESTORE_ERROR errno = saved_error

#endif

/* The line is about the trace itself when it is of all channels. */
static const char *channel_name(unsigned int channel)
{
    for (size_t i = 0; i < CHANNEL_COUNT; ++i)
    {
        if (channels[i].channel == channel && channel != TRACE_ALL)
            return channels[i].name;
    }
    return "trace";
}

void trace_write(unsigned int channel, const char *format, ...)
{
    struct trace_line line = {.length = 0};
    va_list args;
    SAVE_ERROR;

    append_head(&line);
    trace_line_append(&line, "%s: ", channel_name(channel));
    va_start(args, format);
    trace_line_append_list(&line, format, args);
    va_end(args);
    trace_line_end(&line);
    write_line(&line);
    RESTORE_ERROR;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_name(const char *word, const char *name)
{
    while (*name && lower(*word) == *name)
        ++word, ++name;
    return !*word && !*name;
}

/* 0: there is none of that name. */
static unsigned int find_channel(const char *word)
{
    for (size_t i = 0; i < CHANNEL_COUNT; ++i)
    {
        if (is_name(word, channels[i].name))
            return channels[i].channel;
    }
    return 0;
}

/* Cuts the first name off the list: what stands in front of the first comma, without the spaces around it. */
static char *take_name(char **names)
{
    char *name = *names + strspn(*names, " \t"), *end = name + strcspn(name, ",");

    *names = *end ? end + 1 : end;
    while (end > name && (end[-1] == ' ' || end[-1] == '\t'))
        --end;
    *end = 0;
    return name;
}

static void report_unknown(const char *name)
{
    struct trace_line legal = {.length = 0};

    for (size_t i = 0; i < CHANNEL_COUNT; ++i)
        trace_line_append(&legal, i ? ", %s" : "%s", channels[i].name);
    trace_write(TRACE_ALL, "VMEVENTS_TRACE: there is no channel \"%s\"; there are %s", name, legal.text);
}

static void report_begin(const char *part, const wchar_t *version)
{
    struct trace_line program = {.length = 0};

    append_program(&program);
    trace_write(TRACE_ALL, "%s %ls, %u bits%s", part, version, (unsigned int)sizeof(void *) * 8, program.text);
}

void trace_open(const char *part, const wchar_t *version)
{
    char names[NAMES_MAX] = "", *name, *rest = names;
    size_t length = read_names(names);
    unsigned int found = 0, channel;
    SAVE_ERROR;

    if (!length)
        return;
    open_file();
    report_begin(part, version);
    if (length >= NAMES_MAX)
        trace_write(TRACE_ALL, "VMEVENTS_TRACE is longer than %u characters; nothing is traced",
                (unsigned int)(NAMES_MAX - 1));
    while (*rest)
    {
        name = take_name(&rest);
        if ((channel = find_channel(name)))
            found |= channel;
        else if (*name)
            report_unknown(name);
    }
    trace_channels = found;
    RESTORE_ERROR;
}

void trace_close(void)
{
    trace_channels = 0;
    close_file();
}
