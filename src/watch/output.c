#include "watch/output.h"

#include "event/date.h"
#include "event/text.h"
#include "platform/console.h"

#include <math.h>
#include <stdarg.h>
#include <wchar.h>

bool output_write(const WCHAR *text)
{
    return console_answer(L"vmwatch", text, wcslen(text));
}

/* Writes the text as a line on standard error, and frees it. */
static void write_line(struct text *text)
{
    BSTR line;

    text_append(text, L"\n");
    if ((line = text_finish(text)))
        console_write(STD_ERROR_HANDLE, line, SysStringLen(line));
    SysFreeString(line);
}

void output_complain(const WCHAR *format, ...)
{
    struct text text = {0};
    va_list args;

    text_append(&text, L"vmwatch: ");
    va_start(args, format);
    text_append_format_list(&text, format, args);
    va_end(args);
    write_line(&text);
}

void output_complain_of(const WCHAR *what, HRESULT hr, BSTR description)
{
    struct text text = {0};

    text_append_format(&text, L"vmwatch: %ls: ", what);
    if (SysStringLen(description))
        text_append_shown(&text, description, SysStringLen(description));
    else
        text_append_format(&text, L"error 0x%08lx", (unsigned long)hr);
    write_line(&text);
}

void output_complain_of_call(const WCHAR *what, HRESULT hr)
{
    BSTR description = NULL;
    IErrorInfo *info;

    if (GetErrorInfo(0, &info) == S_OK)
    {
        IErrorInfo_GetDescription(info, &description);
        IErrorInfo_Release(info);
    }
    output_complain_of(what, hr, description);
    SysFreeString(description);
}

/* "+00:00:01.250" */
static void append_time_since(struct text *text, DATE since, DATE time)
{
    double ms = floor((time - since) * 86400000 + 0.5);
    ULONGLONG left = ms > 0 ? (ULONGLONG)ms : 0;

    text_append_format(text, L"+%02I64u:%02u:%02u.%03u", left / 3600000, (UINT)(left / 60000 % 60),
            (UINT)(left / 1000 % 60), (UINT)(left % 1000));
}

static void append_time_of_day(struct text *text, DATE date, enum clock_choice clock)
{
    SYSTEMTIME time = {0}, local;

    system_time_from_date(date, &time);
    if (clock == CLOCK_UTC || !SystemTimeToTzSpecificLocalTime(NULL, &time, &local))
        local = time;
    text_append_format(text, L"%02u:%02u:%02u.%03u%ls", local.wHour, local.wMinute, local.wSecond, local.wMilliseconds,
            clock == CLOCK_UTC ? L"Z" : L"");
}

static void append_time(struct line *line, struct output *output, DATE time)
{
    if (!output->any)
        output->first = time;
    output->any = true;
    if (output->options->clock == CLOCK_RELATIVE)
        append_time_since(&line->text, output->first, time);
    else
        append_time_of_day(&line->text, time, output->options->clock);
    line_end_part(line, STYLE_FAINT);
}

static bool is_plain_name(BSTR name)
{
    size_t length = SysStringLen(name);

    if (!length || name[0] == ' ' || name[length - 1] == ' ')
        return !length;
    for (size_t i = 0; i < length; ++i)
    {
        if (name[i] == '"' || (name[i] == ' ' && name[i + 1] == ' '))
            return false;
    }
    return true;
}

/* The same name has the same colour in each run. */
static enum style name_style(BSTR name)
{
    UINT sum = 0;

    for (size_t i = 0; i < SysStringLen(name); ++i)
        sum = sum * 31 + name[i];
    return (enum style)(STYLE_NAME_1 + sum % STYLE_NAMES);
}

void output_append_name(struct line *line, BSTR name)
{
    (is_plain_name(name) ? text_append_shown : text_append_quoted)(&line->text, name, SysStringLen(name));
    line_end_part(line, name_style(name));
}

enum style output_state_style(LONG state)
{
    switch (state)
    {
        case vmVMState_Running:
            return STYLE_GOOD;
        case vmVMState_TurnedOff:
        case vmVMState_Saved:
        case vmVMState_DeleteMachine:
            return STYLE_STRONG;
        default:
            return STYLE_NOTICE;
    }
}

static enum style event_style(const struct event_type *type)
{
    static const WCHAR *const alarms[] = {L"OnTripleFault", L"OnHeartbeatStopped", L"OnDiskOutOfSpace"};
    static const WCHAR *const notices[] = {L"OnReset", L"OnRequestShutdown", L"OnGuestShutdown", L"OnGuestLogoff"};

    if (!wcscmp(type->name, L"OnStateChange") || !wcscmp(type->name, L"OnVMStateChange"))
        return STYLE_GOOD;
    for (size_t i = 0; i < ARRAYSIZE(alarms); ++i)
    {
        if (!wcscmp(type->name, alarms[i]))
            return STYLE_ALARM;
    }
    for (size_t i = 0; i < ARRAYSIZE(notices); ++i)
    {
        if (!wcscmp(type->name, notices[i]))
            return STYLE_NOTICE;
    }
    return STYLE_STRONG;
}

/* The text begins with the event's name. */
static void append_text(struct line *line, const struct shown_event *event)
{
    size_t length = SysStringLen(event->text), name = wcslen(event->type->name);

    if (name > length)
        name = length;
    text_append_part(&line->text, event->text, name);
    line_end_part(line, event_style(event->type));
    text_append_part(&line->text, event->text + name, length - name);
}

HRESULT output_event(struct output *output, const struct shown_event *event)
{
    struct line line = {0};

    if (output->options->json)
    {
        text_append_part(&line.text, event->json, SysStringLen(event->json));
        return line_write(&line);
    }
    append_time(&line, output, event->time);
    text_append(&line.text, L"  ");
    line_end_part(&line, STYLE_PLAIN);
    output_append_name(&line, event->source);
    text_append(&line.text, L"  ");
    line_end_part(&line, STYLE_PLAIN);
    append_text(&line, event);
    return line_write(&line);
}
