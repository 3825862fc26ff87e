/* Texts as XML writes them: some characters by their names or numbers. */
#ifndef VMEVENTS_HOST_HYPERV_XML_TEXT_H
#define VMEVENTS_HOST_HYPERV_XML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* What stands between text and end, in UTF-8. False: it is no text of XML, or longer than there is room. */
bool hv_xml_decode(char *out, size_t size, const char *text, const char *end);

/* The same for people, tidied (plain_text.h): as much of it as is text of XML, and as there is room for. */
void hv_xml_decode_shown(char *out, size_t size, const char *text, const char *end);

#endif
