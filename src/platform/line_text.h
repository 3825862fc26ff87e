/* Lines of files that people write: whether they are text at all. */
#ifndef VMEVENTS_PLATFORM_LINE_TEXT_H
#define VMEVENTS_PLATFORM_LINE_TEXT_H

#include <stddef.h>

#define LINE_TEXT_FAULT_SIZE 192

/* NULL: the line is UTF-8 without other control characters than tabs. Else what is wrong, a plain sentence without its
 * full stop in ASCII, in fault. right: what would be, for a control character; it stands behind a semicolon. */
const char *line_text_fault(const char *line, size_t size, const char *right, char fault[LINE_TEXT_FAULT_SIZE]);

#endif
