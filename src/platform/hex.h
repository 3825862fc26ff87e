/* The value of a hexadecimal digit. */
#ifndef VMEVENTS_PLATFORM_HEX_H
#define VMEVENTS_PLATFORM_HEX_H

/* Of 0-9 and A-F, where a value has one way to be written; -1: it is none. */
static inline int hex_value_of_capital(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The same of a-f too. */
static inline int hex_value(char c)
{
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : hex_value_of_capital(c);
}

#endif
