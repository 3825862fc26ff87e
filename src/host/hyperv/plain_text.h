/* Texts in UTF-8 that others have written, a guest among them, and that people are shown. */
#ifndef VMEVENTS_HOST_HYPERV_PLAIN_TEXT_H
#define VMEVENTS_HOST_HYPERV_PLAIN_TEXT_H

#include <stdbool.h>

/* Whether there is a control character in it, of ASCII or behind that. */
bool hv_text_has_controls(const char *text);

/* Makes one line of it: spaces in the place of control characters, and none around it. A character that has been cut is taken
 * off its end. */
void hv_text_tidy(char *text);

#endif
