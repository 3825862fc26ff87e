/* What src/net says of TLS names the parts of an address as people write them elsewhere; here the same things are keys. */
#ifndef VMEVENTS_FORWARD_KEY_WORDS_H
#define VMEVENTS_FORWARD_KEY_WORDS_H

#include <stddef.h>

/* The text with the configuration's keys in their place, as far as there is room. */
void key_words(char *text, size_t size, const char *fault);

#endif
