#include "recording/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECIMAL_SCALE_MAX 28
#define CURRENCY_SCALE 4

/* Longer than any number that value.h writes. */
#define NUMBER_LENGTH_MAX 400

bool number_read_unsigned(const char *text, size_t length, ULONGLONG most, ULONGLONG *number)
{
    *number = 0;
    if (!length)
        return false;
    for (size_t i = 0; i < length; ++i)
    {
        unsigned int digit = (unsigned int)(text[i] - '0');

        if (digit > 9 || *number > most / 10 || (*number == most / 10 && digit > most % 10))
            return false;
        *number = *number * 10 + digit;
    }
    return true;
}

bool number_read_signed(const char *text, size_t length, LONGLONG least, LONGLONG most, LONGLONG *number)
{
    bool negative = length && *text == '-';
    ULONGLONG size;

    if (!number_read_unsigned(
                text + negative, length - negative, negative ? 0 - (ULONGLONG)least : (ULONGLONG)most, &size))
        return false;
    *number = (LONGLONG)(negative ? 0 - size : size);
    return true;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && !memcmp(text, word, length);
}

bool number_read_double(const char *text, size_t length, double *number)
{
    char buffer[NUMBER_LENGTH_MAX + 1], *end;

    if (is_word(text, length, "NaN"))
        return *number = NAN, true;
    if (is_word(text, length, "Infinity"))
        return *number = INFINITY, true;
    if (is_word(text, length, "-Infinity"))
        return *number = -INFINITY, true;
    /* What strtod reads beyond that, as hexadecimal digits, is not ours. */
    if (!length || length > NUMBER_LENGTH_MAX)
        return false;
    for (size_t i = 0; i < length; ++i)
    {
        if (!text[i] || !strchr("0123456789.eE+-", text[i]))
            return false;
    }
    memcpy(buffer, text, length);
    buffer[length] = 0;
    *number = strtod(buffer, &end);
    return !*end && isfinite(*number);
}

/* Appends a digit to a number of 96 bits. False: it has no room for it. */
static bool append_digit(DECIMAL *number, unsigned int digit)
{
    ULONG parts[3] = {number->Lo32, number->Mid32, number->Hi32};
    ULONGLONG carry = digit;

    for (int i = 0; i < 3; ++i)
    {
        carry += (ULONGLONG)parts[i] * 10;
        parts[i] = (ULONG)carry;
        carry >>= 32;
    }
    number->Lo32 = parts[0];
    number->Mid32 = parts[1];
    number->Hi32 = parts[2];
    return !carry;
}

bool number_read_decimal(const char *text, size_t length, BYTE scale, DECIMAL *number)
{
    bool negative = length && *text == '-', behind_point = false;

    memset(number, 0, sizeof(*number));
    if (scale > DECIMAL_SCALE_MAX || length <= (size_t)negative)
        return false;
    for (size_t i = negative; i < length; ++i)
    {
        if (text[i] == '.' && !behind_point)
        {
            behind_point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9' || !append_digit(number, (unsigned int)(text[i] - '0'))
                || (behind_point && ++number->scale > DECIMAL_SCALE_MAX))
            return false;
    }
    for (; number->scale < scale; ++number->scale)
    {
        if (!append_digit(number, 0))
            return false;
    }
    number->sign = negative ? DECIMAL_NEG : 0;
    return true;
}

bool number_read_currency(const char *text, size_t length, CY *number)
{
    DECIMAL decimal;
    bool negative;

    if (!number_read_decimal(text, length, CURRENCY_SCALE, &decimal) || decimal.scale != CURRENCY_SCALE || decimal.Hi32)
        return false;
    negative = decimal.sign & DECIMAL_NEG;
    if (decimal.Lo64 > (ULONGLONG)MAXLONGLONG + negative)
        return false;
    number->int64 = (LONGLONG)(negative ? 0 - decimal.Lo64 : decimal.Lo64);
    return true;
}
