#include "host/hyperv/row.h"

#include "platform/memory.h"

#include <string.h>

void hv_row_init(struct hv_row *row)
{
    *row = (struct hv_row){0};
}

void hv_row_cleanup(struct hv_row *row)
{
    memory_free(row->values);
    memory_free(row->text);
    hv_row_init(row);
}

void hv_row_clear(struct hv_row *row)
{
    row->count = row->text_count = 0;
}

static bool reserve(void **block, size_t *size, size_t needed, size_t each)
{
    size_t larger = *size ? *size : 64;
    void *memory;

    if (needed <= *size)
        return true;
    while (larger < needed)
        larger *= 2;
    if (!(memory = memory_resize(*block, larger * each)))
        return false;
    *block = memory;
    *size = larger;
    return true;
}

/* There is room. Returns where it begins. */
static size_t put_text(struct hv_row *row, const char *text, size_t length)
{
    size_t place = row->text_count;

    memcpy(row->text + place, text, length);
    row->text[place + length] = 0;
    row->text_count += length + 1;
    return place;
}

static bool add(struct hv_row *row, const char *name, const char *text, size_t length, int64_t number)
{
    size_t bytes = strlen(name) + 1 + (text ? length + 1 : 0);
    struct hv_value *value;

    if (row->count == HV_ROW_VALUES_MAX || length > HV_ROW_BYTES_MAX || row->text_count + bytes > HV_ROW_BYTES_MAX)
        return true;
    if (!reserve((void **)&row->values, &row->size, row->count + 1, sizeof(*row->values))
            || !reserve((void **)&row->text, &row->text_size, row->text_count + bytes, 1))
        return false;
    value = &row->values[row->count++];
    value->name = put_text(row, name, strlen(name));
    value->text = text ? put_text(row, text, length) : SIZE_MAX;
    value->number = number;
    return true;
}

bool hv_row_add_number(struct hv_row *row, const char *name, int64_t number)
{
    return add(row, name, NULL, 0, number);
}

bool hv_row_add_text(struct hv_row *row, const char *name, const char *text, size_t length)
{
    return add(row, name, text, length, 0);
}

static const struct hv_value *find(const struct hv_row *row, const char *name, size_t place)
{
    for (size_t i = 0; i < row->count; ++i)
    {
        if (!strcmp(row->text + row->values[i].name, name) && !place--)
            return &row->values[i];
    }
    return NULL;
}

static bool parse_number(const char *text, int64_t *number)
{
    size_t length = strspn(text, "0123456789");

    if (!length || text[length] || length > 18)
        return false;
    *number = 0;
    for (; *text; ++text)
        *number = *number * 10 + (*text - '0');
    return true;
}

bool hv_row_number(const struct hv_row *row, const char *name, size_t place, int64_t *number)
{
    const struct hv_value *value = find(row, name, place);

    if (!value)
        return false;
    if (value->text != SIZE_MAX)
        return parse_number(row->text + value->text, number);
    *number = value->number;
    return true;
}

const char *hv_row_text(const struct hv_row *row, const char *name, size_t place)
{
    const struct hv_value *value = find(row, name, place);

    return value && value->text != SIZE_MAX ? row->text + value->text : NULL;
}

int64_t hv_row_number_or(const struct hv_row *row, const char *name, size_t place, int64_t none)
{
    int64_t number;

    return hv_row_number(row, name, place, &number) ? number : none;
}
