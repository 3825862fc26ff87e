/* Numbers as a recording has them: digits, of which none is lost. */
#ifndef VMEVENTS_RECORDING_NUMBERS_H
#define VMEVENTS_RECORDING_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include <windows.h>
#include <oleauto.h>

/* Each reads all of the text. False: it is no such number, or too great a one. */
bool number_read_signed(const char *text, size_t length, LONGLONG least, LONGLONG most, LONGLONG *number);
bool number_read_unsigned(const char *text, size_t length, ULONGLONG most, ULONGLONG *number);

/* NaN, Infinity and -Infinity too. */
bool number_read_double(const char *text, size_t length, double *number);

/* With at least `scale` digits behind the point, 28 at most. */
bool number_read_decimal(const char *text, size_t length, BYTE scale, DECIMAL *number);
bool number_read_currency(const char *text, size_t length, CY *number);

#endif
