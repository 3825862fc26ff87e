/* A line of a recording (recording.h): a text that grows, up to a limit. */
#ifndef VMEVENTS_HOST_HYPERV_RECORDED_LINE_H
#define VMEVENTS_HOST_HYPERV_RECORDED_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* Of a text in quotes no more than so much is written, and of a line no more than so many bytes. */
#define HV_RECORDED_TEXT_MAX 1000
#define HV_RECORDED_LINE_MAX 60000

/* Empty when all is zero; the text is freed by memory_free, and NULL as long as nothing was appended. */
struct hv_line
{
    char *text;
    size_t length, size;
    bool failed; /* memory was lacking: the line is not whole */
};

void hv_line_append_part(struct hv_line *line, const char *text, size_t length);
void hv_line_append(struct hv_line *line, const char *text);
void hv_line_append_number(struct hv_line *line, long long number);

/* In quotes, as much as there is room for. */
void hv_line_append_quoted(struct hv_line *line, const char *text);

#endif
