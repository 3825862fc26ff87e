/* Where there is no credential store of Windows'. */
#include "net/password.h"

#include <stdio.h>

char *password_read_credential(const char *name, char fault[PASSWORD_FAULT_SIZE])
{
    snprintf(fault, PASSWORD_FAULT_SIZE, "there is no credential store here that \"%.100s\" could be in", name);
    return NULL;
}
