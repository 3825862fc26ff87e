#include "host/hyperv/recorded_line.h"

#include <stdio.h>
#include <string.h>

#include "platform/memory.h"

void hv_line_append_part(struct hv_line *line, const char *text, size_t length)
{
    char *larger;

    if (line->failed || line->length + length > HV_RECORDED_LINE_MAX)
        return;
    if (!line->text || line->length + length >= line->size)
    {
        if (!(larger = memory_resize(line->text, 2 * (line->length + length + 1))))
        {
            line->failed = true;
            return;
        }
        line->text = larger;
        line->size = 2 * (line->length + length + 1);
    }
    memcpy(line->text + line->length, text, length);
    line->length += length;
    line->text[line->length] = 0;
}

void hv_line_append(struct hv_line *line, const char *text)
{
    hv_line_append_part(line, text, strlen(text));
}

void hv_line_append_number(struct hv_line *line, long long number)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%lld", number);
    hv_line_append(line, digits);
}

void hv_line_append_quoted(struct hv_line *line, const char *text)
{
    hv_line_append(line, "\"");
    for (size_t i = 0; i < HV_RECORDED_TEXT_MAX && text[i]; ++i)
    {
        /* A line stays one. */
        char c = (char)(text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]);

        if (c == '"' || c == '\\')
            hv_line_append(line, "\\");
        hv_line_append_part(line, &c, 1);
    }
    hv_line_append(line, "\"");
}
