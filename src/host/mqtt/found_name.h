/* What a machine that a watch has found is called here. */
#ifndef VMEVENTS_HOST_MQTT_FOUND_NAME_H
#define VMEVENTS_HOST_MQTT_FOUND_NAME_H

#include "fleet/utf8_text.h"

/* Appends `<machine>@<host>` for a key `<host>/<machine>` as in topics: names as they are, but for what no machine's name may
 * have, and "@" and "%", which are encoded: so no two machines have the same, but for those that differ only in what a host here does not tell apart,
 * as capital and small letters. */
void found_name_append(struct utf8_text *text, const char *key);

#endif
