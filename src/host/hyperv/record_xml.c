#include "host/hyperv/record_xml.h"

#include "host/hyperv/cim_time.h"
#include "host/hyperv/xml_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tag of that name, behind the name. What others have written into a record cannot look like one: the log writes it
 * with &lt;. NULL: there is none. */
static const char *find_tag(const char *xml, const char *name)
{
    size_t length = strlen(name);

    while ((xml = strchr(xml, '<')))
    {
        ++xml;
        if (!strncmp(xml, name, length) && strchr(" >/", xml[length]) && xml[length])
            return xml + length;
    }
    return NULL;
}

static bool copy(char *out, size_t size, const char *text, size_t length)
{
    if (!length || length >= size)
        return false;
    memcpy(out, text, length);
    out[length] = 0;
    return true;
}

/* The text of the element of that name. False: there is none, it is empty or too long. */
static bool read_element(const char *xml, const char *name, char *out, size_t size)
{
    const char *tag = find_tag(xml, name), *text = tag ? strchr(tag, '>') : NULL;

    return text && text[-1] != '/' && copy(out, size, text + 1, strcspn(text + 1, "<"));
}

/* The value of an attribute, in quotes of either kind. */
static bool read_attribute(const char *xml, const char *name, const char *attribute, char *out, size_t size)
{
    const char *tag = find_tag(xml, name), *end = tag ? strchr(tag, '>') : NULL, *found;
    size_t length = strlen(attribute);

    for (found = tag; end && found && (found = strstr(found, attribute)) && found < end; ++found)
    {
        char quote = (char)(found[length] == '=' ? found[length + 1] : 0);
        const char *value = found + length + 2, *value_end;

        if (found[-1] != ' ' || (quote != '\'' && quote != '"') || !(value_end = strchr(value, quote)))
            continue;
        return copy(out, size, value, (size_t)(value_end - value));
    }
    return false;
}

static bool read_number(const char *xml, const char *name, uint64_t *number)
{
    char text[24], *end;

    if (!read_element(xml, name, text, sizeof(text)))
        return false;
    *number = strtoull(text, &end, 10);
    return !*end;
}

/* 2020-05-17T08:09:10.1234567Z, with or without a fraction of up to nine digits. */
static int64_t read_time(const char *text)
{
    char digits[16] = "", fraction[8] = "000000", cim[32];
    size_t count = 0;

    for (; *text && *text != '.' && *text != 'Z'; ++text)
    {
        if (*text >= '0' && *text <= '9' && count < 14)
            digits[count++] = *text;
    }
    if (*text == '.')
        ++text;
    for (size_t i = 0; i < 6 && text[i] >= '0' && text[i] <= '9'; ++i)
        fraction[i] = text[i];
    snprintf(cim, sizeof(cim), "%s.%s+000", digits, fraction);
    return hv_cim_time(cim);
}

/* The numbers of an error: a crash report has several, other records one. */
static void read_codes(const char *xml, char codes[HV_RECORD_CODES_SIZE])
{
    static const char *const names[] = {
            "VmErrorCode0", "VmErrorCode1", "VmErrorCode2", "VmErrorCode3", "VmErrorCode4", "ErrorCode"};
    size_t length = 0;
    char code[19]; /* of 64 bits */

    *codes = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); ++i)
    {
        if (!read_element(xml, names[i], code, sizeof(code)) || strncmp(code, "0x", 2)
                || code[2 + strspn(code + 2, "0123456789ABCDEFabcdef")] || length + 1 + sizeof(code) > HV_RECORD_CODES_SIZE)
            continue;
        length += (size_t)snprintf(codes + length, HV_RECORD_CODES_SIZE - length, "%s%s", length ? " " : "", code);
    }
}

/* The first that says something. */
static void read_message(const char *xml, char message[HV_RECORD_MESSAGE_SIZE])
{
    static const char *const names[] = {"VmErrorMessage", "Reason", "ErrorMessage"};

    *message = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !*message; ++i)
    {
        const char *tag = find_tag(xml, names[i]), *text = tag ? strchr(tag, '>') : NULL;

        if (text && text[-1] != '/')
            hv_xml_decode_shown(message, HV_RECORD_MESSAGE_SIZE, text + 1, text + 1 + strcspn(text + 1, "<"));
    }
}

bool hv_record_parse(struct hv_record *record, const char *xml)
{
    char provider[128], channel[128], time[40], machine[64];
    uint64_t id, number;

    if (!read_attribute(xml, "Provider", "Name", provider, sizeof(provider)) || !read_number(xml, "EventID", &id)
            || !read_number(xml, "EventRecordID", &number) || id > UINT32_MAX
            || !read_attribute(xml, "TimeCreated", "SystemTime", time, sizeof(time))
            || !read_element(xml, "Channel", channel, sizeof(channel))
            || !read_element(xml, "VmId", machine, sizeof(machine)))
        return false;
    *record = (struct hv_record){
            .provider = hv_provider_find(provider), .id = (uint32_t)id, .number = number, .time_us = read_time(time)};
    read_codes(xml, record->codes);
    read_message(xml, record->message);
    return hv_channel_find(channel, &record->channel) && hv_guid_parse(&record->machine, machine)
            && record->time_us != INT64_MIN;
}
