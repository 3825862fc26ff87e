/* A record of the event log as Windows writes it in XML. */
#ifndef VMEVENTS_HOST_HYPERV_RECORD_XML_H
#define VMEVENTS_HOST_HYPERV_RECORD_XML_H

#include "host/hyperv/record.h"

/* False: it is none of the channels, is about no machine, or makes no sense. */
bool hv_record_parse(struct hv_record *record, const char *xml);

#endif
