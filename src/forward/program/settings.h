/* What the configuration file says, and what it points to: folders, the password, and whom TLS trusts. */
#ifndef VMEVENTS_FORWARD_PROGRAM_SETTINGS_H
#define VMEVENTS_FORWARD_PROGRAM_SETTINGS_H

#include "forward/config.h"
#include "net/tls.h"

#include <windows.h>

struct settings
{
    struct config config;
    char *password;                      /* NULL: there is none */
    struct tls_credentials *credentials; /* NULL: no broker is by TLS */
};

/* Reads the file of that path, and from here on takes relative paths as beginning in its folder. Each fault is a line on
 * standard error, or in the event log. False: there were some; then there is nothing to be freed. */
bool settings_read(struct settings *settings, const WCHAR *path);

/* The same without what the file points to. */
bool settings_read_alone(struct settings *settings, const WCHAR *path);

void settings_free(struct settings *settings);

#endif
