/*
 * A line of output under construction, parts of which are coloured where that is wanted.
 *
 * On a console the colours are attributes, which every Windows has; elsewhere they are escape sequences.
 */
#ifndef VMEVENTS_WATCH_LINE_H
#define VMEVENTS_WATCH_LINE_H

#include "event/text.h"
#include "watch/options.h"

enum style
{
    STYLE_PLAIN,
    STYLE_FAINT,
    STYLE_STRONG,
    STYLE_GOOD,
    STYLE_NOTICE,
    STYLE_ALARM,
    STYLE_NAME_1, /* names of machines, each with one of these */
    STYLE_NAME_2,
    STYLE_NAME_3,
    STYLE_NAME_4,
    STYLE_COUNT
};

#define STYLE_NAMES (STYLE_COUNT - STYLE_NAME_1)

#define LINE_PARTS_MAX 16

struct line
{
    struct text text;
    struct
    {
        enum style style;
        size_t end; /* where it ends in the text */
    } parts[LINE_PARTS_MAX];
    size_t part_count;
};

/* Decides once whether there are colours on standard output. */
void line_choose_colours(enum colour_choice choice);

/* What has been appended to the text since the last part is a part of that style. */
void line_end_part(struct line *line, enum style style);

/* Ends the line, writes it to standard output, and frees it. S_OK, E_OUTOFMEMORY, S_FALSE: it could not be written.
 * Errors are on standard error already (console_answer). */
HRESULT line_write(struct line *line);

#endif
