#include "event/notation.h"

/* A value that is being written. */
struct writing
{
    struct text *text;
    const struct notation *notation;
    ULONG left; /* of the elements that are written */
};

/* A part of an array: what is left when some of its leftmost dimensions have been gone through. */
struct part
{
    const struct value *array;
    UINT dimension;
    size_t place;  /* of its first element */
    size_t stride; /* between two elements along the dimension */
};

static void write_variant(struct writing *writing, const VARIANT *variant, UINT depth);

void notation_append_array_sizes(struct text *text, const struct value *array)
{
    UINT dimensions = value_dimensions(array);

    text_append(text, L"Array(");
    for (UINT i = 0; i < dimensions && i < NOTATION_DEPTH_MAX; ++i)
        text_append_format(text, i ? L", %lu" : L"%lu", (unsigned long)value_elements(array, i));
    text_append(text, dimensions > NOTATION_DEPTH_MAX ? L", ...)" : L")");
}

/* How many elements there are in all; more than any that are written when it is more than those. */
static ULONG count_elements(const struct value *array)
{
    UINT dimensions = value_dimensions(array);
    ULONGLONG count = dimensions ? 1 : 0;

    for (UINT i = 0; i < dimensions; ++i)
    {
        if (!value_elements(array, i))
            return 0;
    }
    for (UINT i = 0; i < dimensions && count <= NOTATION_ELEMENTS_MAX; ++i)
        count *= value_elements(array, i);
    return count > NOTATION_ELEMENTS_MAX ? NOTATION_ELEMENTS_MAX + 1 : (ULONG)count;
}

static void write_part(struct writing *writing, const struct part *part, UINT depth)
{
    ULONG count = value_elements(part->array, part->dimension);
    bool last = part->dimension + 1 == value_dimensions(part->array);

    text_append(writing->text, L"[");
    for (ULONG i = 0; i < count; ++i)
    {
        struct part rest = {part->array, part->dimension + 1, part->place + i * part->stride, part->stride * count};
        VARIANT element;

        text_append(writing->text, i ? writing->notation->separator : L"");
        if (!last)
        {
            write_part(writing, &rest, depth + 1);
            continue;
        }
        value_get_element(part->array, rest.place, &element);
        write_variant(writing, &element, depth + 1);
    }
    text_append(writing->text, L"]");
}

static void write_array(struct writing *writing, const struct value *array, UINT depth)
{
    struct part whole = {array, 0, 0, 1};
    ULONG count = count_elements(array);
    bool fits = count <= writing->left && depth + value_dimensions(array) <= NOTATION_DEPTH_MAX;

    if (writing->notation->sizes_first || !fits)
        writing->notation->append_sizes(writing->text, array);
    if (!fits)
        return;
    writing->left -= count;
    if (count)
        write_part(writing, &whole, depth);
    else if (!writing->notation->sizes_first)
        text_append(writing->text, L"[]");
}

static void write_variant(struct writing *writing, const VARIANT *variant, UINT depth)
{
    struct value value;

    value_describe(&value, variant);
    if (value.kind == VALUE_ARRAY)
        write_array(writing, &value, depth);
    else
        writing->notation->append_plain(writing->text, &value);
}

void notation_append(struct text *text, const struct notation *notation, const VARIANT *variant)
{
    struct writing writing = {text, notation, NOTATION_ELEMENTS_MAX};

    write_variant(&writing, variant, 0);
}
