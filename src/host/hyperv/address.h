/*
 * The address of a machine of Hyper-V, as people write it:
 *
 *     hyperv:<name>[,host=<computer>,allow-remote]
 *     hyperv:{<guid>}[,host=<computer>,allow-remote]
 *
 * name: as Hyper-V Manager shows it, in any case; one with a comma or a brace at its start is written by its GUID.
 */
#ifndef VMEVENTS_HOST_HYPERV_ADDRESS_H
#define VMEVENTS_HOST_HYPERV_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/hyperv/guid.h"

/* In bytes of UTF-8: Hyper-V's names have 100 characters at most, a computer's 255. */
#define HV_NAME_MAX 400
#define HV_HOST_MAX 255

struct hv_address
{
    char name[HV_NAME_MAX + 1]; /* empty: it is named by its GUID */
    struct hv_guid guid;
    char host[HV_HOST_MAX + 1]; /* empty: this computer */
    bool allow_remote;
};

/* NULL, or a sentence that says what is wrong with the text, in description. */
const char *hv_address_parse(struct hv_address *address, const char *text, char description[256]);

/* Whether both are names of one thing. Letters of ASCII are the same in capitals and in small ones. */
bool hv_names_are_equal(const char *one, const char *other);

bool hv_address_equals(const struct hv_address *one, const struct hv_address *other);

/* A number that equal addresses have in common. */
uint32_t hv_address_hash(const struct hv_address *address);

#endif
