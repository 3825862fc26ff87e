/*
 * What WMI said of one instance: the properties that were asked for, each with one value or, where it is an array, with
 * several. A property that is null is not there. Integers of 64 bits and dates come as text, as WMI hands them out.
 */
#ifndef VMEVENTS_HOST_HYPERV_ROW_H
#define VMEVENTS_HOST_HYPERV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A row has no more than so many values and bytes of text: a guest has a say in some. What is more is left out. */
#define HV_ROW_VALUES_MAX 2048
#define HV_ROW_BYTES_MAX (1 << 20)

struct hv_row
{
    struct hv_value
    {
        size_t name; /* where it begins in the text */
        size_t text; /* the same of the value; SIZE_MAX: it is a number */
        int64_t number;
    } * values;
    size_t count, size;
    char *text;
    size_t text_count, text_size;
};

void hv_row_init(struct hv_row *row);
void hv_row_cleanup(struct hv_row *row);
void hv_row_clear(struct hv_row *row);

/* Adds a value; several of one name, one behind the other, are an array. False: out of memory. */
bool hv_row_add_number(struct hv_row *row, const char *name, int64_t number);
bool hv_row_add_text(struct hv_row *row, const char *name, const char *text, size_t length);

/* The value of that name at a place of its array, which begins with 0. False and NULL: it is not there, or none of that
 * type; a text of digits is a number too. The text is good until the row changes. */
bool hv_row_number(const struct hv_row *row, const char *name, size_t place, int64_t *number);
const char *hv_row_text(const struct hv_row *row, const char *name, size_t place);

/* The number, or what stands for none. */
int64_t hv_row_number_or(const struct hv_row *row, const char *name, size_t place, int64_t none);

#endif
