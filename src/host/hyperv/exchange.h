/*
 * The items of Hyper-V's data exchange (KVP) that a guest has written. Each is the XML of an instance of
 * Msvm_KvpExchangeDataItem, of which the properties Name and Data count. A guest may write anything: what is no such text
 * is left out, and so is what is longer or more than there is room for.
 */
#ifndef VMEVENTS_HOST_HYPERV_EXCHANGE_H
#define VMEVENTS_HOST_HYPERV_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "host/hyperv/row.h"

/* As the protocol between host and guest has it, in characters; an item's XML may have any length that a row has. */
#define HV_ITEM_NAME_MAX 511
#define HV_ITEM_DATA_MAX 2047

struct hv_item
{
    char name[HV_ITEM_NAME_MAX + 1], data[HV_ITEM_DATA_MAX + 1]; /* in UTF-8 */
};

/* False: the text is no item. */
bool hv_item_parse(struct hv_item *item, const char *xml);

/* Calls take for each item of the row's property, which is GuestExchangeItems or HostExchangeItems. */
void hv_exchange_read(const struct hv_row *row, const char *property,
        void (*take)(void *context, const struct hv_item *item), void *context);

/* The XML of an item of the host's for the guest. Name and data are of ours: texts of ASCII that need nothing escaped, the two
 * of them shorter than 1100 bytes. */
#define HV_ITEM_XML_SIZE 1500
void hv_item_write(const char *name, const char *data, char xml[HV_ITEM_XML_SIZE]);

#endif
