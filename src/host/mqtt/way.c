#include "host/mqtt/way.h"

#include <stdio.h>

#include "net/password.h"
#include "platform/memory.h"

static bool read_password(struct way *way, char description[LIVE_DESCRIPTION_SIZE])
{
    char fault[PASSWORD_FAULT_SIZE];

    if (*way->address.password_file)
        way->password = password_read_file(way->address.password_file, fault);
    else if (*way->address.password_credential)
        way->password = password_read_credential(way->address.password_credential, fault);
    else
        return true;
    if (!way->password)
        snprintf(description, LIVE_DESCRIPTION_SIZE, "%.*s", LIVE_DESCRIPTION_SIZE - 1, fault);
    return way->password;
}

static bool open_credentials(struct way *way, char description[LIVE_DESCRIPTION_SIZE])
{
    struct tls_credentials_options options = {way->address.tls_ca, way->address.tls_certificate};
    char fault[TLS_FAULT_SIZE];

    if (!way->address.tls || (way->credentials = tls_credentials_open(&options, fault)))
        return true;
    snprintf(description, LIVE_DESCRIPTION_SIZE, "%.*s", LIVE_DESCRIPTION_SIZE - 1, fault);
    return false;
}

struct way *way_open(const struct mqtt_address_way *address, char description[LIVE_DESCRIPTION_SIZE])
{
    struct way *way = memory_alloc(sizeof(*way));

    *description = 0;
    if (!way)
        return NULL;
    atomic_init(&way->references, 1);
    way->address = *address;
    if (read_password(way, description) && open_credentials(way, description))
        return way;
    way_release(way);
    return NULL;
}

struct way *way_addref(struct way *way)
{
    atomic_fetch_add(&way->references, 1);
    return way;
}

void way_release(struct way *way)
{
    if (atomic_fetch_sub(&way->references, 1) != 1)
        return;
    password_free(way->password);
    if (way->credentials)
        tls_credentials_release(way->credentials);
    memory_free(way);
}
