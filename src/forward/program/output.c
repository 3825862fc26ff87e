#include "forward/program/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "forward/program/wide.h"
#include "platform/console.h"
#include "platform/system_message.h"

static HANDLE event_log;

void output_use_event_log(void)
{
    event_log = RegisterEventSourceW(NULL, L"vmforward");
}

static void write_error(const char *text)
{
    WCHAR *wide = wide_from_utf8(text);

    if (wide)
        console_write(STD_ERROR_HANDLE, wide, wcslen(wide));
    wide_free(wide);
}

bool output_write(const char *text)
{
    WCHAR *wide = wide_from_utf8(text);
    bool written = wide && console_answer(L"vmforward", wide, wcslen(wide));

    if (!wide)
        output_complain("out of memory");
    wide_free(wide);
    return written;
}

static void report(bool is_fault, const char *text)
{
    WCHAR *wide = wide_from_utf8(text);
    const WCHAR *strings[] = {wide};

    if (wide)
        ReportEventW(event_log, is_fault ? EVENTLOG_WARNING_TYPE : EVENTLOG_INFORMATION_TYPE, 0, 1, NULL, 1, 0, strings,
                NULL);
    wide_free(wide);
}

/* One line, whatever is in it; a service has nobody who reads it, but the event log. */
static void write_line(struct utf8_text *line, bool is_fault)
{
    for (size_t i = 0; i < line->length; ++i)
    {
        if ((unsigned char)line->start[i] < 0x20)
            line->start[i] = '?';
    }
    if (event_log && utf8_text_get(line))
        report(is_fault, line->start);
    utf8_text_append(line, "\n");
    if (!event_log && utf8_text_get(line))
        write_error(line->start);
    utf8_text_free(line);
}

void output_complain(const char *format, ...)
{
    struct utf8_text line = {0};
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    utf8_text_append_format(&line, "vmforward: %s", text);
    write_line(&line, true);
}

void output_complain_of(DWORD error, const char *format, ...)
{
    WCHAR message[SYSTEM_MESSAGE_SIZE];
    struct utf8_text line = {0};
    char text[1024], *why;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    system_message(error, message);
    why = utf8_from_wide(message);
    utf8_text_append_format(&line, "vmforward: %s: %s%s(error %lu)", text, why ? why : "", why && *why ? " " : "",
            (unsigned long)error);
    wide_free(why);
    write_line(&line, true);
}

void output_tell(bool is_fault, const char *text)
{
    struct utf8_text line = {0};
    SYSTEMTIME now;

    GetLocalTime(&now);
    utf8_text_append_format(
            &line, "%02u:%02u:%02u  %s%s", now.wHour, now.wMinute, now.wSecond, is_fault ? "fault: " : "", text);
    write_line(&line, is_fault);
}
