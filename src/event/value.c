#include "event/value.h"

#include "event/arrays.h"
#include "event/date.h"
#include "event/given.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

/* How many digits tell any number of the type apart from its neighbours, and how many are always right. */
#define DOUBLE_DIGITS 15
#define DOUBLE_DIGITS_MAX 17
#define FLOAT_DIGITS 6
#define FLOAT_DIGITS_MAX 9

#define CURRENCY_SCALE 4

static void set_word(struct value *value, enum value_kind kind, const WCHAR *word)
{
    value->kind = kind;
    value->string = word;
    value->length = wcslen(word);
}

/* A number of 96 bits, of which the last `scale` digits stand behind the point. */
static void set_exact(struct value *value, ULONG high, ULONGLONG low, UINT scale, bool negative)
{
    ULONG parts[3] = {high, (ULONG)(low >> 32), (ULONG)low};
    WCHAR *end = value->word + VALUE_WORD_SIZE - 1, *next = end;
    bool behind_point = scale > 0, written = false;

    *end = 0;
    for (UINT place = 0; place <= scale || parts[0] || parts[1] || parts[2]; ++place)
    {
        ULONGLONG rest = 0;

        for (UINT i = 0; i < 3; ++i)
        {
            rest = rest << 32 | parts[i];
            parts[i] = (ULONG)(rest / 10);
            rest %= 10;
        }
        if (behind_point && place == scale)
        {
            behind_point = false;
            if (written)
                *--next = '.';
        }
        /* Zeros at the end of the part behind the point say nothing. */
        if (behind_point && !written && !rest)
            continue;
        *--next = (WCHAR)('0' + rest);
        written = true;
    }
    if (negative && !(next[0] == '0' && next + 1 == end))
        *--next = '-';
    set_word(value, VALUE_NUMBER, next);
}

static void set_signed(struct value *value, LONGLONG number)
{
    set_exact(value, 0, number < 0 ? 0 - (ULONGLONG)number : (ULONGLONG)number, 0, number < 0);
}

static void set_unsigned(struct value *value, ULONGLONG number)
{
    set_exact(value, 0, number, 0, false);
}

static void set_currency(struct value *value, LONGLONG number)
{
    set_exact(value, 0, number < 0 ? 0 - (ULONGLONG)number : (ULONGLONG)number, CURRENCY_SCALE, number < 0);
}

static void set_decimal(struct value *value, const DECIMAL *decimal)
{
    if (!given_is_decimal(decimal))
        set_word(value, VALUE_OTHER, L"?");
    else
        set_exact(value, decimal->Hi32, decimal->Lo64, decimal->scale, decimal->sign & DECIMAL_NEG);
}

/* Whatever the C library's locale, which is the program's own, has for a decimal sign. No zeros before the exponent. */
static void set_digits(struct value *value, const char *digits)
{
    WCHAR *next = value->word;

    for (; *digits && *digits != 'e'; ++digits)
    {
        if (*digits == '-' || (*digits >= '0' && *digits <= '9'))
            *next++ = (WCHAR)*digits;
        else if (next > value->word && next[-1] != '.')
            *next++ = '.';
    }
    if (*digits == 'e')
    {
        *next++ = 'E';
        *next++ = (WCHAR)digits[1];
        for (digits += 2; *digits == '0'; ++digits)
            ;
        while (*digits)
            *next++ = (WCHAR)*digits++;
    }
    *next = 0;
    set_word(value, VALUE_NUMBER, value->word);
}

/* The shortest that is read as the same number. */
static void set_double(struct value *value, double number, bool is_float)
{
    int digits = is_float ? FLOAT_DIGITS : DOUBLE_DIGITS, most = is_float ? FLOAT_DIGITS_MAX : DOUBLE_DIGITS_MAX;
    char buffer[VALUE_WORD_SIZE];
    volatile double read; /* not what a register holds more of */

    if (isnan(number))
    {
        set_word(value, VALUE_OTHER, L"NaN");
        return;
    }
    if (isinf(number))
    {
        set_word(value, VALUE_OTHER, number < 0 ? L"-Infinity" : L"Infinity");
        return;
    }
    for (;; ++digits)
    {
        snprintf(buffer, sizeof(buffer), "%.*g", digits, number);
        read = is_float ? (double)(float)strtod(buffer, NULL) : strtod(buffer, NULL);
        if (digits == most || read == number)
            break;
    }
    set_digits(value, buffer);
}

static void set_date(struct value *value, DATE date)
{
    SYSTEMTIME time;
    int length;

    if (!system_time_from_date(date, &time))
    {
        set_word(value, VALUE_OTHER, L"?");
        return;
    }
    length = _snwprintf(value->word, VALUE_WORD_SIZE, L"%04u-%02u-%02uT%02u:%02u:%02u", time.wYear, time.wMonth,
            time.wDay, time.wHour, time.wMinute, time.wSecond);
    if (time.wMilliseconds)
        _snwprintf(value->word + length, VALUE_WORD_SIZE - length, L".%03u", time.wMilliseconds);
    set_word(value, VALUE_OTHER, value->word);
}

static void set_error(struct value *value, SCODE error)
{
    _snwprintf(value->word, VALUE_WORD_SIZE, L"Error 0x%08lx", (unsigned long)error);
    set_word(value, VALUE_OTHER, value->word);
}

static void set_string(struct value *value, BSTR string)
{
    value->kind = VALUE_STRING;
    value->string = string ? string : L"";
    value->length = SysStringLen(string);
}

static void set_array(struct value *value, const SAFEARRAY *array, VARTYPE type)
{
    value->kind = VALUE_ARRAY;
    value->array = array;
    value->type = type;
    value->string = NULL;
    value->length = 0;
}

void value_describe(struct value *value, const VARIANT *variant)
{
    VARTYPE type = V_VT(variant);

    if ((type & ~VT_TYPEMASK) == VT_ARRAY)
    {
        set_array(value, V_ARRAY(variant), type & VT_TYPEMASK);
        return;
    }
    switch (type)
    {
        case VT_EMPTY:
            set_word(value, VALUE_NOTHING, L"Empty");
            return;
        case VT_NULL:
            set_word(value, VALUE_NOTHING, L"Null");
            return;
        case VT_BOOL:
            set_word(value, VALUE_TRUTH, V_BOOL(variant) ? L"True" : L"False");
            return;
        case VT_I1:
            set_signed(value, (signed char)V_I1(variant));
            return;
        case VT_I2:
            set_signed(value, V_I2(variant));
            return;
        case VT_I4:
        case VT_INT:
            set_signed(value, V_I4(variant));
            return;
        case VT_I8:
            set_signed(value, V_I8(variant));
            return;
        case VT_UI1:
            set_unsigned(value, V_UI1(variant));
            return;
        case VT_UI2:
            set_unsigned(value, V_UI2(variant));
            return;
        case VT_UI4:
        case VT_UINT:
            set_unsigned(value, V_UI4(variant));
            return;
        case VT_UI8:
            set_unsigned(value, V_UI8(variant));
            return;
        case VT_R4:
            set_double(value, V_R4(variant), true);
            return;
        case VT_R8:
            set_double(value, V_R8(variant), false);
            return;
        case VT_CY:
            set_currency(value, V_CY(variant).int64);
            return;
        case VT_DECIMAL:
            set_decimal(value, &V_DECIMAL(variant));
            return;
        case VT_DATE:
            set_date(value, V_DATE(variant));
            return;
        case VT_ERROR:
            set_error(value, V_ERROR(variant));
            return;
        case VT_BSTR:
            set_string(value, V_BSTR(variant));
            return;
        case VT_DISPATCH:
        case VT_UNKNOWN:
            if (V_UNKNOWN(variant))
                set_word(value, VALUE_OTHER, L"Object");
            else
                set_word(value, VALUE_NOTHING, L"Nothing");
            return;
        default:
            set_word(value, VALUE_OTHER, L"?");
            return;
    }
}

UINT value_dimensions(const struct value *value)
{
    return value->array ? value->array->cDims : 0;
}

ULONG value_elements(const struct value *value, UINT dimension)
{
    /* The rightmost stands first. */
    return value->array->rgsabound[value->array->cDims - 1 - dimension].cElements;
}

void value_get_element(const struct value *value, size_t place, VARIANT *element)
{
    ULONG size = array_element_size(value->type);
    const BYTE *data = value->array->pvData;

    VariantInit(element);
    /* The elements of a record, and what is no array of what it says, are left alone. */
    if (!size || size != value->array->cbElements || !data)
    {
        V_VT(element) = VT_RECORD;
        return;
    }
    data += place * size;
    if (value->type == VT_VARIANT)
    {
        memcpy(element, data, size);
        return;
    }
    if (value->type == VT_DECIMAL)
        memcpy(&V_DECIMAL(element), data, size);
    else
        memcpy(&V_I8(element), data, size);
    V_VT(element) = value->type;
}
