#include "net/place.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

bool place_split(char *place, char **host, char **port)
{
    char *end;

    *host = place;
    if (*place == '[')
    {
        ++*host;
        end = strchr(place, ']');
        *port = end && end[1] == ':' ? end + 2 : NULL;
    }
    else
    {
        end = strchr(place, ':');
        *port = end ? end + 1 : NULL;
    }
    if (!*port || end == *host)
        return false;
    *end = 0;
    return true;
}

bool place_read_port(const char *text, uint16_t *port)
{
    unsigned long number;

    if (!*text || strlen(text) > 5 || strspn(text, "0123456789") != strlen(text))
        return false;
    number = strtoul(text, NULL, 10);
    *port = (uint16_t)number;
    return number >= 1 && number <= 65535;
}

bool place_is_loopback(const char *host)
{
    static const unsigned char loopback6[16] = {[15] = 1};
    unsigned char bytes[16];

    if (!uv_inet_pton(AF_INET, host, bytes))
        return bytes[0] == 127;
    return !uv_inet_pton(AF_INET6, host, bytes) && !memcmp(bytes, loopback6, sizeof(bytes));
}

bool place_is_full_path(const char *path)
{
    return ((*path >= 'A' && *path <= 'Z') || (*path >= 'a' && *path <= 'z')) && path[1] == ':'
            && (path[2] == '\\' || path[2] == '/');
}

bool place_read_thumbprint(const char *text, char thumbprint[PLACE_THUMBPRINT_DIGITS + 1])
{
    size_t count = 0;

    for (; *text; ++text)
    {
        if (*text == ':' || *text == ' ')
            continue;
        if (count == PLACE_THUMBPRINT_DIGITS || !strchr("0123456789abcdefABCDEF", *text))
            return false;
        thumbprint[count++] = *text;
    }
    thumbprint[count] = 0;
    return count == PLACE_THUMBPRINT_DIGITS;
}
