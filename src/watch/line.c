#include "watch/line.h"

#include "platform/console.h"
#include "platform/memory.h"
#include "watch/output.h"

#include <wchar.h>

static enum
{
    WITHOUT_COLOURS,
    BY_SEQUENCES,
    BY_ATTRIBUTES
} way;

static const struct
{
    const WCHAR *sequence; /* ECMA-48's SGR */
    WORD attributes;       /* of a console's text; 0: those that it has */
} styles[STYLE_COUNT] = {
        [STYLE_PLAIN] = {NULL, 0},
        [STYLE_FAINT] = {L"\033[2m", FOREGROUND_INTENSITY},
        [STYLE_STRONG] = {L"\033[1m", FOREGROUND_RED | FOREGROUND_GREEN | FOREGROUND_BLUE | FOREGROUND_INTENSITY},
        [STYLE_GOOD] = {L"\033[32m", FOREGROUND_GREEN},
        [STYLE_NOTICE] = {L"\033[33m", FOREGROUND_RED | FOREGROUND_GREEN},
        [STYLE_ALARM] = {L"\033[1;31m", FOREGROUND_RED | FOREGROUND_INTENSITY},
        [STYLE_NAME_1] = {L"\033[36m", FOREGROUND_GREEN | FOREGROUND_BLUE},
        [STYLE_NAME_2] = {L"\033[35m", FOREGROUND_RED | FOREGROUND_BLUE},
        [STYLE_NAME_3] = {L"\033[34m", FOREGROUND_BLUE | FOREGROUND_INTENSITY},
        [STYLE_NAME_4] = {L"\033[96m", FOREGROUND_GREEN | FOREGROUND_BLUE | FOREGROUND_INTENSITY},
};

static const WCHAR plain_again[] = L"\033[0m";

/* https://no-color.org: whatever its value, unless that is empty. */
static bool is_colour_forbidden(void)
{
    WCHAR value[2];

    return GetEnvironmentVariableW(L"NO_COLOR", value, ARRAYSIZE(value)) != 0;
}

void line_choose_colours(enum colour_choice choice)
{
    DWORD mode;
    bool console = GetConsoleMode(GetStdHandle(STD_OUTPUT_HANDLE), &mode);

    if (choice == COLOUR_NEVER || (choice == COLOUR_AUTO && (!console || is_colour_forbidden())))
        way = WITHOUT_COLOURS;
    else
        way = console ? BY_ATTRIBUTES : BY_SEQUENCES;
}

void line_end_part(struct line *line, enum style style)
{
    if (line->part_count == LINE_PARTS_MAX)
        return;
    line->parts[line->part_count].style = style;
    line->parts[line->part_count++].end = line->text.length;
}

static bool write_output(const WCHAR *text, size_t length)
{
    return console_answer(L"vmwatch", text, length);
}

static HRESULT write_whole(struct text *text)
{
    BSTR string = text_finish(text);
    bool written;

    if (!string)
        return E_OUTOFMEMORY;
    written = write_output(string, SysStringLen(string));
    SysFreeString(string);
    return written ? S_OK : S_FALSE;
}

static HRESULT write_by_sequences(const struct line *line)
{
    struct text text = {0};
    size_t start = 0;

    for (size_t i = 0; i < line->part_count; start = line->parts[i++].end)
    {
        const WCHAR *sequence = styles[line->parts[i].style].sequence;

        text_append(&text, sequence ? sequence : L"");
        text_append_part(&text, line->text.start + start, line->parts[i].end - start);
        text_append(&text, sequence ? plain_again : L"");
    }
    text_append_part(&text, line->text.start + start, line->text.length - start);
    return write_whole(&text);
}

static HRESULT write_by_attributes(const struct line *line)
{
    HANDLE console = GetStdHandle(STD_OUTPUT_HANDLE);
    CONSOLE_SCREEN_BUFFER_INFO before;
    bool written = true;
    size_t start = 0;

    if (!GetConsoleScreenBufferInfo(console, &before))
        return S_FALSE;
    for (size_t i = 0; written && i < line->part_count; start = line->parts[i++].end)
    {
        WORD colour = styles[line->parts[i].style].attributes, background = before.wAttributes & 0xfff0;

        SetConsoleTextAttribute(console, colour ? background | colour : before.wAttributes);
        written = write_output(line->text.start + start, line->parts[i].end - start);
    }
    SetConsoleTextAttribute(console, before.wAttributes);
    written = written && write_output(line->text.start + start, line->text.length - start);
    return written ? S_OK : S_FALSE;
}

HRESULT line_write(struct line *line)
{
    HRESULT hr;

    text_append(&line->text, L"\n");
    if (way == WITHOUT_COLOURS)
    {
        hr = write_whole(&line->text);
    }
    else
    {
        if (line->text.failed)
            hr = E_OUTOFMEMORY;
        else
            hr = way == BY_SEQUENCES ? write_by_sequences(line) : write_by_attributes(line);
        memory_free(line->text.start);
    }
    if (hr == E_OUTOFMEMORY)
        output_complain(L"out of memory");
    return hr;
}
