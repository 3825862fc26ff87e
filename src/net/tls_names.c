#include "net/tls_names.h"

#include <stdio.h>
#include <string.h>

#include <uv.h>

/* Tags of DER. */
enum
{
    TAG_SEQUENCE = 0x30,
    TAG_DNS_NAME = 0x82,  /* [2] IA5String */
    TAG_IP_ADDRESS = 0x87 /* [7] OCTET STRING */
};

struct name
{
    unsigned int tag;
    const unsigned char *bytes;
    size_t size;
};

struct reader
{
    const unsigned char *next, *end;
};

/* Takes one value of DER. False: there is none, or it is cut or has a length of more than two bytes. */
static bool take(struct reader *reader, struct name *name)
{
    size_t left = (size_t)(reader->end - reader->next), head = 2, size;
    const unsigned char *at = reader->next;

    if (left < head)
        return false;
    size = at[1];
    if (size >= 0x80)
    {
        size_t length = size & 0x7f;

        head += length;
        if (length < 1 || length > 2 || left < head)
            return false;
        size = length == 1 ? at[2] : (size_t)at[2] << 8 | at[3];
    }
    if (size > left - head)
        return false;
    *name = (struct name){at[0], at + head, size};
    reader->next = at + head + size;
    return true;
}

static struct reader reader_of(const unsigned char *extension, size_t size)
{
    struct reader reader = {extension, extension + size};
    struct name all;

    if (!size || !take(&reader, &all) || all.tag != TAG_SEQUENCE)
        return (struct reader){extension, extension};
    return (struct reader){all.bytes, all.bytes + all.size};
}

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

static bool equal(const unsigned char *bytes, const char *text, size_t count)
{
    for (size_t i = 0; i < count; ++i)
        if (lower(bytes[i]) != lower((unsigned char)text[i]))
            return false;
    return true;
}

static bool matches_host(const struct name *name, const char *host, size_t length)
{
    const char *rest = memchr(host, '.', length);
    size_t rest_length = rest ? (size_t)(host + length - rest) : 0;

    if (name->size == length && equal(name->bytes, host, length))
        return true;
    /* "*.example.org" is for each name one part before "example.org". "*.org" would be for too many. */
    return name->size > 2 && name->bytes[0] == '*' && rest_length == name->size - 1
            && memchr(rest + 1, '.', rest_length - 1) && equal(name->bytes + 1, rest, rest_length);
}

/* 4 or 16 bytes; 0: it is no address. */
static size_t parse_ip(const char *name, unsigned char bytes[16])
{
    if (!uv_inet_pton(AF_INET, name, bytes))
        return 4;
    return uv_inet_pton(AF_INET6, name, bytes) ? 0 : 16;
}

bool tls_names_have(const unsigned char *extension, size_t size, const char *name)
{
    struct reader reader = reader_of(extension, size);
    size_t length = strlen(name), ip_size;
    unsigned char ip[16];
    struct name found;

    ip_size = parse_ip(name, ip);
    /* The root's dot is no part of a certificate's names. */
    length -= length && name[length - 1] == '.';
    if (!length)
        return false;
    while (take(&reader, &found))
    {
        if (ip_size && found.tag == TAG_IP_ADDRESS && found.size == ip_size && !memcmp(found.bytes, ip, ip_size))
            return true;
        if (!ip_size && found.tag == TAG_DNS_NAME && matches_host(&found, name, length))
            return true;
    }
    return false;
}

static bool is_of_host_name(unsigned char c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || (c && strchr(".-_*", c));
}

/* Empty: it is neither a host's name nor an address. */
static void show(const struct name *name, char shown[64])
{
    size_t i;

    *shown = 0;
    if (name->tag == TAG_IP_ADDRESS && (name->size == 4 || name->size == 16))
        uv_inet_ntop(name->size == 4 ? AF_INET : AF_INET6, name->bytes, shown, 64);
    if (name->tag != TAG_DNS_NAME)
        return;
    for (i = 0; i < name->size && i < 63; ++i)
        shown[i] = (char)(is_of_host_name(name->bytes[i]) ? name->bytes[i] : '?');
    shown[i] = 0;
}

void tls_names_list(const unsigned char *extension, size_t size, char *text, size_t text_size)
{
    struct reader reader = reader_of(extension, size);
    char shown[64];
    struct name name;
    size_t length = 0;

    *text = 0;
    while (take(&reader, &name))
    {
        show(&name, shown);
        if (!*shown)
            continue;
        if (length + strlen(shown) + sizeof(", ") > text_size)
            return;
        length += (size_t)snprintf(text + length, text_size - length, "%s%s", length ? ", " : "", shown);
    }
}
